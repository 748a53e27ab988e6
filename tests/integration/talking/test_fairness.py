"""A slow platform, or a group robot that hangs, has its own share of the workers and no more."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select

from bot import notices
from bot.desk import Desk
from bot.notices.errors import NoticeError
from bot.notices.letter import Letter
from bot.workers import Workers
from ledger.models import Notice
from ledger.policy import Notices, Webhook
from ledger.services.notices import tell
from ledger.vocabulary import NoticeKind, NoticeState, Way
from tests.stand_ins import eventually

from .stand_ins import Post
from .world import World


@pytest.fixture
async def workers(world: World) -> AsyncIterator[Workers]:
    """Workers of the desk, not yet started."""
    workers = Workers(world.desk)
    yield workers
    await workers.stop()


@pytest.fixture
def hanging() -> Iterator[asyncio.Event]:
    """Sets free what hangs, at the latest when the test ends."""
    free = asyncio.Event()
    yield free
    free.set()


async def test_a_platform_that_hangs_delays_no_other_platform(
    world: World, workers: Workers, hanging: asyncio.Event
) -> None:
    other = world.desk.channels["other"] = Post("other")
    world.post.before_send = hanging.wait
    for one in range(40):
        await world.writes("你好", address=f"slow-{one}")
    await workers.start()
    await asyncio.sleep(1)
    await world.writes("你好", address="quick", channel="other")
    await world.writes("在吗", address="visitor", channel="web")
    await eventually(lambda: bool(other.arrived))
    assert world.post.arrived == []
    hanging.set()
    await eventually(lambda: len(world.post.arrived) == 40)


async def test_a_group_robot_that_hangs_delays_no_other_notice(
    world: World, workers: Workers, hanging: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    robots = tuple(
        Webhook.model_validate({"name": name, "template": "json", "url": "http://robot"})
        for name in ("dead", "well")
    )
    world.desk.policy = world.desk.policy.model_copy(update={"notices": Notices(webhooks=robots)})

    async def send(desk: Desk, notice: Notice, letter: Letter) -> None:
        if notice.address == "dead":
            await hanging.wait()
            raise NoticeError("ReadTimeout")

    monkeypatch.setitem(notices.WAYS, Way.WEBHOOK, send)
    async with world.desk.database.transaction() as session:
        for one in range(40):
            await tell(
                session,
                kind=NoticeKind.HUMAN_WANTED,
                people=[],
                round=f"round-{one}",
                policy=world.desk.policy,
                now=world.now,
            )
    await workers.start()
    await eventually(lambda: told(world, "well", 40))
    assert await told(world, "dead", 0)


async def told(world: World, robot: str, number: int) -> bool:
    """Whether so many notices reached a robot."""
    sent = select(Notice).where(Notice.address == robot, Notice.state == NoticeState.SENT)
    return len(await world.all(sent)) == number
