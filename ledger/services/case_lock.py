"""Holding a case: its row is taken before anything about it changes, so that its book has one writer."""

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case


async def lock(session: AsyncSession, case_id: int) -> Case:
    """The case, as it stands now, held until the transaction ends.

    Raises:
        NoSuchCase: there is none with this id.
    """
    raise NotImplementedError


async def case_numbered(session: AsyncSession, number: str) -> Case:
    """The case with this number (letter case and spaces do not matter), held until the transaction ends.

    Raises:
        NoSuchCase: there is none.
    """
    raise NotImplementedError
