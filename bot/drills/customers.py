"""The customers of a drill: each a visitor of the public chat, who says their piece and listens."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import httpx

from ledger.vocabulary import Author, Language

PATIENCE: Final = 60.0
"""Seconds after which somebody who has no answer writes on all the same."""
SETTLES: Final = 2.0
"""Seconds of silence after which an answer of several bubbles is over."""
LONGEST_WAIT: Final = 25


@dataclass
class Customer:
    """Somebody of a drill who writes ``messages``, ``pause`` real seconds after each answer."""

    client: httpx.AsyncClient
    drill_id: int
    key: str
    part: str
    language: Language
    messages: Sequence[str]
    pause: float

    async def write(self) -> None:
        """Come, say everything, and go once the last word is answered. Raises httpx.HTTPError."""
        opened = await self.client.post(
            f"/api/v1/drills/{self.drill_id}/sessions",
            json={"part": self.part, "language": self.language},
            headers=_bearer(self.key),
        )
        visitor = _bearer(opened.raise_for_status().json()["token"])
        read = 0
        for number, text in enumerate(self.messages):
            await self._say(visitor, text, number)
            read = await self._listen(visitor, read)
            if number + 1 < len(self.messages):
                await asyncio.sleep(self.pause)

    async def _say(self, visitor: dict[str, str], text: str, number: int) -> None:
        """Sent again when it was not taken, as the chat does."""
        message = {"text": text, "client_id": f"drill{number}"}
        while True:
            answer = await self.client.post("/api/v1/chat/messages", json=message, headers=visitor)
            if answer.status_code not in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
                answer.raise_for_status()
                return
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))

    async def _listen(self, visitor: dict[str, str], read: int) -> int:
        """Wait for words of the desk, and let it finish; the last message that was read."""
        given_up = monotonic() + PATIENCE
        answered = False
        while (left := given_up - monotonic()) > 0:
            wait = SETTLES if answered else min(left, LONGEST_WAIT)
            found = await self._read(visitor, read, wait)
            read = found[-1]["id"] if found else read
            heard = any(message["author"] != Author.CUSTOMER for message in found)
            if answered and not heard:
                break
            answered = answered or heard
        return read

    async def _read(self, visitor: dict[str, str], after: int, wait: float) -> list[dict[str, Any]]:
        answer = await self.client.get(
            "/api/v1/chat/messages", params={"after": after, "wait": wait}, headers=visitor
        )
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            await asyncio.sleep(1)
            return []
        return list(answer.raise_for_status().json()["messages"])


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
