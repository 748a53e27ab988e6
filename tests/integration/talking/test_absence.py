"""A holder who is gone loses the conversation, and the customer is told (docs/conversation.md)."""

import asyncio
from typing import Any

from sqlalchemy import update

from bot import watch
from ledger.handoff import MOVES, Move
from ledger.models import Conversation, Staff
from ledger.services import attendance, departments
from ledger.services import staff as accounts
from ledger.services.messages import Received
from ledger.vocabulary import Holding, Language, Role

from .world import NIGHT, World


async def test_who_gives_no_sign_of_life_while_the_customer_waits_loses_the_conversation(
    world: World,
) -> None:
    fang, received = await _held(world)
    await world.says("还在吗")
    world.later(minutes=5)
    await _watch(world)
    held = await world.conversation(received.conversation_id)
    assert (held.holding, held.holder_id, held.handoff_reason) == (
        Holding.WAITING,
        None,
        attendance.ABSENT,
    )
    [entry] = await world.entries("conversation.expired")
    assert (entry.actor, entry.before["holder"]) == ("system", fang.username)
    assert MOVES[Holding(entry.before["holding"]), Move.EXPIRE] == entry.after["holding"]


async def test_a_minute_before_it_is_still_theirs(world: World) -> None:
    _, received = await _held(world)
    await world.says("还在吗")
    world.later(minutes=4, seconds=59)
    await _watch(world)
    assert (await world.conversation(received.conversation_id)).holding is Holding.HUMAN


async def test_a_sign_of_life_from_any_process_keeps_it(world: World) -> None:
    fang, received = await _held(world)
    await world.says("还在吗")
    for _ in range(3):
        world.later(minutes=4)
        await _seen(world, fang)
        await _watch(world)
    assert (await world.conversation(received.conversation_id)).holding is Holding.HUMAN


async def test_a_sign_of_life_is_written_only_when_the_last_one_grows_old(world: World) -> None:
    fang = await world.agent("fang")
    await _seen(world, fang)
    first = (await _staff(world, fang)).last_seen_at
    world.later(seconds=30)
    await _seen(world, fang)
    assert (await _staff(world, fang)).last_seen_at == first
    world.later(seconds=60)
    await _seen(world, fang)
    assert (await _staff(world, fang)).last_seen_at == world.now


async def test_who_has_answered_may_be_away_while_nobody_waits(world: World) -> None:
    fang, received = await _held(world)
    await world.answers(fang, received, "我去仓库看一眼")
    world.later(hours=2)
    await _watch(world)
    assert (await world.conversation(received.conversation_id)).holding is Holding.HUMAN


async def test_out_of_hours_an_absent_agent_is_absent_too_and_the_customer_hears_when_somebody_is_there(
    world: World,
) -> None:
    world.now = NIGHT
    _, received = await _held(world)
    world.later(minutes=6)
    await _watch(world)
    await world.work()
    assert (await world.conversation(received.conversation_id)).holding is Holding.WAITING
    assert "09:00" in world.post.arrived[-1]


async def test_the_customer_is_told_once_in_their_language_however_many_processes_watch(
    world: World,
) -> None:
    _, received = await _held(world)
    await world.do(_speaks(received, Language.EN))
    world.later(minutes=6)
    await asyncio.gather(*(_watch(world) for _ in range(4)))
    await world.work()
    told = [one for one in await world.transcript(received.conversation_id) if one.script == "desk_expired"]
    assert [one.author for one in told] == ["system"]
    assert world.post.arrived[-1] == told[0].text
    assert told[0].text.isascii()
    assert len(await world.entries("conversation.expired")) == 1


