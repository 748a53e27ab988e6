"""One message has one effect, however often and however simultaneously it is run."""

import asyncio

import pytest
from sqlalchemy import func, select

from ledger.models import Case
from ledger.services.effects import once
from tests.ledger_world import LedgerWorld


async def number_of_cases(world: LedgerWorld) -> int:
    return await world.do(lambda session: session.scalar(select(func.count()).select_from(Case)))


async def test_the_same_message_heard_again_changes_nothing(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了")
    first = await desk_ledger.hear(message_id)
    before = await desk_ledger.actions(first.number)
    assert await desk_ledger.hear(message_id) == first
    assert await desk_ledger.actions(first.number) == before


async def test_the_same_message_heard_by_two_at_once_opens_one_case(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了")
    hearings = await asyncio.gather(*(desk_ledger.hear(message_id) for _ in range(6)))
    assert len({hearing.number for hearing in hearings}) == 1
    assert await number_of_cases(desk_ledger) == 1


async def test_the_second_waits_and_is_given_the_first_ones_result(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly():
        begun.set()
        await go_on.wait()
        return {"made by": "the first"}

    async def never():
        raise AssertionError("the effect was made twice")

    def have(make):
        return desk_ledger.do(lambda session: once(session, message_id, "x", desk_ledger.now, make))

    first = asyncio.create_task(have(slowly))
    await begun.wait()
    second = asyncio.create_task(have(never))
    done, _ = await asyncio.wait({second}, timeout=0.2)
    assert not done
    go_on.set()
    assert await first == await second == {"made by": "the first"}


async def test_an_effect_that_was_rolled_back_is_made_by_the_next(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了")

    async def fail():
        raise RuntimeError("gone")

    async def work():
        return {"made": True}

    with pytest.raises(RuntimeError):
        await desk_ledger.do(lambda session: once(session, message_id, "x", desk_ledger.now, fail))
    made = await desk_ledger.do(lambda session: once(session, message_id, "x", desk_ledger.now, work))
    assert made == {"made": True}


async def test_two_messages_of_one_conversation_heard_at_once_open_one_case(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    messages = [await desk_ledger.message(conversation, words) for words in ("冰箱坏了", "修了三次")]
    hearings = await asyncio.gather(*(desk_ledger.hear(message) for message in messages))
    assert len({hearing.number for hearing in hearings}) == 1
    assert sum(hearing.opened for hearing in hearings) == 1
