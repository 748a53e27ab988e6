"""Times as staff read them: in the organisation's time zone, with the day when it is not today."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from bot.scripts import LOCALES
from ledger.vocabulary import Language


def clock_time(at: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """``15:30`` today, ``11月22日 15:30`` on another day."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    day = format_skeleton("MMMd", local, locale=LOCALES[language])
    return f"{day} {local:%H:%M}"
