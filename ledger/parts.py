"""What the policy's parts are made of: durations, time zones, names in every language."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from ledger.vocabulary import Language

UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DURATION: Final = re.compile(r"(?:\d+[dhms])+")


def read_duration(written: object) -> timedelta:
    """``"1h30m"`` as a length of time.

    Raises:
        ValueError: it is not one.
    """
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str) or not DURATION.fullmatch(written):
        raise ValueError(f"{written!r} is no duration; write 90s, 30m, 1h30m or 2d")
    parts = re.findall(r"(\d+)([dhms])", written)
    return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def write_duration(length: timedelta) -> str:
    """A length of time in whole seconds as people write it: ``"1h30m"``."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    numbers = {"d": days, "h": hours, "m": minutes, "s": seconds}
    return "".join(f"{number}{unit}" for unit, number in numbers.items() if number) or "0s"


def in_every_language(names: dict[Language, str]) -> dict[Language, str]:
    """``names`` as they are.

    Raises:
        ValueError: a language lacks one.
    """
    if lacking := [language for language in Language if not names.get(language)]:
        raise ValueError(f"no text in {', '.join(lacking)}")
    return names


def read_time_zone(name: object) -> ZoneInfo:
    """The time zone called ``name``.

    Raises:
        ValueError: there is none.
    """
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai") from None


def write_time_zone(zone: ZoneInfo) -> str:
    """What the time zone is called."""
    return zone.key


Duration = Annotated[
    timedelta, BeforeValidator(read_duration), PlainSerializer(write_duration, when_used="json")
]
TimeZone = Annotated[
    ZoneInfo, BeforeValidator(read_time_zone), PlainSerializer(write_time_zone, when_used="json")
]
IN_ORDER: Final = PlainSerializer(sorted, when_used="json")
"""Sets are written in order, so that the same content is always the same text."""
Names = Annotated[dict[Language, str], AfterValidator(in_every_language)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Part(BaseModel):
    """A part of the policy: read once, never changed, no unknown words."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
