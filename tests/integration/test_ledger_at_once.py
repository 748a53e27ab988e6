"""Customer, assistant, staff and queue at one case at the same moment: nothing is lost or stuck."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import LedgerError
from ledger.models import Clock, Staff
from ledger.services import cases, clocks, entries, handoff, messages
from ledger.vocabulary import ClockKind, Role, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

UseCase = Callable[[AsyncSession], Awaitable[Any]]


async def test_everybody_at_once_leaves_the_ledger_whole(desk_ledger: LedgerWorld) -> None:
    boss = await desk_ledger.staff("boss", Role.SUPERVISOR)
    await desk_ledger.on_duty("headquarters", boss)
    shuffle = Random(2026).shuffle
    for _ in range(3):
        conversation = await desk_ledger.conversation()
        hearing = await desk_ledger.says(conversation, signals=(Signal.MEDIA_THREAT,))
        assert hearing
        clock = await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)
        use_cases = [
            *await by_the_assistant(desk_ledger, conversation),
            *by_staff(desk_ledger, conversation, hearing.number, boss, clock),
        ]
        shuffle(use_cases)
        outcomes = await asyncio.gather(*map(desk_ledger.do, use_cases), return_exceptions=True)
        failed = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, LedgerError)]
        assert failed == []
    assert await desk_ledger.do(entries.verify) is None


async def by_the_assistant(world: LedgerWorld, conversation: int) -> list[UseCase]:
    """What the customer's next messages set off, one of them heard twice."""
    said = [await world.message(conversation, "还是没有人来修") for _ in range(4)]
    heard = replace(COMPLAINT, signals=(Signal.LEGAL_THREAT,))
    now: dict[str, Any] = {"policy": world.policy, "now": world.now}
    return [
        lambda session: cases.hear(session, message_id=said[0], heard=heard, **now),
        lambda session: cases.hear(session, message_id=said[0], heard=heard, **now),
        lambda session: cases.hear(session, message_id=said[1], heard=COMPLAINT, **now),
        lambda session: cases.give_contact(
            session, message_id=said[2], now=world.now, phone="+8613800001234"
        ),
        lambda session: cases.withdraw(session, message_id=said[3], now=world.now),
        lambda session: handoff.ask_for_human(session, conversation_id=conversation, reason="anger", **now),
    ]


def by_staff(world: LedgerWorld, conversation: int, number: str, boss: Staff, clock: Clock) -> list[UseCase]:
    """What an agent, a supervisor and the queue do meanwhile."""
    at: dict[str, Any] = {"staff": boss, "now": world.now}
    by: dict[str, Any] = {**at, "policy": world.policy, "number": number}
    due: dict[str, Any] = {"clock_id": clock.id, "policy": world.policy, "now": clock.due_at}
    return [
        lambda session: handoff.take(session, conversation_id=conversation, **at),
        lambda session: messages.send_as_agent(session, conversation_id=conversation, text="在查", **at),
        lambda session: cases.progress(session, text="配件明天到", **by),
        lambda session: cases.resolve(session, remedy="", outcome="换新", root_cause="压缩机", **by),
        lambda session: clocks.acknowledge(session, number=number, **at),
        lambda session: clocks.remind(session, round="300s", **due),
        lambda session: clocks.fall_due(session, **due),
    ]
