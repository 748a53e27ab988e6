"""Every part is killed while messages are in flight, and nothing is lost or doubled (playbook C1)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime.database import embedded
from bot.settings import Settings
from ledger.db import Database
from ledger.models import Case, Clock, Entry, Message, case_conversations
from ledger.services import entries
from ledger.vocabulary import Author, ClockKind
from tests.system.visitor import Visitor
from tests.system.whole import WholeDesk

VISITORS = 100
AT_ONCE = 20
# Killed when so many of the 200 messages have been accepted.
DEATHS = {30: "desk", 70: "actions", 110: "engine", 150: "postgres"}
OPENING = "洗衣机修了{n}次还是漏水,没有人管,太气人了!"
THREAT = "再不解决我就找记者曝光,去12315投诉你们!"


@pytest.fixture
async def ledger(whole_desk: WholeDesk) -> AsyncIterator[Database]:
    """The desk's own database, read from beside it."""
    opened = Database(embedded(Settings(home=whole_desk.home)).url())
    yield opened
    await opened.close()


async def test_when_each_part_is_killed_every_message_is_settled_with_one_effect(
    whole_desk: WholeDesk, ledger: Database
) -> None:
    conversations = await _two_hundred_messages_among_deaths(whole_desk)
    await _settled(ledger, conversations)
    async with ledger.transaction() as session:
        for conversation in conversations:
            cases = list(
                await session.scalars(
                    select(Case)
                    .join(case_conversations)
                    .where(case_conversations.c.conversation_id == conversation)
                )
            )
            spoken = await session.scalar(
                select(func.count()).where(
                    Message.conversation_id == conversation, Message.author != Author.CUSTOMER
                )
            )
            assert spoken, f"silence in conversation {conversation}"
            assert len(cases) == 1, f"conversation {conversation} has {len(cases)} cases"
            await _one_effect_each(session, cases[0])
        assert await entries.verify(session) is None


async def _two_hundred_messages_among_deaths(desk: WholeDesk) -> list[int]:
    accepted = 0
    deaths = dict(DEATHS)
    gate = asyncio.Semaphore(AT_ONCE)

    async def live(client: httpx.AsyncClient, n: int) -> int:
        nonlocal accepted
        async with gate:
            visitor = Visitor(client)
            await visitor.arrive()
            for text in (OPENING.format(n=n + 2), THREAT):
                await visitor.say(text)
                accepted += 1
                if accepted in deaths:
                    desk.kill(deaths.pop(accepted))
            return visitor.conversation

    async with httpx.AsyncClient(base_url=desk.address, timeout=30) as client:
        conversations = await asyncio.gather(*(live(client, n) for n in range(VISITORS)))
    assert not deaths
    return list(conversations)


async def _settled(ledger: Database, conversations: list[int]) -> None:
    """Wait until no message is without a reply, a human owner or an alarm, and none is being heard late."""
    for _ in range(480):
        async with ledger.transaction() as session:
            waiting = await session.scalar(
                select(func.count()).where(
                    Message.conversation_id.in_(conversations),
                    Message.author == Author.CUSTOMER,
                    (Message.settled_at.is_(None)) | (Message.heard_at.is_(None)),
                )
            )
        if not waiting:
            return
        await asyncio.sleep(0.25)
    raise AssertionError(f"{waiting} messages are still without an end")


async def _one_effect_each(session: AsyncSession, case: Case) -> None:
    """One opening, one flag, one headquarters clock, and no word of the customer told twice."""
    told = Counter(await session.scalars(select(Entry.action).where(Entry.case_id == case.id)))
    kinds = Counter(await session.scalars(select(Clock.kind).where(Clock.case_id == case.id)))
    assert told["case.opened"] == 1
    assert kinds[ClockKind.HEADQUARTERS] == 1
    assert kinds[ClockKind.FIRST_RESPONSE] == 1
    assert case.narrative.count(THREAT) == 1
