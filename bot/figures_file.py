"""The counted days as a file, for who goes on reckoning with them (playbook C5): a line a number."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import IO, Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.export import Format, write_rows
from bot.wording import Wording
from ledger.views.figures import counted_days

COLUMNS: Final = ("day", "what", "which", "name", "count")
WORDS: Final = frozenset({"category", "severity", "signal", "stage", "channel", "crisis_type", "department"})


async def write_figures(
    session: AsyncSession, words: Wording, *, days: int, today: date, format: Format, file: IO[bytes]
) -> None:
    """Write the last ``days`` days to ``file``; ``name`` is ``which`` in the reader's words."""
    zone = str(words.policy.organisation.time_zone)
    first = today - timedelta(days=days - 1)
    found = await counted_days(session, first=first, last=today, time_zone=zone)
    await write_rows("figures", COLUMNS, _rows(words, found), format, file)


async def _rows(words: Wording, found: Sequence[tuple[date, str, str, int]]) -> AsyncIterator[dict[str, Any]]:
    for day, what, which, number in found:
        name = words.about(f"{what}.{which}") if what in WORDS else which
        yield {"day": day.isoformat(), "what": what, "which": which, "name": name, "count": number}
