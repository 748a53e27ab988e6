"""One hot conversation: gathered before the queue, answered in a few turns, in nobody's way."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, text

from bot import turns
from bot.engine import Engine
from bot.workers import Workers
from ledger.heard import Heard
from ledger.models import Message
from ledger.services import gathering, memory
from tests import policies
from tests.stand_ins import eventually

from .stand_ins import heard
from .world import World

WAITING = text(
    "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'conversation.handle'"
)

# As if they had come at once, and been heard.
MANY = text(
    "INSERT INTO messages (conversation_id, author, text, at, client_id, heard_at) "
    "SELECT :conversation, 'customer', '第' || number || '条', :now, 'many-' || number, :now "
    "FROM generate_series(1, :many) number"
)


@pytest.fixture
async def workers(world: World) -> AsyncIterator[Workers]:
    """Workers of the desk, not yet started."""
    workers = Workers(world.desk)
    yield workers
    await workers.stop()


async def flood(world: World, number: int, *, address: str = "chat-1") -> int:
    """So many messages of one customer, in order; returns the conversation."""
    conversation_ids = {
        (await world.writes(f"第{one}条", address=address)).conversation_id for one in range(number)
    }
    [conversation_id] = conversation_ids
    return conversation_id


async def jobs(world: World) -> int:
    """How many jobs wait to handle a message."""
    return int(await world.do(lambda session: session.scalar(WAITING)))


async def test_one_job_waits_for_all_that_waits_in_a_conversation(world: World) -> None:
    await flood(world, 30)
    assert await jobs(world) == 1
    await world.writes("我也有事", address="chat-2")
    assert await jobs(world) == 2


async def test_a_flood_is_answered_in_two_turns_where_nobody_is_listened_to(world: World) -> None:
    conversation_id = await flood(world, 200)
    await world.work()
    asked = world.engine.calls("turn")
    assert [call["text"].count("\n") + 1 for call in asked] == [1, 199]
    assert asked[1]["text"] == "\n".join(f"第{one}条" for one in range(1, 200))
    customers = [one for one in await world.transcript(conversation_id) if one.author == "customer"]
    assert [one.text for one in customers] == [f"第{one}条" for one in range(200)]
    assert all(one.settled_at and one.heard_at for one in customers)
    assert len(world.post.arrived) == 2


async def test_a_few_in_a_row_are_each_answered_where_nobody_is_listened_to(world: World) -> None:
    flood_from = world.desk.policy.listening.flood
    await flood(world, flood_from + 1)
    await world.work()
    assert world.post.arrived == [f"听到:第{one}条" for one in range(flood_from + 1)]


async def test_a_flood_is_one_turn_where_people_are_listened_to(world: World) -> None:
    world.desk.policy = policies.listening()
    await flood(world, 100)
    await world.work()
    await world.passes(seconds=15)
    [asked] = world.engine.calls("turn")
    assert asked["text"].count("\n") == 99


async def test_no_turn_is_longer_than_the_assistant_can_take(world: World) -> None:
    received = await world.writes("第0条")
    many = {"conversation": received.conversation_id, "now": world.now, "many": 2 * gathering.MOST + 100}
    await world.do(lambda session: session.execute(MANY, many))
    await world.work()
    lengths = [call["text"].count("\n") + 1 for call in world.engine.calls("turn")]
    assert lengths == [1, gathering.MOST, gathering.MOST, 100]
    customers = [one for one in await world.transcript(received.conversation_id) if one.author == "customer"]
    assert all(one.settled_at for one in customers)


async def test_of_too_many_words_danger_the_beginning_and_the_end_are_answered(world: World) -> None:
    world.desk.policy = policies.listening()
    world.engine.hear = lambda said: heard(signals=["regulator_threat"] if "12315" in said else [])
    for one in range(60):
        # What is meant comes in the middle of a flood of long ones.
        words = "我要去12315投诉你们。" if one == 20 else f"第{one}条，" + "坏" * 400
        received = await world.writes(words)
    await world.work()
    await world.passes(seconds=15)
    [asked] = world.engine.calls("turn")
    told = asked["text"].split("\n")
    assert len(asked["text"]) <= gathering.LONGEST + len(told)
    assert told[0].startswith("第0条")
    assert "12315" in told[1]
    assert told[-1].startswith("第59条")
    assert "60" in world.post.arrived[0]
    customers = [one for one in await world.transcript(received.conversation_id) if one.author == "customer"]
    assert len(customers) == 60
    assert all(one.settled_at and one.heard_at for one in customers)


async def test_of_a_flood_that_a_person_held_the_assistant_is_told_the_latest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST", 20)
    received = await world.says("你好")
    wang = await world.agent("wang", name="王芳")
    await world.takes(wang, received)
    conversation_id = await flood(world, 50)
    await world.work()
    await world.releases(wang, received)
    await world.work()
    assert world.engine.memory[str(conversation_id)] == [f"第{one}条" for one in range(30, 50)]


async def test_what_comes_while_the_job_is_fetched_is_not_overlooked(world: World) -> None:
    """The job looks once more with the conversation's row held, as whoever brings a message holds it."""
    received = await world.says("你好")
    async with world.desk.database.transaction() as session:
        # A message is being committed, and has found a job still waiting.
        session.add(
            Message(
                conversation_id=received.conversation_id,
                author="customer",
                text="还有",
                at=world.now,
                client_id="late",
            )
        )
        await gathering.hold(session, received.message_id)
        looking = asyncio.create_task(turns.handle(world.desk, received.message_id))
        await asyncio.sleep(0.2)
        assert not looking.done()
    await looking
    await world.work()
    assert world.post.arrived == ["听到:你好", "听到:还有"]


async def test_what_comes_while_earlier_words_are_heard_is_heard_at_once_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.desk.policy = policies.listening()
    received = await world.writes("我想投诉")
    parse = Engine.parse

    async def meanwhile(engine: Engine, said: str) -> Heard:
        await world.writes("有人受伤了")
        # As if it had found the job that looks still waiting.
        await world.forget_jobs()
        return await parse(engine, said)

    monkeypatch.setattr(Engine, "parse", meanwhile)
    await turns.handle(world.desk, received.message_id)
    assert await jobs(world) == 1


async def test_hundreds_of_waiting_messages_of_one_delay_nobody_else(world: World, workers: Workers) -> None:
    hot = await flood(world, 300)
    for one in range(50):
        await world.writes("你好", address=f"quiet-{one}")
    await workers.start()
    await eventually(lambda: answered(world, besides=hot, number=50), seconds=60)
    # One turn of the hot conversation at a time: of its few, most are still to come.
    assert sum(call["conversation"] == str(hot) for call in world.engine.calls("turn")) <= 2
    await eventually(lambda: answered(world, besides=0, number=52), seconds=60)


async def answered(world: World, *, besides: int, number: int) -> bool:
    """Whether so many replies arrived in other conversations."""
    count = select(func.count()).where(
        Message.author == "bot", Message.delivery == "sent", Message.conversation_id != besides
    )
    return bool(await world.do(lambda session: session.scalar(count)) == number)
