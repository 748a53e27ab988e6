"""What people enter into a form's fields, as the JSON it is kept as."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from ledger.errors import WrongValue
from ledger.form_book import FormField

LONGEST: Final = 20_000
"""Characters in one field."""


def checked(fields: Mapping[str, FormField], entered: Mapping[str, Any]) -> dict[str, Any]:
    """``entered`` as it is kept; what is empty is None.

    A number is kept as an int, a day as ``2026-11-30``, a moment as ISO 8601.

    Raises:
        WrongValue: there is no such field, or the value does not fit it; names the field.
    """
    if strange := sorted(set(entered) - set(fields)):
        raise WrongValue(", ".join(strange))
    return {name: _value(name, fields[name], value) for name, value in entered.items()}


def moment_of(value: str, zone: ZoneInfo) -> datetime:
    """The moment a day (its last minute) or a moment means, in ``zone`` where it names none."""
    if len(value) == len("2026-11-30"):
        return datetime.combine(date.fromisoformat(value), time(23, 59), zone)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _value(name: str, field: FormField, value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    if value in (None, "", []):
        return None
    try:
        kept = _KEPT[field.kind](value)
    except (TypeError, ValueError):
        raise WrongValue(name) from None
    chosen = kept if isinstance(kept, list) else [kept]
    if field.options and not set(chosen) <= set(field.options):
        raise WrongValue(name)
    return kept


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError
    return value


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_KEPT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "line": _text,
    "text": _text,
    "person": _text,
    "choice": _text,
    "number": int,
    "several": lambda value: [_text(one) for one in value],
    "yes": _yes,
    "day": lambda value: date.fromisoformat(value).isoformat(),
    "moment": lambda value: datetime.fromisoformat(value).isoformat(),
}
