"""Customers who do not give up, agents who take, speak and hand back, supervisors who acknowledge."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import httpx

from tests.chaos.installation import Installation
from tests.chaos.plan import Customer, Line, Plan, Shift
from tests.chaos.record import Accepted, Record, Spoken

API = "/api/v1"
PAUSE = 0.25
PATIENCE = 150.0
ANSWER_WITHIN = 12.0
ACKNOWLEDGED_EVERY = 3.0
LIMIT = httpx.Timeout(10.0, connect=3.0)
FIRST_CHAT = 70_000


class NoWay(Exception):  # noqa: N818
    """Nothing got through for longer than anybody would wait."""


@dataclass(slots=True)
class Desks:
    """The desks as the world sees them: whichever answers is as good as any other."""

    client: httpx.AsyncClient
    urls: list[str]
    _turn: "count[int]" = field(default_factory=count)

    async def insist(self, method: str, route: str, **request: Any) -> Any:
        """Ask one desk after the other, until one has an answer. Raises HTTPStatusError, NoWay."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            with suppress(httpx.TransportError):
                response = await self.once(method, route, **request)
                if response.status_code < 500 and response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    return response.raise_for_status().json()
            await asyncio.sleep(PAUSE)
        raise NoWay(f"{method} {route}")

    async def once(self, method: str, route: str, **request: Any) -> httpx.Response:
        """Ask the desk whose turn it is. Raises TransportError."""
        url = self.urls[next(self._turn) % len(self.urls)]
        return await self.client.request(method, f"{url}{API}{route}", **request)


