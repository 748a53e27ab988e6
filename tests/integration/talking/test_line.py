"""More customers than can be answered at once: they hear their number, and all are answered in the end."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot import line, turns
from bot.desk import utc_now
from bot.engine import Engine
from bot.workers import SQUADS, Workers
from ledger import queue
from ledger.services.gathering import SAID_IN_LINE
from tests import policies
from tests.stand_ins import eventually

from .stand_ins import complaint, heard
from .world import World

CROWD, AT_ONCE = 80, SQUADS[0].concurrency
WAITED = text("UPDATE procrastinate_events SET at = at - :gone WHERE type = 'deferred'")
PRIORITIES = text(
    "SELECT lock, priority FROM procrastinate_jobs WHERE task_name = 'conversation.handle' ORDER BY id"
)


@pytest.fixture
async def workers(world: World) -> AsyncIterator[Workers]:
    """Workers of the desk, not yet started."""
    workers = Workers(world.desk, watch_every=0.1)
    yield workers
    await workers.stop()


async def waits(world: World, **time: float) -> None:
    """So long everybody has been in the line."""
    world.later(**time)
    await world.do(lambda session: session.execute(WAITED, {"gone": timedelta(**time)}))


async def numbers(world: World, conversation_id: int) -> list[int]:
    """The numbers a customer was told."""
    told = [one.text for one in await world.transcript(conversation_id) if one.script == SAID_IN_LINE]
    return [int(number) for words in told for number in re.findall(r"\d+", words)]


async def test_who_waits_hears_their_number_in_the_order_they_came(world: World) -> None:
    came = [await world.writes("你好", address=f"chat-{one}") for one in range(3)]
    assert await line.tell(world.desk) == 0
    await waits(world, seconds=11)
    assert await line.tell(world.desk) == 3
    assert [await numbers(world, one.conversation_id) for one in came] == [[1], [2], [3]]
    assert world.engine.asked == []


async def test_it_is_said_once_and_again_only_to_who_writes_on_a_good_while_later(world: World) -> None:
    received = await world.writes("你好")
    await waits(world, seconds=11)
    await line.tell(world.desk)
    await waits(world, seconds=70)
    assert await line.tell(world.desk) == 0
    await world.writes("还在吗")
    assert await line.tell(world.desk) == 1
    await world.writes("有人吗")
    assert await line.tell(world.desk) == 0
    assert await numbers(world, received.conversation_id) == [1, 1]


async def test_whoever_was_told_is_answered_as_usual_and_hears_no_number_afterwards(world: World) -> None:
    received = await world.writes("你好")
    await waits(world, seconds=11)
    await line.tell(world.desk)
    await world.work()
    assert world.post.arrived[1:] == ["听到:你好"]
    assert await line.tell(world.desk) == 0
    assert len(await numbers(world, received.conversation_id)) == 1


async def test_what_was_said_about_waiting_is_no_answer_to_what_was_asked(world: World) -> None:
    """The assistant had asked something: that stands, whatever the desk said of the line meanwhile."""
    world.desk.policy = policies.listening()
    world.engine.replies = lambda said: [
        {"text": "什么时候的事？", "buttons": [], "script": None, "stage": None}
    ]
    await world.writes("冰箱坏了。")
    await world.work()
    await world.passes(seconds=2)
    received = await world.writes("上周三")
    await waits(world, seconds=11)
    assert await line.tell(world.desk) == 1
    await turns.handle(world.desk, received.message_id)
    assert len(world.engine.calls("turn")) == 2


async def test_while_a_person_holds_it_nobody_is_told_a_number(world: World) -> None:
    received = await world.writes("你好")
    await world.takes(await world.agent("wang", name="王芳"), received)
    await waits(world, seconds=11)
    assert await line.tell(world.desk) == 0


async def test_who_was_not_heard_yet_goes_before_all_who_wait(world: World) -> None:
    world.desk.policy = policies.listening()
    first = await world.writes("冰箱坏了。", address="chat-1")
    await world.work()
    await world.do(lambda session: queue.take_place(session, first.conversation_id, first.message_id))
    await world.writes("在吗", address="chat-2")
    jobs = (await world.do(lambda session: session.execute(PRIORITIES))).all()
    assert [priority for _, priority in jobs] == [queue.IN_LINE, 0]


async def test_clocks_stand_behind_all_others_where_a_fetch_reads(world: World) -> None:
    """Thousands wait for days; what is read first would be read past every time."""
    await world.do(
        lambda session: queue.defer(
            session, queue.CLOCK_DUE, at=utc_now() + timedelta(days=1), clock_id=1, due_at=None
        )
    )
    await world.writes("你好")
    first = text("SELECT queue_name FROM procrastinate_jobs ORDER BY priority DESC, id LIMIT 1")
    assert await world.do(lambda session: session.scalar(first)) == "conversation"


async def test_who_writes_on_in_the_line_is_heard_at_once_and_keeps_their_place(world: World) -> None:
    world.desk.policy = policies.listening()
    received = await world.writes("冰箱坏了。")
    await turns.handle(world.desk, received.message_id, in_line=False)
    await world.forget_jobs()
    await world.do(lambda session: queue.take_place(session, received.conversation_id, received.message_id))
    later = await world.writes("修了三次。")
    world.later(seconds=15)
    await turns.handle(world.desk, later.message_id, in_line=False)
    assert [call["text"] for call in world.engine.calls("parse")] == ["冰箱坏了。", "修了三次。"]
    assert world.engine.calls("turn") == []
    await world.work()
    assert [call["text"] for call in world.engine.calls("turn")] == ["冰箱坏了。\n修了三次。"]


async def test_danger_is_answered_before_all_who_wait(world: World) -> None:
    world.desk.policy = policies.listening()
    waiting = await world.writes("冰箱坏了。", address="chat-1")
    await turns.handle(world.desk, waiting.message_id, in_line=False)
    await world.forget_jobs()
    await world.do(lambda session: queue.take_place(session, waiting.conversation_id, waiting.message_id))
    world.engine.hear = lambda said: (
        complaint(signals=["injury_safety"])
        if "受伤" in said
        else heard(intent={"name": "ask_human", "confidence": 0.9})
    )
    hurt = await world.writes("有人受伤了", address="chat-2")
    await turns.handle(world.desk, hurt.message_id, in_line=False)
    assert [call["text"] for call in world.engine.calls("turn")] == ["有人受伤了"]
    # What is whole is due at once too, but no danger: it takes its place.
    other = await world.writes("找人工", address="chat-3")
    await turns.handle(world.desk, other.message_id, in_line=False)
    assert [call["text"] for call in world.engine.calls("turn")] == ["有人受伤了"]
    assert len(world.engine.calls("parse")) == 3


async def test_a_crowd_at_a_slow_engine_hears_a_number_and_are_answered_once_in_order(
    world: World, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = world.desk.policy
    world.desk.policy = policy.model_copy(
        update={"capacity": policy.capacity.model_copy(update={"answer_within": timedelta(seconds=0.2)})}
    )
    free, turn = asyncio.Event(), Engine.turn

    async def slowly(engine: Engine, **question: object) -> object:
        await free.wait()
        return await turn(engine, **question)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "turn", slowly)
    came = []
    for one in range(CROWD):
        came.append(await world.writes(f"第{one}位", address=f"chat-{one}"))
    await workers.start()
    waiting = came[AT_ONCE:]

    async def all_told() -> bool:
        return all([await numbers(world, one.conversation_id) for one in waiting])

    await eventually(all_told, seconds=60)
    assert not any(words.startswith("听到") for words in world.post.arrived)
    free.set()
    await eventually(lambda: len(answers(world)) == CROWD, seconds=60)
    assert sorted(answers(world)) == sorted(f"听到:第{one}位" for one in range(CROWD))
    assert [len(await numbers(world, one.conversation_id)) for one in waiting] == [1] * len(waiting)
    asked = [int(call["conversation"]) for call in world.engine.calls("turn")]
    places = {one.conversation_id: place for place, one in enumerate(came)}
    # So many at a time, in the order they came.
    assert all(abs(places[who] - rank) <= 2 * AT_ONCE for rank, who in enumerate(asked))


def answers(world: World) -> list[str]:
    """What the assistant said, told numbers aside."""
    return [words for words in world.post.arrived if words.startswith("听到")]
