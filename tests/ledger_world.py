"""A small desk for tests of the ledger: customers who say things, staff who act, time that is told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.db import Database
from ledger.heard import Heard
from ledger.models import Case, Clock, Conversation, Customer, Entry, Identity, Message, Notice, Staff
from ledger.policy import Policy, load_policy
from ledger.services import cases, clocks, departments, forms, staff
from ledger.vocabulary import Author, Category, ClockKind, Kind, Language, Role

T = TypeVar("T")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
POLICY = Path(__file__).parents[1] / "policy.yml"

COMPLAINT = Heard(
    intent="complain",
    confidence=0.9,
    language=Language.ZH_HANS,
    kind=Kind.COMPLAINT,
    category=Category.PRODUCT_QUALITY,
    emotion=1,
)
CHAT = replace(COMPLAINT, intent="greet", kind=Kind.CHAT, category=None, emotion=0)


@dataclass
class LedgerWorld:
    """The ledger on a real database. ``now`` is the time for everything that happens; ``later`` moves it."""

    database: Database
    policy: Policy
    now: datetime = NOON
    _numbers: Any = field(default_factory=lambda: count(1))

    def later(self, **time: float) -> datetime:
        """Move time forward."""
        self.now += timedelta(**time)
        return self.now

    async def do(self, use_case: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run a use case in a transaction of its own."""
        async with self.database.transaction() as session:
            return await use_case(session)

    async def conversation(self, channel: str = "web") -> int:
        """Somebody new begins to talk."""
        async with self.database.transaction() as session:
            customer = Customer(created_at=self.now)
            address = f"visitor-{next(self._numbers)}"
            identity = Identity(customer=customer, channel=channel, address=address, created_at=self.now)
            session.add(identity)
            await session.flush()
            return await self._open(session, identity)

    async def another_conversation(self, conversation_id: int) -> int:
        """The same customer begins a further conversation."""
        async with self.database.transaction() as session:
            first = await session.get_one(Conversation, conversation_id)
            return await self._open(session, await session.get_one(Identity, first.identity_id))

    async def message(self, conversation_id: int, words: str, emotion: int | None = None) -> int:
        """A message of the customer, not yet heard."""
        async with self.database.transaction() as session:
            said = Message(
                conversation_id=conversation_id,
                author=Author.CUSTOMER,
                text=words,
                at=self.now,
                emotion=emotion,
            )
            session.add(said)
            await session.flush()
            return said.id

    async def hear(self, message_id: int, heard: Heard = COMPLAINT) -> cases.Hearing | None:
        """The assistant hears a message."""
        return await self.do(
            lambda session: cases.hear(
                session, message_id=message_id, heard=heard, policy=self.policy, now=self.now
            )
        )

    async def says(
        self, conversation_id: int, words: str = "冰箱坏了", heard: Heard = COMPLAINT, **differs: Any
    ) -> cases.Hearing | None:
        """The customer says something, and the assistant hears it."""
        message_id = await self.message(conversation_id, words)
        return await self.hear(message_id, replace(heard, **differs))

    async def complains(self, words: str = "冰箱坏了", **differs: Any) -> cases.Hearing:
        """Somebody new complains."""
        hearing = await self.says(await self.conversation(), words, **differs)
        assert hearing is not None
        return hearing

    async def staff(self, username: str, role: Role = Role.AGENT, **differs: Any) -> Staff:
        """Somebody who works here."""
        created = await self.do(
            lambda session: staff.create(
                session, username=username, role=role, now=self.now, password="long enough", **differs
            )
        )
        return created.staff

    async def on_duty(self, department: str, *people: Staff) -> None:
        """Put people on a department's duty list."""
        await self.do(
            lambda session: departments.set_duty(
                session, key=department, contacts=people, by=None, now=self.now
            )
        )

    async def resolve(self, number: str, by: Staff) -> Case:
        """The case is solved."""
        return await self.do(
            lambda session: cases.resolve(
                session,
                number=number,
                remedy="replacement",
                outcome="换了新机",
                root_cause="压缩机",
                staff=by,
                policy=self.policy,
                now=self.now,
            )
        )

    async def fill(self, number: str, by: Staff, **filled: Any) -> None:
        """Somebody writes into a form."""
        await self.do(
            lambda session: forms.fill(
                session, number=number, filled=filled, staff=by, policy=self.policy, now=self.now
            )
        )

    async def step(
        self, number: str, name: str, by: Staff, *, reason: str | None = None, **entered: Any
    ) -> None:
        """Somebody takes a step of a form."""
        await self.do(
            lambda session: forms.take_step(
                session,
                number=number,
                step=name,
                staff=by,
                policy=self.policy,
                now=self.now,
                entered=entered,
                reason=reason,
            )
        )

    async def falls_due(self, clock: Clock) -> None:
        """The job of a due clock runs."""
        await self.do(
            lambda session: clocks.fall_due(session, clock_id=clock.id, policy=self.policy, now=self.now)
        )

    async def case(self, number: str) -> Case:
        """The case as it stands in the database."""
        return (await self.all(select(Case).where(Case.number == number)))[0]

    async def clock(self, number: str, kind: ClockKind) -> Clock:
        """The case's latest clock of a kind."""
        return (await self.clocks(number, kind))[-1]

    async def clocks(self, number: str, kind: ClockKind) -> list[Clock]:
        """The case's clocks of a kind, oldest first."""
        of_case = select(Clock).join(Case).where(Case.number == number, Clock.kind == kind)
        return await self.all(of_case.order_by(Clock.id))

    async def entries(self, book: str) -> list[Entry]:
        """A book of the ledger."""
        return await self.all(select(Entry).where(Entry.book == book).order_by(Entry.position))

    async def actions(self, book: str) -> list[str]:
        """What happened in a book, in order."""
        return [entry.action for entry in await self.entries(book)]

    async def notices(self) -> list[Notice]:
        """Everything staff were told."""
        return await self.all(select(Notice).order_by(Notice.id))

    async def told(self) -> list[tuple[str, str | None, str]]:
        """Everything staff were told: kind, username (None: a robot), way."""
        query = select(Notice.kind, Staff.username, Notice.way).outerjoin(Notice.staff).order_by(Notice.id)
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(query)]

    async def jobs(self, task: str) -> Sequence[Any]:
        """The deferred jobs of a task: ``args``, ``scheduled_at``, ``priority``."""
        jobs = text("SELECT args, scheduled_at, priority FROM procrastinate_jobs WHERE task_name = :task")
        async with self.database.transaction() as session:
            return (await session.execute(jobs, {"task": task})).all()

    async def all(self, query: Any) -> list[Any]:
        """What a query finds."""
        async with self.database.transaction() as session:
            return list(await session.scalars(query))

    async def _open(self, session: AsyncSession, identity: Identity) -> int:
        opened = Conversation(
            identity_id=identity.id,
            customer_id=identity.customer_id,
            channel=identity.channel,
            created_at=self.now,
        )
        session.add(opened)
        await session.flush()
        return opened.id


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that comes with the desk."""
    return load_policy(POLICY)


@pytest.fixture
async def desk_ledger(database: Database, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> LedgerWorld:
    """A ledger with its departments, and nobody in it; passwords are hashed quickly."""
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with database.transaction() as session:
        await departments.sync(session, policy=policy, now=NOON)
    return LedgerWorld(database, policy)
