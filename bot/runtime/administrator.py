"""The first person who may sign in."""

from datetime import datetime

from pydantic import SecretStr

from ledger.db import Database
from ledger.locks import Lock, wait_for
from ledger.services import staff
from ledger.vocabulary import Role

USERNAME = "admin"


async def ensure_administrator(url: str, password: SecretStr | None, *, now: datetime) -> str | None:
    """Open the account `admin` when there is no administrator; its one-time password.

    None when there was one already, or when `password` is the operator's own.
    """
    database = Database(url, pool_size=1)
    try:
        async with database.transaction() as session:
            # Of several desks that start at once one opens the account.
            await wait_for(session, Lock.ADMINISTRATOR)
            people = await staff.list_staff(session, disabled=True)
            if any(one.role is Role.ADMINISTRATOR for one in people):
                return None
            given = password.get_secret_value() if password else None
            created = await staff.create(
                session, username=USERNAME, role=Role.ADMINISTRATOR, password=given, now=now
            )
            return created.one_time_password
    finally:
        await database.close()
