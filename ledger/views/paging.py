"""Pages of a list by key: each page begins after the last row of the one before, whatever came in between.

Nothing is counted off and skipped: the hundredth page costs what the first one does.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, Row, Select, Tuple, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

MOST: Final = 200
WINDOW: Final = 5_000
LARGEST: Final = 2**63 - 1

Place = Sequence[datetime | int]
"""Where a row stands: the number of its run, and the values of the columns the run is ordered by."""


class BadCursor(ValueError):  # noqa: N818
    """The cursor is not one that this list gave out."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a list that an index gives in order: the rows of ``query`` by ``columns``, the last an id.

    A list of more than one order is some runs, one after the other. What no index answers is ``costly``: a
    page looks at ``WINDOW`` rows for those that meet it, and may be shorter than it could be.
    """

    query: Select[*tuple[Any, ...]]
    columns: tuple[Any, ...]
    descending: bool = False
    costly: tuple[ColumnElement[bool], ...] = ()

    @property
    def kinds(self) -> tuple[type[datetime | int], ...]:
        """What the columns hold."""
        return tuple(datetime if isinstance(key.type, DateTime) else int for key in self.columns)


async def page(
    session: AsyncSession, runs: Sequence[Run], *, cursor: str | None, limit: int
) -> tuple[list[Row[*tuple[Any, ...]]], str | None]:
    """The rows of a page of the runs one after the other, with their places behind them, and the next cursor.

    Raises:
        BadCursor: ``cursor`` is not one that a list of these runs gave out.
    """
    begun, place = _begun(runs, cursor)
    rows: list[Row[*tuple[Any, ...]]] = []
    following = None
    for number, run in enumerate(runs[begun:], begun):
        query = ordered(run.query.where(*run.costly), run.columns, after=place, descending=run.descending)
        end = await _end_of_window(session, run, place) if run.costly else None
        if end is not None:
            query = query.where(_until(run, end))
        place = None
        for row in await session.execute(query.add_columns(*run.columns).limit(limit + 1 - len(rows))):
            if len(rows) == limit:
                return rows, following
            rows.append(row)
            following = cursor_of([number, *row[-len(run.columns) :]])
        if end is not None:
            return rows, cursor_of([number, *end])
    return rows, None


async def _end_of_window(session: AsyncSession, run: Run, place: Place | None) -> Place | None:
    """Where a page stops looking; None when that is where the run ends."""
    looked_at = ordered(run.query, run.columns, after=place, descending=run.descending)
    last = looked_at.with_only_columns(*run.columns).offset(WINDOW - 1).limit(1)
    return (await session.execute(last)).one_or_none()


def _until(run: Run, end: Place) -> ColumnElement[bool]:
    keys, last = tuple_(*run.columns), _literal(run.columns, end)
    return keys >= last if run.descending else keys <= last


def _begun(runs: Sequence[Run], cursor: str | None) -> tuple[int, Place | None]:
    """In which run a page begins, and after which place there."""
    if cursor is None:
        return 0, None
    [number] = place_of(cursor, int, rest=True)
    if number >= len(runs):
        raise BadCursor
    return number, place_of(cursor, int, *runs[number].kinds)[1:]


def ordered(
    query: Select[*tuple[Any, ...]], columns: Sequence[Any], *, after: Place | None, descending: bool = False
) -> Select[*tuple[Any, ...]]:
    """``query`` ordered by ``columns``, the last of which is an id, from the row after ``after`` on."""
    query = query.order_by(*(key.desc() if descending else key for key in columns))
    if after is None:
        return query
    place = _literal(columns, after)
    return query.where(tuple_(*columns) < place if descending else tuple_(*columns) > place)


def _literal(columns: Sequence[Any], place: Place) -> Tuple:
    return tuple_(*(literal(value, key.type) for key, value in zip(columns, place, strict=True)))


def cursor_of(place: Place) -> str:
    """An opaque word for a place."""
    raw = json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in place])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def place_of(cursor: str, *kinds: type[datetime | int], rest: bool = False) -> list[Any]:
    """The place a cursor stands for, its values of these kinds; with ``rest`` there may be more of them.

    Raises:
        BadCursor: it was not made by ``cursor_of`` of such values.
    """
    try:
        values = _values(cursor)
        return [
            _value(value, kind)
            for value, kind in zip(values[: len(kinds)] if rest else values, kinds, strict=True)
        ]
    except (ValueError, TypeError):
        raise BadCursor from None


def _values(cursor: str) -> list[Any]:
    values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return values if isinstance(values, list) else []


def _value(value: Any, kind: type[datetime | int]) -> datetime | int:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise ValueError
    return value
