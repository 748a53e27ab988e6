"""The staff of a drill that is played without the real people: they act by the staff API."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import structlog

from bot.drills.words import Writer
from ledger.drill_book import Seat
from ledger.services.drills import CastMember
from ledger.views.drills import Stage, Waits
from ledger.vocabulary import Language

log = structlog.get_logger(__name__)

TALK: Final = timedelta(minutes=1)
"""How long a talk of an agent takes, in time of the drill."""


class Cast:
    """Everybody of the cast. ``faster`` divides the time they take; nobody does two things at once."""

    def __init__(
        self, client: httpx.AsyncClient, members: Iterable[CastMember], writer: Writer, faster: int
    ) -> None:
        self._client, self._writer, self._faster = client, writer, faster
        self._members = {member.username: member for member in members if not member.seated.away}
        self._busy: set[str] = set()
        self._begun: set[object] = set()
        self._after: dict[object, float] = {}
        self._deeds: set[asyncio.Task[None]] = set()

    def act(self, stage: Stage, now: datetime) -> None:
        """Begin whatever is due of what the stage shows."""
        for alarm in stage.alarms:
            member = self._members.get(alarm.username)
            if member and self._due(member, ("alarm", alarm.number), alarm.told_at, now):
                self._begin(member, ("alarm", alarm.number), self._acknowledge(member, alarm.number))
        for owed in stage.owed:
            member = self._members.get(owed.username)
            if member and self._due(member, ("task", owed.task), owed.since, now):
                self._begin(member, ("task", owed.task), self._call(member, owed.task))
        for waits in stage.waiting:
            agent = self._free()
            if agent and self._due(agent, ("talk", waits.conversation), waits.since, now):
                self._begin(agent, ("talk", waits.conversation), self._talk(agent, waits))
        for case in stage.unanswered:
            agent = self._free()
            if agent and self._due(agent, ("case", case.number), case.since, now):
                self._begin(agent, ("case", case.number), self._answer(agent, case.number, case.language))

    async def finish(self) -> None:
        """Let everybody finish what they have begun."""
        await asyncio.gather(*self._deeds, return_exceptions=True)

    def _free(self) -> CastMember | None:
        agents = (one for one in self._members.values() if one.seated.seat is Seat.AGENT and one.seated.says)
        return next((one for one in agents if one.username not in self._busy), None)

    def _due(self, member: CastMember, what: object, since: datetime, now: datetime) -> bool:
        if what in self._begun or member.username in self._busy:
            return False
        after = self._after.setdefault(what, self._writer.about(member.seated.after.total_seconds()))
        return (now - since).total_seconds() * self._faster >= after

    def _begin(self, member: CastMember, what: object, deed: Awaitable[None]) -> None:
        self._begun.add(what)
        self._busy.add(member.username)
        task = asyncio.create_task(self._do(member, deed))
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)

    async def _do(self, member: CastMember, deed: Awaitable[None]) -> None:
        try:
            await deed
        except httpx.HTTPError as error:
            # Somebody was faster, or the case is closed: the report shows what came of it.
            log.info("drill.deed_refused", member=member.username, error=type(error).__name__)
        finally:
            self._busy.discard(member.username)

    async def _acknowledge(self, member: CastMember, number: str) -> None:
        await self._post(member, f"/complaints/{number}/acknowledge")

    async def _call(self, member: CastMember, task: int) -> None:
        await self._post(member, f"/tasks/{task}/done", note=self._words(member, Language.ZH_HANS))

    async def _talk(self, agent: CastMember, waits: Waits) -> None:
        await self._post(agent, f"/conversations/{waits.conversation}/take")
        await self._pass()
        await self._post(
            agent, f"/conversations/{waits.conversation}/messages", text=self._words(agent, waits.language)
        )
        await self._post(agent, f"/conversations/{waits.conversation}/release")

    async def _answer(self, agent: CastMember, number: str, language: Language) -> None:
        await self._pass()
        await self._post(agent, f"/complaints/{number}/progress", text=self._words(agent, language))

    async def _pass(self) -> None:
        await asyncio.sleep(self._writer.about(TALK.total_seconds()) / self._faster)

    def _words(self, member: CastMember, language: Language) -> str:
        return self._writer.message(member.seated.says or "", language)

    async def _post(self, member: CastMember, path: str, **body: Any) -> None:
        answer = await self._client.post(
            f"/api/v1{path}", json=body or None, headers={"Authorization": f"Bearer {member.token}"}
        )
        answer.raise_for_status()
