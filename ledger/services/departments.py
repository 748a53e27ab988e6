"""Departments: who heads them, who stands in, who is on duty (playbook B3, B4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Department, Staff
from ledger.policy import Policy


async def sync(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """Create the policy's departments that do not exist yet, and give the others its names. For the start."""
    raise NotImplementedError


async def list_departments(session: AsyncSession) -> list[Department]:
    """All departments, headquarters first."""
    raise NotImplementedError


async def department(session: AsyncSession, key: str) -> Department:
    """The department with this key.

    Raises:
        NoSuchDepartment
    """
    raise NotImplementedError


async def set_head(
    session: AsyncSession, *, key: str, head: Staff | None, by: Staff | None, now: datetime
) -> Department:
    """Name the head of a department (None: nobody). ``by`` None is the command line."""
    raise NotImplementedError


async def set_delegate(
    session: AsyncSession, *, key: str, delegate: Staff | None, by: Staff | None, now: datetime
) -> Department:
    """Name who stands in for the head (指定代理人)."""
    raise NotImplementedError


async def set_duty(
    session: AsyncSession, *, key: str, contacts: Sequence[Staff], by: Staff | None, now: datetime
) -> Department:
    """Replace the department's duty list, first told first."""
    raise NotImplementedError


async def duty(session: AsyncSession, department: Department) -> list[Staff]:
    """Who is told first: the active people on its duty list whose own switch says on duty, in order."""
    raise NotImplementedError


async def headquarters(session: AsyncSession) -> Department | None:
    """The department that is told of special users; None before the first ``sync``."""
    raise NotImplementedError


async def nobody_on_duty(session: AsyncSession) -> bool:
    """Whether a special user would reach nobody in particular: headquarters has no active duty contact."""
    raise NotImplementedError
