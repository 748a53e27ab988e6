"""Who may speak: the assistant, the queue, a person (docs/conversation.md)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from bot import conversation
from ledger.errors import Missing, NotAllowed
from ledger.handoff import AlreadyHeld, IllegalMove, NotHolder
from ledger.models import Clock, Staff
from ledger.services import cases, departments, handoff
from ledger.services.entries import verify
from ledger.vocabulary import Delivery, Holding, Role

from .stand_ins import complaint, reply
from .world import NIGHT, World


async def test_from_the_moment_it_is_taken_the_assistant_is_silent(world: World) -> None:
    fang = await world.agent("fang", name="王芳")
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("有人吗")
    assert [who for who, _ in await world.said(received.conversation_id)] == [
        "customer",
        "bot",
        "system",
        "customer",
    ]
    assert "王芳" in world.post.arrived[-1]


async def test_of_two_who_take_at_once_exactly_one_wins_and_the_other_is_told(world: World) -> None:
    agents = [await world.agent(f"agent{number}") for number in range(4)]
    received = await world.says("你好")
    outcomes = await asyncio.gather(
        *(world.takes(one, received) for one in agents),
        return_exceptions=True,
    )
    losers = [one for one in outcomes if isinstance(one, AlreadyHeld)]
    held = await world.conversation(received.conversation_id)
    winner = next(one for one in agents if one.id == held.holder_id)
    assert len(losers) == 3
    assert {one.holder for one in losers} == {winner.name}
    assert len(await world.entries("conversation.taken")) == 1


async def test_taking_it_again_changes_nothing(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    for _ in range(2):
        await world.takes(fang, received)
    assert len(await world.entries("conversation.taken")) == 1
    assert [who for who, _ in await world.said(received.conversation_id)].count("system") == 1


async def test_only_a_supervisor_takes_over_from_somebody(world: World) -> None:
    fang, li = await world.agent("fang"), await world.agent("li")
    boss = await world.agent("boss", role=Role.SUPERVISOR)
    received = await world.says("你好")
    await world.takes(fang, received)
    with pytest.raises(NotAllowed):
        await world.takes(li, received, force=True)
    with pytest.raises(AlreadyHeld):
        await world.takes(boss, received)
    await world.takes(boss, received, force=True)
    assert (await world.conversation(received.conversation_id)).holder_id == boss.id
    assert [entry.before["holder"] for entry in await world.entries("conversation.taken")] == [None, "fang"]


async def test_a_reply_in_the_making_is_dropped_recorded_and_forgotten(world: World) -> None:
    fang = await world.agent("fang")
    world.engine.gate.clear()
    received = await world.writes("你好")
    working = asyncio.create_task(world.work())
    await world.engine.entered.wait()
    await world.takes(fang, received)
    world.engine.gate.set()
    await working
    dropped = [
        one for one in await world.transcript(received.conversation_id) if one.delivery == Delivery.DROPPED
    ]
    assert [one.text for one in dropped] == ["听到:你好"]
    assert "听到:你好" not in world.post.arrived
    assert [call["message_id"] for call in world.engine.calls("forget")] == [received.message_id]


async def test_a_stored_reply_is_dropped_before_it_is_sent(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")

    async def taken_in_between() -> None:
        world.post.before_send = None
        await world.takes(fang, received)

    world.engine.replies = lambda text: [reply("一"), reply("二")]
    world.post.before_send = taken_in_between
    await world.says("再问")
    delivered = {one.text: one.delivery for one in await world.transcript(received.conversation_id)}
    assert (delivered["一"], delivered["二"]) == (Delivery.SENT, Delivery.DROPPED)
    assert "二" not in world.post.arrived


async def test_while_a_person_holds_it_danger_is_heard_all_the_same(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    world.engine.hear = lambda text: complaint(signals=["media_threat"], emotion=3)
    await world.says("我找记者去")
    [case] = await world.cases()
    assert [reason["code"] for reason in case.special_reasons] == ["media_threat"]
    assert (await world.transcript(received.conversation_id))[-1].emotion == 3
    assert len(world.engine.calls("turn")) == 1


async def test_while_a_person_holds_it_an_absent_engine_keeps_nothing_open(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    world.engine.down = True
    await world.says("在吗")
    last = (await world.transcript(received.conversation_id))[-1]
    assert (last.author, last.settled_at is not None) == ("customer", True)
    assert (await world.conversation(received.conversation_id)).holding == Holding.HUMAN


async def test_the_holder_writes_and_the_customer_receives(world: World) -> None:
    fang = await world.agent("fang", name="王芳")
    received = await world.says("你好")
    with pytest.raises(NotHolder):
        await world.answers(fang, received, "我在")
    await world.takes(fang, received)
    with pytest.raises(Missing):
        await world.answers(fang, received, "  ")
    message = await world.answers(fang, received, "我在")
    await world.work()
    assert (message.author, message.staff_id) == ("agent", fang.id)
    assert world.post.arrived[-1] == "我在"


async def test_a_persons_first_word_stops_the_first_response_clock(world: World) -> None:
    fang = await world.agent("fang")
    world.engine.hear = lambda text: complaint()
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("冰箱坏了")
    await world.answers(fang, received, "我看看")
    [clock] = await world.all(select(Clock).where(Clock.kind == "first_response"))
    assert clock.stopped_by_id == fang.id
    assert (await world.cases())[0].owner_id == fang.id


async def test_who_takes_a_case_that_nobody_owns_is_responsible_for_it(world: World) -> None:
    await _complaint_is_taken_by(world, await world.agent("fang", name="王芳"), "冰箱坏了")
    [case] = await world.cases()
    [entry] = await world.entries("case.assigned")
    assert case.owner_id is not None
    assert (entry.reason, entry.actor) == ("first_asked", "fang")


async def test_the_person_complained_about_does_not_own_the_case(world: World) -> None:
    await _complaint_is_taken_by(world, await world.agent("fang", name="王芳"), "王芳骂人")
    [case] = await world.cases()
    assert case.owner_id is None


async def test_after_the_hand_back_the_assistant_knows_what_was_said(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("要退款")
    await world.answers(fang, received, "明天答复您")
    await world.work()
    await world.releases(fang, received)
    await world.says("好")
    order = [what for what, _ in world.engine.asked]
    assert world.engine.memory[str(received.conversation_id)] == ["要退款", "明天答复您"]
    assert order.index("remember") < len(order) - 1 - order[::-1].index("turn")
    assert world.post.arrived[-1] == "听到:好"


async def test_what_was_said_is_told_once(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    for words in ("第一次", "第二次"):
        await world.takes(fang, received)
        await world.answers(fang, received, words)
        await world.releases(fang, received)
        await world.work()
    assert world.engine.memory[str(received.conversation_id)] == ["第一次", "第二次"]


async def test_only_the_holder_or_a_supervisor_hands_back(world: World) -> None:
    fang, li = await world.agent("fang"), await world.agent("li")
    boss = await world.agent("boss", role=Role.SUPERVISOR)
    received = await world.says("你好")
    with pytest.raises(IllegalMove):
        await world.releases(fang, received)
    await world.takes(fang, received)
    with pytest.raises(NotHolder):
        await world.releases(li, received)
    await world.releases(boss, received)
    assert (await world.conversation(received.conversation_id)).holding == Holding.BOT


async def test_passing_on_leaves_its_reason(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("你好")
    await world.takes(fang, received)
    await conversation.pass_on(
        world.desk, conversation_id=received.conversation_id, staff=fang, reason="要懂冰箱的人"
    )
    [entry] = await world.entries("conversation.queued")
    assert (entry.reason, entry.actor) == ("要懂冰箱的人", "fang")
    assert (await world.conversation(received.conversation_id)).holding == Holding.WAITING


async def test_asking_for_a_person_tells_those_on_duty_once(world: World) -> None:
    fang = await world.agent("fang")
    await _on_duty(world, fang)
    received = await world.says("你好")
    first = await _ask(world, received.conversation_id)
    again = await _ask(world, received.conversation_id)
    wanted = [notice for notice in await world.notices() if notice.kind == "human_wanted"]
    assert (first.fresh, again.fresh) == (True, False)
    assert first.open_now
    assert {notice.staff_id for notice in wanted if notice.staff_id} == {fang.id}


async def test_out_of_hours_asking_says_when_a_person_is_there(world: World) -> None:
    world.now = NIGHT
    received = await world.says("你好")
    asked = await _ask(world, received.conversation_id)
    assert not asked.open_now
    assert asked.next_opening is not None
    assert asked.next_opening.isoformat() == "2026-11-23T09:00:00+08:00"


async def test_every_move_of_a_case_is_in_its_book_and_the_ledger_stays_whole(world: World) -> None:
    fang = await world.agent("fang")
    world.engine.hear = lambda text: complaint()
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("冰箱坏了")
    await world.releases(fang, received)
    [case] = await world.cases()
    assert [entry.book for entry in await world.entries("conversation.released")] == [case.number]
    assert await world.do(verify) is None


async def test_staffs_own_update_is_said_while_a_person_holds_it(world: World) -> None:
    fang = await world.agent("fang")
    world.engine.hear = lambda text: complaint()
    received = await world.says("你好")
    await world.takes(fang, received)
    await world.says("冰箱坏了")
    [case] = await world.cases()
    await world.do(
        lambda session: cases.progress(
            session, number=case.number, text="零件到了", staff=fang, policy=world.desk.policy, now=world.now
        )
    )
    await world.work()
    assert world.post.arrived[-1] == "听到:EXTERNAL_progress"
    assert (await world.transcript(received.conversation_id))[-1].author == "system"


async def _complaint_is_taken_by(world: World, staff: Staff, words: str) -> None:
    world.engine.hear = lambda text: complaint()
    world.engine.down = True
    received = await world.says(words)
    world.engine.down = False
    await world.work()
    await world.takes(staff, received)


async def _ask(world: World, conversation_id: int) -> handoff.Asked:
    asked: handoff.Asked = await world.do(
        lambda session: handoff.ask_for_human(
            session,
            conversation_id=conversation_id,
            reason="customer_asked",
            policy=world.desk.policy,
            now=world.now,
        )
    )
    return asked


async def _on_duty(world: World, *people: Any) -> None:
    key = world.desk.policy.headquarters.key
    await world.do(
        lambda session: departments.set_duty(session, key=key, contacts=people, by=None, now=world.now)
    )
