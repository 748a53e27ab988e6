"""How a customer may be reached, kept only with their consent (playbook A10, C7)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession


async def give_contact(
    session: AsyncSession,
    *,
    message_id: int,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    name: str | None = None,
) -> None:
    """Keep what the customer gave of their own accord; the giving is the consent. Effect ``give_contact``.

    The ledger says that it was given and the last digits, never the whole.

    Raises:
        Missing: nothing was given.
    """
    raise NotImplementedError


async def refuse_contact(session: AsyncSession, *, message_id: int, now: datetime) -> None:
    """Record that the customer would rather not; the complaint goes on. Effect ``refuse_contact``."""
    raise NotImplementedError
