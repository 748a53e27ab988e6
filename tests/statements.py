"""Statements for tests (playbook D1): drafted, proposed and approved in a few lines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.db import Database
from ledger.models import Staff
from ledger.policy import Policy
from ledger.services import forms

RECALL: Mapping[str, Any] = {
    "topic": "滤芯召回",
    "words": "云母滤芯, 召回滤芯\nmica filter",
    "text_zh_hans": "云母滤芯的情况正在核查，结果会在官网公布。请先停用，门店免费收回，电话 12 小时有人接。",
    "text_zh_hant": "雲母濾芯的情況正在查證，結果會在官網公布。請先停用，門市免費收回，電話 12 小時有人接。",
    "text_en": "The mica filter is being looked into, and the result will be on our site. Please stop using "
    "it; our shops take it back, and the phone is answered 12 hours a day.",
    "forbidden": "滤芯有毒\nthe filter is poisonous",
    "until": "2026-12-31",
}


async def draft(database: Database, staff: Staff, policy: Policy, now: datetime, **differs: Any) -> str:
    """A statement nobody has proposed yet; its number."""
    async with database.transaction() as session:
        filled = {**RECALL, **differs}
        form = await forms.open_form(
            session, kind="statement", staff=staff, policy=policy, now=now, filled=filled
        )
        return form.number


async def step(
    database: Database, number: str, name: str, staff: Staff, policy: Policy, now: datetime, **given: Any
) -> None:
    """One step of a form."""
    async with database.transaction() as session:
        await forms.take_step(session, number=number, step=name, staff=staff, policy=policy, now=now, **given)


async def approved(
    database: Database, author: Staff, approver: Staff, policy: Policy, now: datetime, **differs: Any
) -> str:
    """A statement approved by a second person; its number."""
    number = await draft(database, author, policy, now, **differs)
    await step(database, number, "propose", author, policy, now)
    await step(database, number, "approve", approver, policy, now)
    return number
