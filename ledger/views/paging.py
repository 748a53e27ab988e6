"""Pages of a list by key: each page begins after the last row of the one before, whatever came in between."""

import base64
import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Numeric, Select, cast, tuple_
from sqlalchemy.sql.elements import ColumnElement

MOST = 200


class BadCursor(ValueError):  # noqa: N818
    """The cursor is not one that this list gave out."""


def after(
    query: Select[*tuple[Any, ...]], keys: Sequence[ColumnElement[Any]], cursor: str | None
) -> Select[*tuple[Any, ...]]:
    """Order ``query`` by numeric ``keys``, all ascending, beginning after ``cursor``.

    The keys become the last columns of its rows: what ``cursor_of`` is given.

    Raises:
        BadCursor: ``cursor`` was not made by ``cursor_of`` over as many keys.
    """
    labelled = (key.label(f"key_{place}") for place, key in enumerate(keys))
    ordered = query.add_columns(*labelled).order_by(*keys)
    if cursor is None:
        return ordered
    position = _position(cursor, len(keys))
    return ordered.where(tuple_(*keys) > tuple_(*(cast(value, Numeric) for value in position)))


def cursor_of(values: Sequence[Any]) -> str:
    """An opaque word for a row's place, made of its keys."""
    raw = json.dumps([str(value) for value in values]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def descending(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A numeric column turned round, so that it can stand among ascending keys."""
    return -cast(column, Numeric)


def tie(column: Any) -> ColumnElement[Any]:
    """An id as the last key: what makes two rows of the same moment two places."""
    return cast(column, Numeric)


def _position(cursor: str, length: int) -> list[Decimal]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = [Decimal(value) for value in json.loads(raw)]
    except (ValueError, TypeError, InvalidOperation):
        raise BadCursor("The cursor is not one that this list gave out.") from None
    if len(position) != length or not all(value.is_finite() for value in position):
        raise BadCursor("The cursor is not one that this list gave out.")
    return position
