"""The real engine and the real action server on a real database, and customers who talk with them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from bot.runtime import parts
from bot.runtime.database import prepare
from bot.runtime.supervisor import Part, Supervisor
from bot.settings import Settings
from ledger.db import Database
from ledger.heard import Heard
from ledger.models import Conversation, Message
from ledger.policy import load_policy
from ledger.services import departments, messages
from tests import told_time
from tests.policies import DEFAULT

STARTING_SECONDS = 300


@dataclass
class Assistant:
    """What runs, and how to reach it; ``clock`` is the file that tells its actions another time."""

    url: str
    token: str
    database: Database
    clock: Path
    _visitors: Any = field(default_factory=lambda: count(1))

    async def post(self, route: str, body: Mapping[str, Any], token: str | None = None) -> httpx.Response:
        """Call a route of the desk's channel."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with httpx.AsyncClient(base_url=f"{self.url}/webhooks/desk/", timeout=30) as client:
            return await client.post(route, json=dict(body), headers=headers)

    def customer(self, language: str = "zh-Hans") -> "Customer":
        """Somebody who has not written yet."""
        return Customer(self, f"visitor-{next(self._visitors)}", language)


@dataclass
class Customer:
    """One person in one conversation, as the desk would pass their words on."""

    assistant: Assistant
    address: str
    language: str
    conversation: int | None = None
    message_id: int = 0
    heard: dict[str, Any] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    _client_ids: Any = field(default_factory=lambda: count(1))

    async def say(self, text: str) -> str:
        """Write a message and return the answer's text, one reply a line."""
        await self.write(text)
        return await self.again(text)

    async def again(self, text: str) -> str:
        """Have the last message run once more, as after a crash."""
        answer = await self.assistant.post(
            "turn",
            {
                "conversation": str(self.conversation),
                "message_id": self.message_id,
                "text": text,
                "language": self.language,
            },
        )
        assert answer.status_code == 200, answer.text
        self.heard, self.replies = answer.json()["heard"], answer.json()["replies"]
        self.language = self.heard.get("language") or self.language
        await self._note_heard()
        return self.text

    async def told(self, intent: str, key: str = "1", **entities: Any) -> str:
        """Have the desk speak first."""
        body = {"conversation": str(self.conversation), "key": key, "intent": intent, "entities": entities}
        answer = await self.assistant.post("trigger", body)
        assert answer.status_code == 200, answer.text
        self.replies = answer.json()["replies"]
        return self.text

    async def memory(self) -> list[dict[str, Any]]:
        """What the assistant knows that was said, in order."""
        where = f"{self.assistant.url}/conversations/{self.conversation}/tracker"
        async with httpx.AsyncClient(timeout=30) as client:
            asked = {"token": self.assistant.token, "include_events": "APPLIED"}
            tracker = (await client.get(where, params=asked)).json()
        return [event for event in tracker["events"] if event["event"] in ("user", "bot")]

    @property
    def text(self) -> str:
        """The last answer's text."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def scripts(self) -> list[str]:
        """The names of the last answer's scripts."""
        return [reply["script"] for reply in self.replies]

    async def _note_heard(self) -> None:
        """As the desk does: the trail of emotions stands with the messages."""
        async with self.assistant.database.transaction() as session:
            conversation = await session.get_one(Conversation, self.conversation)
            message = await session.get_one(Message, self.message_id)
            messages.note_heard(conversation, message, Heard.from_parse(self.heard), datetime.now(UTC))

    async def write(self, text: str) -> None:
        """Have a message logged, not yet answered."""
        async with self.assistant.database.transaction() as session:
            received = await messages.receive(
                session,
                channel="web",
                address=self.address,
                text=text,
                client_id=str(next(self._client_ids)),
                now=datetime.now(UTC),
                conversation_id=self.conversation,
            )
        self.message_id, self.conversation = received.message_id, received.conversation_id


@asynccontextmanager
async def running(database_url: str, place: Path, model: Path | None = None) -> AsyncIterator[Assistant]:
    """An assistant for the block; ``model`` is the project's when none is named."""
    await asyncio.to_thread(_prepare, database_url, place)
    wiring = parts.wire(Settings(home=place), database_url)
    engine = parts.engine(wiring)
    if model:
        known = parts.Model().path
        engine = replace(
            engine, command=[str(model) if word == str(known) else word for word in engine.command]
        )
    supervisor, database = Supervisor(print), Database(database_url)
    try:
        async with database.transaction() as session:
            await departments.sync(session, policy=load_policy(DEFAULT), now=datetime.now(UTC))
        await supervisor.start(_in_told_time(parts.actions(wiring), place / "now"))
        await supervisor.start(engine)
        yield Assistant(wiring.engine_urls[0], wiring.engine_token, database, place / "now")
    finally:
        await supervisor.stop()
        await database.close()


def _prepare(database_url: str, place: Path) -> None:
    prepare(database_url)
    place.mkdir(parents=True, exist_ok=True)


def _in_told_time(actions: Part, clock: Path) -> Part:
    command = [word if word != "actions" else "tests.told_time" for word in actions.command]
    return replace(
        actions, command=command, environment={**actions.environment, told_time.VARIABLE: str(clock)}
    )
