"""One deed on many cases in one go (playbook B9): each for itself, so that none holds up another."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.db import Database
from ledger.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: the numbers it was done to, and why the others refused."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, LedgerError] = field(default_factory=dict)


async def for_each(
    database: Database, numbers: Iterable[str], deed: Callable[[AsyncSession, str], Awaitable[object]]
) -> Outcome:
    """Do ``deed`` to every case with one of ``numbers``, each in a transaction of its own."""
    outcome = Outcome()
    for number in dict.fromkeys(numbers):
        try:
            async with database.transaction() as session:
                await deed(session, number)
        except LedgerError as refused:
            outcome.refused[number] = refused
        else:
            outcome.done.append(number)
    return outcome
