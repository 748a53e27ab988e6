"""The emergency team as its form shows it (playbook D2)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Form
from ledger.services.roll_call import Called, roll_call


async def roll_call_of(session: AsyncSession, number: str) -> Sequence[Called]:
    """Who was called to the team of the form with this number, and who has answered."""
    form = await session.scalar(select(Form).where(Form.number == number))
    return await roll_call(session, form) if form else []
