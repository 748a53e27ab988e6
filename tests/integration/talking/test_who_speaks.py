"""Who speaks, in any order of events: the book replays to the present, and nobody is talked over.

Hypothesis mixes messages, turns under way, deliveries under way, moves of three people, silence, leaving and
restarts on the real services and a real database; only engine and platform are stand-ins, at their transport.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import BigInteger, cast, select

from bot import conversation, delivery, turns, watch
from bot.channels.base import Outgoing
from bot.jobs import create_queue
from ledger.db import Database
from ledger.errors import NotAllowed
from ledger.handoff import ENTRIES, MOVES, AlreadyHeld, HandoffError, IllegalMove, Move, NotHolder, after
from ledger.models import Conversation, Entry, Message, Staff
from ledger.services import attendance, departments
from ledger.services import staff as accounts
from ledger.services.messages import Received
from ledger.vocabulary import Author, Delivery, Holding, Role

from .conftest import desk_of
from .stand_ins import EngineStandIn, Post, complaint, heard
from .world import OPEN, World

T = TypeVar("T")
ABSENT_AFTER = timedelta(minutes=5)
# The same ones each time. More of them, when this is what you work on.
EXAMPLES = 12
MOST_AT_ONCE = 2
PEOPLE = ("fang", "li", "boss")
who = st.sampled_from(PEOPLE)


@dataclass
class Platform(Post):
    """Notes what of the assistant's it is handed while a person holds the conversation; may be slow."""

    database: Database | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    talked_over: list[str] = field(default_factory=list)

    async def send(self, message: Outgoing) -> str | None:
        assert self.database is not None
        async with self.database.transaction() as session:
            row = await session.get_one(Message, message.id)
            held = await session.get_one(Conversation, row.conversation_id)
        if row.author is Author.BOT and held.holding is Holding.HUMAN:
            self.talked_over.append(row.text)
        self.entered.set()
        await self.gate.wait()
        return await super().send(message)


@dataclass
class Stage:
    """What all examples share: one event loop, one database, one desk."""

    loop: asyncio.Runner
    world: World
    numbers: Iterator[int] = field(default_factory=count)
    made: set[Move] = field(default_factory=set)
    dropped: int = 0

    @property
    def platform(self) -> Platform:
        assert isinstance(self.world.post, Platform)
        return self.world.post


@pytest.fixture
def stage(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The desk, on an event loop of its own: hypothesis calls from outside of one."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", quick)
    with asyncio.Runner() as loop:
        world = loop.run(_built(database_url, tmp_path))
        yield Stage(loop, world)
        loop.run(world.desk.engine.close())
        loop.run(world.desk.database.close())


async def _built(database_url: str, home: Path) -> World:
    engine, database = EngineStandIn(), Database(database_url)
    engine.hear = lambda text: complaint() if "投诉" in text else heard()
    platform = Platform(database=database)
    desk = desk_of(database, database_url, home, engine, platform)
    async with database.transaction() as session:
        await departments.sync(session, policy=desk.policy, now=OPEN)
    world = World(desk, engine, platform, create_queue(desk))
    desk.now = lambda: world.now
    return world


