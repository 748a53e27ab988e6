"""Every message ends in a reply, with a person, or in an alarm (docs/conversation.md, "The watchdog")."""

import asyncio
from typing import Any

from sqlalchemy import select, text, update

from bot import watch
from bot.channels.base import DeliveryRefused
from ledger.models import Clock, Message
from ledger.services import loose_ends
from ledger.views import endings
from ledger.views.endings import LooseEnds
from ledger.vocabulary import ClockKind, Delivery, Holding, Role

from .stand_ins import complaint
from .world import World


async def test_a_message_nobody_answers_calls_a_person_once(world: World) -> None:
    boss = await world.agent("boss", role=Role.SUPERVISOR)
    admin = await world.agent("admin", role=Role.ADMINISTRATOR)
    received = await world.writes("你好")
    await world.forget_jobs()
    world.later(minutes=2, seconds=1)
    await asyncio.gather(*(watch.call_people(world.desk) for _ in range(4)))
    await watch.call_people(world.desk)
    [message, told] = await world.transcript(received.conversation_id)
    held = await world.conversation(received.conversation_id)
    assert message.alarmed_at == world.now
    assert (held.holding, held.handoff_reason) == (Holding.WAITING, loose_ends.UNANSWERED)
    assert told.script == "desk_unanswered"
    alarms = [one for one in await world.notices() if one.kind == "alarm"]
    assert sorted(one.staff_id for one in alarms if one.staff_id) == sorted([boss.id, admin.id])


async def test_before_its_time_there_is_no_alarm(world: World) -> None:
    received = await world.writes("你好")
    world.later(minutes=1, seconds=59)
    await watch.call_people(world.desk)
    assert (await world.conversation(received.conversation_id)).holding is Holding.BOT


async def test_an_answered_message_is_no_loose_end(world: World) -> None:
    await world.says("你好")
    world.later(hours=1)
    assert await _found(world) == LooseEnds()
    assert await world.do(endings.unended) == []


async def test_with_a_person_it_has_an_end_already(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.writes("你好")
    await world.forget_jobs()
    await world.takes(fang, received)
    world.later(minutes=3)
    await watch.call_people(world.desk)
    assert (await _found(world)).messages == 0
    assert [one for one in await world.notices() if one.kind == "alarm"] == []


async def test_when_all_is_away_administrators_are_told_once_and_every_customer(world: World) -> None:
    await world.agent("admin", role=Role.ADMINISTRATOR)
    received = [await world.writes("你好", address=f"chat-{number}") for number in range(3)]
    await world.forget_jobs()
    world.later(minutes=3)
    await watch.call_people(world.desk)
    holding = [(await world.conversation(one.conversation_id)).holding for one in received]
    assert holding == [Holding.WAITING] * 3
    assert len([one for one in await world.notices() if one.kind == "alarm"]) == 1
    assert (await _found(world)).messages == 3


async def test_it_is_over_when_the_assistant_answers_after_all(world: World) -> None:
    received = await world.writes("你好")
    world.later(minutes=3)
    await watch.call_people(world.desk)
    assert (await _found(world)).left[0].conversation == received.conversation_id
    await world.work()
    assert await _found(world) == LooseEnds()


async def test_a_reply_the_platform_refuses_is_no_reply(world: World) -> None:
    world.post.trouble = [DeliveryRefused("blocked")]
    received = await world.says("你好")
    assert await world.do(endings.unended) == [received.message_id]
    world.later(minutes=3)
    await watch.call_people(world.desk)
    assert (await world.conversation(received.conversation_id)).holding is Holding.WAITING
    await world.work()
    assert (await _found(world)).messages == 0


async def test_a_mark_that_says_settled_is_not_believed(world: World) -> None:
    received = await world.writes("你好")
    await world.forget_jobs()
    await world.do(lambda session: session.execute(update(Message).values(settled_at=world.now)))
    assert await world.do(endings.unended) == [received.message_id]


async def test_what_a_person_held_and_handed_back_had_an_end(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("谢谢,再见")
    world.later(seconds=1)
    await world.releases(fang, received)
    assert await world.do(endings.unended) == []


async def test_a_reply_that_does_not_leave_is_told_to_administrators(world: World) -> None:
    await world.agent("admin", role=Role.ADMINISTRATOR)
    received = await world.says("你好")
    stuck = update(Message).where(Message.conversation_id == received.conversation_id)
    await world.do(
        lambda session: session.execute(
            stuck.where(Message.author == "bot").values(delivery=Delivery.PENDING)
        )
    )
    world.later(minutes=3)
    await watch.look(world.desk)
    await watch.look(world.desk)
    assert (await _found(world)).warnings == ["replies_overdue"]
    assert [one.round.partition(":")[0] for one in await world.notices() if one.kind == "alarm"] == [
        "replies"
    ]


async def test_a_clock_that_nobody_lets_fall_due_is_told_to_administrators(world: World) -> None:
    await world.agent("admin", role=Role.ADMINISTRATOR)
    await _heard_by_a_person(world, complaint())
    world.later(days=9)
    await watch.look(world.desk)
    assert (await _found(world)).clocks == 1
    assert "clocks" in {one.round.partition(":")[0] for one in await world.notices()}


async def test_an_escalation_without_a_next_step_goes_on(world: World) -> None:
    await _heard_by_a_person(world, complaint(signals=["media_threat"]))
    [clock] = await world.all(select(Clock).where(Clock.kind == ClockKind.HEADQUARTERS))
    await world.do(
        lambda session: session.execute(
            update(Clock).where(Clock.id == clock.id).values(breached_at=clock.due_at, escalated=1)
        )
    )
    await watch.look(world.desk)
    await watch.look(world.desk)
    jobs = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'clocks.escalate'")
    async with world.desk.database.transaction() as session:
        assert [row.args for row in await session.execute(jobs)] == [{"clock_id": clock.id, "step": 1}]


async def _heard_by_a_person(world: World, heard: dict[str, Any]) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    world.engine.hear = lambda text: heard
    await world.says("冰箱坏了")
    await world.forget_jobs()


async def _found(world: World) -> LooseEnds:
    found: LooseEnds = await world.do(
        lambda session: endings.loose_ends(session, policy=world.desk.policy, now=world.now)
    )
    return found
