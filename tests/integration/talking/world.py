"""A whole desk on a real database, with stand-ins for the engine and the platforms."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from procrastinate import App
from sqlalchemy import select, text

from bot import conversation
from bot.conversation import Incoming
from bot.desk import Desk
from ledger.models import Case, Conversation, Entry, Message, Notice, Staff
from ledger.services import staff as people
from ledger.services.messages import Received
from ledger.vocabulary import Role

from .stand_ins import EngineStandIn, Post

# A Monday at noon in Shanghai, and the night before it.
OPEN = datetime(2026, 11, 23, 4, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 19, tzinfo=UTC)

SOONER = text("UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - :gone WHERE status = 'todo'")


@dataclass
class World:
    """Customers write, staff act, the queue works; ``now`` is the desk's time."""

    desk: Desk
    engine: EngineStandIn
    post: Post
    jobs: App
    now: datetime = OPEN
    _numbers: Any = field(default_factory=lambda: count(1))

    def later(self, **time: float) -> None:
        """Move time forward."""
        self.now += timedelta(**time)

    async def passes(self, **time: float) -> None:
        """Time goes by, and the queue does what is due then."""
        self.later(**time)
        await self.do(lambda session: session.execute(SOONER, {"gone": timedelta(**time)}))
        await self.work()

    async def writes(
        self,
        words: str,
        *,
        address: str = "chat-1",
        channel: str = "post",
        client_id: str | None = None,
        **more: Any,
    ) -> Received:
        """A customer's message comes in."""
        incoming = Incoming(
            channel=channel,
            address=address,
            client_id=client_id or f"m{next(self._numbers)}",
            text=words,
            **more,
        )
        return await conversation.receive(self.desk, incoming)

    async def says(self, words: str, **more: Any) -> Received:
        """A customer's message comes in, and the queue does all there is to do."""
        received = await self.writes(words, **more)
        await self.work()
        return received

    async def work(self) -> None:
        """Do every job that is due, and those their pauses (of milliseconds, here) bring up."""
        while True:
            await self.jobs.run_worker_async(
                wait=False,
                concurrency=4,
                install_signal_handlers=False,
                listen_notify=False,
                delete_jobs="successful",
            )
            if not await self._pending():
                return
            await asyncio.sleep(0.005)

    async def agent(self, username: str, role: Role = Role.AGENT, name: str | None = None) -> Staff:
        """Somebody who works here."""
        async with self.desk.database.transaction() as session:
            created = await people.create(
                session, username=username, name=name, role=role, now=self.now, password="long enough"
            )
        return created.staff

    async def takes(self, staff: Staff, received: Received, *, force: bool = False) -> Conversation:
        """A member of staff takes the conversation."""
        return await conversation.take(
            self.desk, conversation_id=received.conversation_id, staff=staff, force=force
        )

    async def releases(self, staff: Staff, received: Received) -> Conversation:
        """A member of staff hands it back."""
        return await conversation.release(self.desk, conversation_id=received.conversation_id, staff=staff)

    async def answers(self, staff: Staff, received: Received, words: str) -> Message:
        """A member of staff writes to the customer."""
        return await conversation.send_as_agent(
            self.desk, conversation_id=received.conversation_id, staff=staff, text=words
        )

    async def transcript(self, conversation_id: int) -> list[Message]:
        """Every message of a conversation, in order."""
        return await self.all(
            select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
        )

    async def said(self, conversation_id: int) -> list[tuple[str, str]]:
        """Who said what, dropped words left out."""
        return [
            (message.author.value, message.text)
            for message in await self.transcript(conversation_id)
            if message.delivery != "dropped"
        ]

    async def conversation(self, conversation_id: int) -> Conversation:
        """The conversation as it stands."""
        return (await self.all(select(Conversation).where(Conversation.id == conversation_id)))[0]

    async def cases(self) -> list[Case]:
        """All cases, oldest first."""
        return await self.all(select(Case).order_by(Case.id))

    async def entries(self, action: str) -> list[Entry]:
        """What the ledger says of an action."""
        return await self.all(select(Entry).where(Entry.action == action).order_by(Entry.id))

    async def notices(self) -> list[Notice]:
        """Everything staff were told."""
        return await self.all(select(Notice).order_by(Notice.id))

    async def all(self, query: Any) -> list[Any]:
        """What a query finds."""
        async with self.desk.database.transaction() as session:
            return list(await session.scalars(query))

    async def do(self, use_case: Callable[[Any], Awaitable[Any]]) -> Any:
        """Run a use case in a transaction of its own."""
        async with self.desk.database.transaction() as session:
            return await use_case(session)

    async def forget_jobs(self) -> None:
        """As if the queue had been lost."""
        await self.do(lambda session: session.execute(text("DELETE FROM procrastinate_jobs")))

    async def _pending(self) -> int:
        soon = text(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' "
            "AND NOT (task_name = 'conversation.hear' AND :down) "
            "AND NOT (task_name = 'conversation.listened' AND scheduled_at > now()) "
            "AND coalesce(scheduled_at, now()) < now() + interval '2 seconds'"
        )
        async with self.desk.database.transaction() as session:
            return int(await session.scalar(soon, {"down": self.engine.down}) or 0)
