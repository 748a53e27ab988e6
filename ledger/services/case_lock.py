"""Holding a case: its row is taken before anything about it changes, so that its book has one writer."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchCase
from ledger.models import Case


async def lock(session: AsyncSession, case_id: int) -> Case:
    """The case, as it stands now, held until the transaction ends.

    Raises:
        NoSuchCase: there is none with this id.
    """
    return await _held(session, Case.id == case_id, str(case_id))


async def case_numbered(session: AsyncSession, number: str) -> Case:
    """The case with this number (letter case and spaces do not matter), held until the transaction ends.

    Raises:
        NoSuchCase: there is none.
    """
    return await _held(session, Case.number == tidy_number(number), number)


def tidy_number(number: str) -> str:
    """A case number as it stands in the ledger, from how somebody wrote it."""
    return "".join(number.split()).upper()


async def _held(session: AsyncSession, which: ColumnElement[bool], name: str) -> Case:
    # FOR NO KEY UPDATE: one writer a case, while others may still refer to it (an attachment, a link).
    held = select(Case).where(which).with_for_update(key_share=True)
    case = await session.scalar(held.execution_options(populate_existing=True))
    if case is None:
        raise NoSuchCase(name)
    return case