class Crowd:
    """Everybody in a plan. ``tokens`` are the staff's: those of the agents, then those of the supervisors."""

    def __init__(
        self, installation: Installation, client: httpx.AsyncClient, agents: list[str], supervisors: list[str]
    ) -> None:
        self._installation = installation
        self._client = client
        self._desks = Desks(client, installation.web)
        self._agents, self._supervisors = agents, supervisors
        self._updates, self._post_office = count(1000), asyncio.Lock()
        self._platform_ids = count(1_000_000)
        self.conversations: dict[int, int] = {}
        self.record = Record()

    async def live(self, plan: Plan, conversation_of: Callable[[str], Awaitable[int | None]]) -> None:
        """The plan's customers and shifts; ``conversation_of`` finds a Telegram chat's conversation."""
        supervising = [asyncio.create_task(self._supervise(token)) for token in self._supervisors]
        try:
            async with asyncio.TaskGroup() as group:
                for customer in plan.customers:
                    group.create_task(self._customer(customer))
                for shift in plan.shifts:
                    group.create_task(self._shift(shift, conversation_of))
        finally:
            for task in supervising:
                task.cancel()
            await asyncio.gather(*supervising, return_exceptions=True)

    async def _customer(self, customer: Customer) -> None:
        await asyncio.sleep(customer.arrives)
        talk = self._on_web if customer.channel == "web" else self._in_telegram
        await talk(customer)

    async def _on_web(self, customer: Customer) -> None:
        session = await self._desks.insist("POST", "/chat/sessions", json={})
        headers = {"Authorization": f"Bearer {session['token']}"}
        self.conversations[customer.name] = conversation = int(session["conversation"])
        for place, line in enumerate(customer.lines):
            await asyncio.sleep(line.pause)
            body = {"text": line.text, "client_id": f"c{customer.name}.{place}"}
            told = await self._desks.insist("POST", "/chat/messages", json=body, headers=headers)
            message = int(told["id"])
            self.record.accepted.append(
                Accepted(body["client_id"], line.text, conversation=conversation, message=message)
            )
            if line.waits:
                await self._answered(headers, message)

    async def _answered(self, headers: dict[str, str], after: int) -> None:
        until = monotonic() + ANSWER_WITHIN
        while monotonic() < until:
            with suppress(httpx.TransportError):
                read = await self._desks.once(
                    "GET", "/chat/messages", params={"after": after, "wait": 2}, headers=headers
                )
                if read.is_success and any(m["author"] != "customer" for m in read.json()["messages"]):
                    return
            await asyncio.sleep(PAUSE)

    async def _in_telegram(self, customer: Customer) -> None:
        chat = FIRST_CHAT + customer.name
        for line in customer.lines:
            await asyncio.sleep(line.pause)
            heard = self._installation.sent_to(str(chat))
            number = await self._post(chat, line)
            self.record.accepted.append(Accepted(f"m{number}", line.text, address=str(chat)))
            if line.waits:
                await self._told_more_than(heard, chat)

    async def _told_more_than(self, heard: int, chat: int) -> None:
        for _ in range(int(ANSWER_WITHIN / PAUSE)):
            if self._installation.sent_to(str(chat)) > heard:
                return
            await asyncio.sleep(PAUSE)

    async def _post(self, chat: int, line: Line) -> int:
        """The platform takes one message after the other, each until it is taken."""
        async with self._post_office:
            number = next(self._platform_ids)
            person = {"id": chat, "is_bot": False, "first_name": "Li Na"}
            message = {
                "message_id": number,
                "date": 1_700_000_000,
                "chat": {"id": chat, "type": "private", "first_name": "Li Na"},
                "from": person,
                "text": line.text,
            }
            body = {"update": {"message": message}, "update_id": next(self._updates)}
            until = monotonic() + PATIENCE
            while monotonic() < until:
                with suppress(httpx.HTTPError):
                    answer = await self._client.post(
                        f"{self._installation.platform}/control/updates", json=body
                    )
                    answer.raise_for_status()
                    return number
                await asyncio.sleep(PAUSE)
            raise NoWay("the platform")

    async def _shift(self, shift: Shift, conversation_of: Callable[[str], Awaitable[int | None]]) -> None:
        await asyncio.sleep(shift.at)
        conversation = self.conversations.get(shift.customer) or await conversation_of(
            str(FIRST_CHAT + shift.customer)
        )
        if conversation is None:
            return
        wanting = [shift.agent] if shift.rival is None else [shift.agent, shift.rival]
        await asyncio.gather(*(self._work(shift, agent, conversation) for agent in wanting))

    async def _work(self, shift: Shift, agent: int, conversation: int) -> None:
        route = f"/conversations/{conversation}"
        if not await self._staff(agent, f"{route}/take"):
            return
        for place, words in enumerate(shift.words):
            await self._say(agent, conversation, f"{words}（{shift.customer}.{agent}.{place}）")
        await asyncio.sleep(shift.holds)
        if not shift.keeps:
            await self._staff(agent, f"{route}/release")

    async def _say(self, agent: int, conversation: int, text: str) -> None:
        """Once: without an id of its own nobody may send it again."""
        message: int | None = None
        with suppress(httpx.TransportError):
            answer = await self._desks.once(
                "POST",
                f"/conversations/{conversation}/messages",
                json={"text": text},
                headers=_bearer(self._agents[agent]),
            )
            if answer.is_client_error:
                return
            message = int(answer.json()["id"]) if answer.is_success else None
        self.record.spoken.append(Spoken(conversation, text, message))

    async def _staff(self, agent: int, route: str) -> bool:
        """Whether it was allowed; a lost answer is asked for again."""
        try:
            await self._desks.insist("POST", route, headers=_bearer(self._agents[agent]))
        except httpx.HTTPStatusError:
            return False
        return True

    async def _supervise(self, token: str) -> None:
        while True:
            await asyncio.sleep(ACKNOWLEDGED_EVERY)
            with suppress(httpx.HTTPError, NoWay):
                page = await self._desks.insist(
                    "GET",
                    "/clocks",
                    params={"state": "open", "kind": "headquarters", "limit": 20},
                    headers=_bearer(token),
                )
                for clock in page["items"]:
                    with suppress(httpx.HTTPStatusError):
                        await self._desks.insist(
                            "POST", f"/complaints/{clock['complaint']}/acknowledge", headers=_bearer(token)
                        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