def test_the_word_passes_only_as_the_table_says_and_nobody_is_talked_over(stage: Stage) -> None:
    run_machine(
        lambda: WhoSpeaks(stage),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            phases=[Phase.generate],
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert stage.made == set(Move)
    assert stage.dropped


class WhoSpeaks(RuleBasedStateMachine):
    """One conversation and three people; ``holding`` and ``holder`` are what the rules say must be."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage, self.world = stage, stage.world
        self.holding, self.holder = Holding.BOT, ""
        self.people: dict[str, Staff] = {}
        self.address = ""
        self.turns: list[asyncio.Task[None]] = []
        self.deliveries: list[asyncio.Task[None]] = []
        self.last_sign = self.held_since = self.world.now
        self.left: dict[str, datetime] = {}
        self.disabled: set[str] = set()
        self.customer_waits = True
        self.known: set[int] = set()
        stage.platform.talked_over.clear()

    # What happens.

    @initialize()
    def somebody_writes(self) -> None:
        """A new customer, and three people of this example."""
        example = next(self.stage.numbers)
        for name in PEOPLE:
            role = Role.SUPERVISOR if name == "boss" else Role.AGENT
            self.people[name] = self._run(self.world.agent(f"{name}-{example}", role))
        self.address = f"chat-{example}"
        self.received: Received = self._run(self.world.writes("你好", address=self.address))
        self.stage.platform.gate.set()

    @rule(words=st.sampled_from(["在吗", "我要投诉", "好的"]))
    def the_customer_writes(self, words: str) -> None:
        self.received = self._run(self.world.writes(words, address=self.address))
        self.customer_waits = True

    # Few rules, each with a choice of its own: hypothesis leaves whole rules out of many an example.

    @rule(deed=st.sampled_from(["turn", "turn ends", "deliver", "delivery", "delivery ends", "killed"]))
    def the_desk_works(self, deed: str) -> None:
        deeds = {
            "turn": self._a_turn_begins,
            "turn ends": self._the_turns_end,
            "deliver": self._all_is_delivered,
            "delivery": self._a_delivery_begins,
            "delivery ends": self._the_delivery_ends,
            "killed": self._the_desk_is_killed,
        }
        deeds[deed]()

    @rule(name=who, deed=st.sampled_from(["take", "take", "take over", "hand back", "pass on", "write"]))
    def staff_act(self, name: str, deed: str) -> None:
        deeds = {
            "take": self._somebody_takes,
            "take over": self._somebody_takes_over,
            "hand back": self._somebody_hands_back,
            "pass on": self._somebody_passes_it_on,
            "write": self._somebody_writes_to_the_customer,
        }
        deeds[deed](name)

    @rule(name=who)
    def somebody_takes_while_the_assistant_answers(self, name: str) -> None:
        """What matters most, in one piece, so that it comes often; all else may be under way besides."""
        self.the_customer_writes("在吗")
        self._a_turn_begins()
        self._somebody_takes(name)
        self._the_turns_end()

    @rule(name=who)
    def somebody_takes_while_a_reply_waits(self, name: str) -> None:
        self._the_turns_end()
        self._somebody_takes(name)
        self._all_is_delivered()

    def _a_turn_begins(self) -> None:
        """A second one under way is that of a process which was only slow, and is taken for dead."""
        if len(self.turns) == MOST_AT_ONCE:
            return
        self.world.engine.gate.clear()
        turn = turns.handle(self.world.desk, self.received.message_id)
        self.turns.append(self._run(_under_way(turn, self.world.engine.entered)))

    def _the_turns_end(self) -> None:
        self.world.engine.gate.set()
        self._finish(self.turns)

    def _all_is_delivered(self) -> None:
        if self.deliveries:
            return
        self.stage.platform.gate.set()
        self._run(delivery.deliver(self.world.desk, self.received.conversation_id))

    def _a_delivery_begins(self) -> None:
        if self.deliveries:
            return
        self.stage.platform.gate.clear()
        sending = delivery.deliver(self.world.desk, self.received.conversation_id)
        self.deliveries.append(self._run(_under_way(sending, self.stage.platform.entered)))

    def _the_delivery_ends(self) -> None:
        self.stage.platform.gate.set()
        self._finish(self.deliveries)

    def _the_desk_is_killed(self) -> None:
        """What is under way is lost; what was committed stays."""
        self._run(_killed([*self.turns, *self.deliveries]))
        self.turns.clear()
        self.deliveries.clear()

    def _somebody_takes(self, name: str) -> None:
        self._takes(name, force=False)

    def _somebody_takes_over(self, name: str) -> None:
        self._takes(name, force=True)

    def _takes(self, name: str, *, force: bool) -> None:
        outcome = self._try(
            conversation.take(self.world.desk, staff=self.people[name], force=force, **self._here)
        )
        if self.holder and self.holder != name and not force:
            assert isinstance(outcome, AlreadyHeld)
        elif self.holder and self.holder != name and name != "boss":
            assert isinstance(outcome, NotAllowed)
        elif self.holder != name:
            self._passes(Move.TAKE_OVER if self.holder else Move.TAKE, name)

    def _somebody_hands_back(self, name: str) -> None:
        outcome = self._try(conversation.release(self.world.desk, staff=self.people[name], **self._here))
        self._expect(outcome, Move.RELEASE, name)

    def _somebody_passes_it_on(self, name: str) -> None:
        outcome = self._try(
            conversation.pass_on(self.world.desk, staff=self.people[name], reason="换人", **self._here)
        )
        self._expect(outcome, Move.PASS_ON, name)

    def _somebody_writes_to_the_customer(self, name: str) -> None:
        outcome = self._try(
            conversation.send_as_agent(self.world.desk, staff=self.people[name], text="我在看", **self._here)
        )
        if self.holder == name:
            self.customer_waits, self.last_sign = False, self.world.now
        else:
            assert isinstance(outcome, NotHolder)

    @rule()
    def a_person_is_asked_for(self) -> None:
        """As the engine's failing does, at the end of all patience."""
        before = self._run(_open_messages(self.world, self.received))
        self._run(turns.give_up(self.world.desk, self.received.message_id))
        if before and self.holding is Holding.BOT:
            self._passes(Move.ASK)

    @precondition(lambda self: self.holder)
    @rule(how=st.sampled_from(["off duty", "disabled"]))
    def the_holder_leaves(self, how: str) -> None:
        self._run(self._leave(self.people[self.holder], how))
        self.left[self.holder] = self.world.now
        if how == "disabled":
            self.disabled.add(self.holder)

    @precondition(lambda self: self.holder)
    @rule()
    def the_holder_looks(self) -> None:
        self._run(self._seen(self.people[self.holder]))
        self.last_sign = self.world.now

    @rule(minutes=st.sampled_from([0, 2, 6]), processes=st.integers(1, 3))
    def the_desks_watch(self, minutes: int, processes: int) -> None:
        self.world.later(minutes=minutes)
        self._run(_together([watch.expire_forsaken(self.world.desk) for _ in range(processes)]))
        silent = max(self.last_sign, self.held_since) <= self.world.now - ABSENT_AFTER
        if self.holder and (self._has_left() or (silent and self.customer_waits)):
            self._passes(Move.EXPIRE)

    # What must hold.

    @invariant()
    def everything_agrees(self) -> None:
        row, moves, said = self._run(self._read())
        self._the_row_is_as_the_table_says(row)
        self._the_book_replays_to_it_by_legal_moves(moves)
        self._nobody_is_talked_over([one for one in said if one.id not in self.known])
        self.known |= {one.id for one in said}

    def _the_row_is_as_the_table_says(self, row: Conversation) -> None:
        holder = self.people[self.holder].id if self.holder else None
        assert (row.holding, row.holder_id) == (self.holding, holder)
        assert (row.holding is Holding.HUMAN) == (row.holder_id is not None)

    def _the_book_replays_to_it_by_legal_moves(self, moves: Sequence[Entry]) -> None:
        now_holding, now_holder = Holding.BOT, None
        for entry in moves:
            before, then = entry.before, entry.after
            assert before is not None
            assert then is not None
            assert (before["holding"], before["holder"]) == (now_holding, now_holder)
            called = [move for move, name in ENTRIES.items() if name == entry.action]
            assert then["holding"] in {MOVES.get((now_holding, move)) for move in called}
            now_holding, now_holder = Holding(then["holding"]), then["holder"]
        holder = self.people[self.holder].username if self.holder else None
        assert (now_holding, now_holder) == (self.holding, holder)

    def _nobody_is_talked_over(self, fresh: Sequence[Message]) -> None:
        for one in fresh:
            if one.author is Author.AGENT:
                assert one.staff_id == self.people[self.holder].id
            if one.author is Author.BOT and self.holding is Holding.HUMAN:
                assert one.delivery is Delivery.DROPPED
                self.stage.dropped += 1
        assert self.stage.platform.talked_over == []

    async def _read(self) -> tuple[Conversation, Sequence[Entry], Sequence[Message]]:
        here = self.received.conversation_id
        about = cast(Entry.before["conversation"].astext, BigInteger) == here
        moves = select(Entry).where(Entry.action.in_(set(ENTRIES.values())), about).order_by(Entry.id)
        said = select(Message).where(Message.conversation_id == here).order_by(Message.id)
        async with self.world.desk.database.transaction() as session:
            row = await session.get_one(Conversation, here)
            return row, (await session.scalars(moves)).all(), (await session.scalars(said)).all()

    def teardown(self) -> None:
        self._run(_killed([*self.turns, *self.deliveries]))
        self.world.engine.gate.set()

    # How it is done.

    @property
    def _here(self) -> dict[str, int]:
        return {"conversation_id": self.received.conversation_id}

    def _run(self, deed: Awaitable[T]) -> T:
        """Do it, or look it up; either takes a second of the desk's time."""
        self.world.later(seconds=1)

        async def done() -> T:
            return await deed

        return self.stage.loop.run(done())

    def _try(self, deed: Awaitable[Any]) -> Exception | None:
        try:
            self._run(deed)
        except (HandoffError, NotAllowed) as refused:
            return refused
        return None

    def _finish(self, tasks: list[asyncio.Task[None]]) -> None:
        self._run(_together(tasks))
        tasks.clear()

    def _passes(self, move: Move, to: str = "") -> None:
        self.holding, self.holder = after(self.holding, move), to
        self.stage.made.add(move)
        if to:
            self.held_since = self.last_sign = self.world.now

    def _expect(self, outcome: Exception | None, move: Move, name: str) -> None:
        """The outcome of a move that only the holder or a supervisor may make."""
        if (self.holding, move) not in MOVES:
            assert isinstance(outcome, IllegalMove)
        elif self.holder not in ("", name) and name != "boss":
            assert isinstance(outcome, NotHolder)
        else:
            assert outcome is None
            self._passes(move)

    def _has_left(self) -> bool:
        left = self.left.get(self.holder)
        return self.holder in self.disabled or (left is not None and left >= self.held_since)

    async def _leave(self, staff: Staff, how: str) -> None:
        async with self.world.desk.database.transaction() as session:
            if how == "disabled":
                await accounts.disable(session, username=staff.username, now=self.world.now)
            else:
                await accounts.set_on_duty(session, staff=staff, on_duty=False, now=self.world.now)

    async def _seen(self, staff: Staff) -> None:
        async with self.world.desk.database.transaction() as session:
            known = await session.get_one(Staff, staff.id)
            known.last_seen_at = None
            await attendance.seen(session, staff=known, policy=self.world.desk.policy, now=self.world.now)


async def _under_way(deed: Coroutine[Any, Any, None], entered: asyncio.Event) -> asyncio.Task[None]:
    """The deed as a task, run until it waits for engine or platform, or is done."""
    entered.clear()
    task, waits = asyncio.create_task(deed), asyncio.create_task(entered.wait())
    await asyncio.wait({task, waits}, return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()
    return task


async def _together(deeds: list[Any]) -> None:
    await asyncio.gather(*deeds)


async def _killed(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _open_messages(world: World, received: Received) -> int:
    found = await world.transcript(received.conversation_id)
    return len([one for one in found if one.author is Author.CUSTOMER and one.settled_at is None])
