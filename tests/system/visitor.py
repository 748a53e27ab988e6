"""A customer of the web API who does not give up: what was not accepted is sent again, under the same id."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

API = "/api/v1/chat"
PAUSE = 0.25
PATIENCE = 120.0


@dataclass
class Visitor:
    """One person in one conversation."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    conversation: int = 0
    sent: list[int] = field(default_factory=list)

    async def arrive(self) -> None:
        """Open a conversation."""
        session = await self._insist("POST", f"{API}/sessions", json={})
        self.headers = {"Authorization": f"Bearer {session['token']}"}
        self.conversation = int(session["conversation"])

    async def say(self, text: str) -> int:
        """Send a message until the desk has it; its id."""
        body = {"text": text, "client_id": f"m{len(self.sent)}"}
        accepted = await self._insist("POST", f"{API}/messages", json=body)
        self.sent.append(int(accepted["id"]))
        return self.sent[-1]

    async def transcript(self) -> list[dict[str, Any]]:
        """All that can be read."""
        found = await self._insist("GET", f"{API}/messages", params={"after": 0, "wait": 0})
        messages: list[dict[str, Any]] = found["messages"]
        return messages

    async def answer(self, after: int, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """What the desk said after message ``after``; waits for the first word."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            said = [m for m in await self.transcript() if m["id"] > after and m["author"] != "customer"]
            if said:
                return said
            await asyncio.sleep(PAUSE)
        raise AssertionError(f"no answer to message {after} within {seconds} s")

    async def _insist(self, method: str, route: str, **request: Any) -> Any:
        deadline = monotonic() + PATIENCE
        while True:
            try:
                response = await self.client.request(method, route, headers=self.headers, **request)
                if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return response.raise_for_status().json()
            except httpx.TransportError:
                pass
            assert monotonic() < deadline, f"{method} {route} did not get through within {PATIENCE} s"
            await asyncio.sleep(PAUSE)