async def test_the_duty_staff_and_the_former_holder_are_told(world: World) -> None:
    li = await world.agent("li")
    await world.do(
        lambda session: departments.set_duty(
            session, key=world.desk.policy.headquarters.key, contacts=[li], by=None, now=world.now
        )
    )
    fang, _ = await _held(world)
    world.later(minutes=6)
    await _watch(world)
    told = {(one.kind.value, one.staff_id) for one in await world.notices() if one.staff_id}
    assert told == {("human_wanted", li.id), ("hold_lost", fang.id)}


async def test_with_nobody_on_duty_those_above_are_told_that_somebody_waits(world: World) -> None:
    boss = await world.agent("boss", role=Role.SUPERVISOR)
    await _held(world)
    world.later(minutes=6)
    await _watch(world)
    assert boss.id in {one.staff_id for one in await world.notices() if one.kind == "human_wanted"}


async def test_the_assistant_answers_again_and_knows_what_was_said(world: World) -> None:
    fang, received = await _held(world)
    await world.answers(fang, received, "明天答复您")
    await world.says("好,还有一件事")
    world.later(minutes=6)
    await _watch(world)
    await world.says("在吗")
    assert "明天答复您" in world.engine.memory[str(received.conversation_id)]
    assert world.post.arrived[-1] == "听到:在吗"


async def test_what_a_disabled_account_holds_goes_back_at_once(world: World) -> None:
    fang, received = await _held(world)
    await world.do(lambda session: accounts.disable(session, username=fang.username, now=world.now, by=None))
    await _expect_left(world, received)


async def test_who_goes_off_duty_gives_back_what_they_hold(world: World) -> None:
    fang, received = await _held(world)
    await world.do(lambda session: accounts.set_on_duty(session, staff=fang, on_duty=False, now=world.now))
    await _expect_left(world, received)


async def test_who_is_off_duty_and_takes_one_all_the_same_keeps_it(world: World) -> None:
    fang = await world.agent("fang")
    await world.do(lambda session: accounts.set_on_duty(session, staff=fang, on_duty=False, now=world.now))
    world.later(seconds=1)
    received = await world.says("你好")
    await world.takes(fang, received)
    await _watch(world)
    assert (await world.conversation(received.conversation_id)).holding is Holding.HUMAN


async def test_signing_out_of_the_last_session_gives_it_back(world: World) -> None:
    fang, received = await _held(world)
    first, second = await _signs_in(world, fang), await _signs_in(world, fang)
    await world.do(lambda session: accounts.sign_out(session, secret=first, now=world.now))
    await _watch(world)
    assert (await world.conversation(received.conversation_id)).holding is Holding.HUMAN
    await world.do(lambda session: accounts.sign_out(session, secret=second, now=world.now))
    await _expect_left(world, received)


async def _expect_left(world: World, received: Received) -> None:
    await _watch(world)
    held = await world.conversation(received.conversation_id)
    assert (held.holding, held.handoff_reason) == (Holding.WAITING, attendance.LEFT)


async def _held(world: World) -> tuple[Staff, Received]:
    fang = await world.agent("fang", name="王芳")
    received = await world.says("你好")
    await world.takes(fang, received)
    return fang, received


async def _watch(world: World) -> None:
    await watch.expire_forsaken(world.desk)


async def _seen(world: World, staff: Staff) -> None:
    async with world.desk.database.transaction() as session:
        known = await session.get_one(Staff, staff.id)
        await attendance.seen(session, staff=known, policy=world.desk.policy, now=world.now)


async def _staff(world: World, staff: Staff) -> Staff:
    found: Staff = await world.do(lambda session: session.get_one(Staff, staff.id))
    return found


async def _signs_in(world: World, staff: Staff) -> str:
    opened: Any = await world.do(
        lambda session: accounts.sign_in(
            session,
            username=staff.username,
            password="long enough",
            policy=world.desk.policy,
            now=world.now,
        )
    )
    return str(opened.secret)


def _speaks(received: Received, language: Language) -> Any:
    change = update(Conversation).where(Conversation.id == received.conversation_id)
    return lambda session: session.execute(change.values(language=language))
