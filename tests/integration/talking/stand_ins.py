"""What stands at the edges in these tests: an engine behind HTTP, and platforms one can break."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.channels.base import DeliveryError, Outgoing

CHAT = {
    "intent": {"name": "greet", "confidence": 0.9},
    "entities": [],
    "language": "zh-Hans",
    "kind": "chat",
    "category": None,
    "signals": [],
    "emotion": 0,
    "remedies": [],
}


def heard(**differs: Any) -> dict[str, Any]:
    """Parse data as the pipeline gives it."""
    return {**CHAT, **differs}


def complaint(**differs: Any) -> dict[str, Any]:
    """A complaint as the pipeline hears it."""
    return heard(**{"kind": "complaint", "category": "product_quality", "emotion": 1, **differs})


@dataclass
class EngineStandIn:
    """Answers as the engine's channel does. ``hear`` says what is heard in a text; ``down``: nobody is there.

    A turn waits for ``gate``; the next ``failing`` turns fail.
    """

    hear: Callable[[str], dict[str, Any]] = lambda text: heard()
    replies: Callable[[str], list[dict[str, Any]]] = lambda text: [reply(f"听到:{text}")]
    down: bool = False
    failing: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    memory: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def transport(self) -> httpx.MockTransport:
        """The seam."""
        return httpx.MockTransport(self._answer)

    def calls(self, what: str) -> list[dict[str, Any]]:
        """What was asked, in order."""
        return [question for name, question in self.asked if name == what]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if request.headers["authorization"] != "Bearer secret":
            return httpx.Response(401, json={"error": "the token is wrong"})
        what, question = request.url.path.rpartition("/")[2], json.loads(request.content)
        self.asked.append((what, question))
        return await getattr(self, f"_{what}")(question)

    async def _turn(self, question: dict[str, Any]) -> httpx.Response:
        self.entered.set()
        await self.gate.wait()
        if self.failing:
            self.failing -= 1
            return httpx.Response(503, json={"error": "action_hear did not do its work"})
        text = question["text"]
        return httpx.Response(200, json={"replies": self.replies(text), "heard": self.hear(text)})

    async def _trigger(self, question: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json={"replies": self.replies(question["intent"])})

    async def _parse(self, question: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json={"heard": self.hear(question["text"])})

    async def _remember(self, question: dict[str, Any]) -> httpx.Response:
        self.memory[question["conversation"]] += [turn["text"] for turn in question["turns"]]
        return httpx.Response(200, json={})

    async def _forget(self, question: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json={"forgotten": True})


def reply(text: str, stage: str | None = None, script: str = "utter_chat_hello") -> dict[str, Any]:
    """A reply as the engine gives it."""
    return {"text": text, "buttons": [], "script": script, "stage": stage}


@dataclass
class Post:
    """A platform that messages are handed to. ``trouble`` is raised, first to last; None lets one through."""

    name: str = "post"
    pulled: bool = False
    trouble: list[DeliveryError | None] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    before_send: Callable[[], Any] | None = None
    signs: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def send(self, message: Outgoing) -> str | None:
        """Take it, or fail as told."""
        if self.before_send is not None:
            await self.before_send()
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble is not None:
            raise trouble
        self.arrived.append(message.text)
        return f"p{len(self.arrived)}"

    async def typing(self, address: str) -> None:
        """Show it."""
        self.signs.append(address)
