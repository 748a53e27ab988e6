"""Complaints that reach a member of staff by phone or at the counter (architecture, domain rules)."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.vocabulary import Category, Language, Remedy, Signal


async def enter_by_staff(
    session: AsyncSession,
    *,
    staff: Staff,
    channel: Literal["phone", "walk_in"],
    narrative: str,
    category: Category,
    policy: Policy,
    now: datetime,
    language: Language = Language.ZH_HANS,
    remedies: Collection[Remedy] = (),
    signals: Collection[Signal] = (),
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    consented: bool = False,
) -> Case:
    """Open a case for somebody who called or came; who enters it owns it (首问负责制).

    The first response is the talk itself, so its clock is stopped at once. Name, phone and email are kept
    only when the customer ``consented``. A phone number that called before is the same customer.

    Raises:
        Missing: the narrative is empty.
    """
    raise NotImplementedError
