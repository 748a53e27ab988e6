"""The network log: sign-ins, refused ones and tokens that were used, with the address (playbook C6)."""

from datetime import datetime

from sqlalchemy import exists, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import SignIn, Staff
from ledger.policy import Policy
from ledger.vocabulary import SignInKind


async def note(
    session: AsyncSession, *, kind: SignInKind, address: str, username: str, now: datetime
) -> None:
    """Write down that somebody came, or tried to, under this name; a name that is nobody's is not kept."""
    person = await session.scalar(select(Staff.id).where(func.lower(Staff.username) == username.casefold()))
    session.add(SignIn(staff_id=person, kind=kind, address=address, at=now))


async def note_token(
    session: AsyncSession, *, staff: Staff, address: str, policy: Policy, now: datetime
) -> None:
    """Write down that somebody's token was used from an address; once within a look's time."""
    recent = exists().where(
        SignIn.staff_id == staff.id,
        SignIn.kind == SignInKind.TOKEN,
        SignIn.address == address,
        SignIn.at > now - policy.secrecy.same_view,
    )
    row = {SignIn.staff_id: staff.id, SignIn.kind: SignInKind.TOKEN, SignIn.address: address, SignIn.at: now}
    values = (literal(value, column.type) for column, value in row.items())
    await session.execute(insert(SignIn).from_select(list(row), select(*values).where(~recent)))
