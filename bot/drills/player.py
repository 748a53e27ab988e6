"""Playing a drill from its first word to its report, against a running desk."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx
import structlog

from bot.drills.cast import Cast
from bot.drills.customers import Customer
from bot.drills.words import Writer
from bot.runtime.errors import NoDeskError
from ledger.db import Database
from ledger.drill_book import DrillFile, People
from ledger.policy import Policy
from ledger.services import drills
from ledger.services.drills import Begun
from ledger.views import drills as view
from ledger.vocabulary import Language

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = 0.5
GRACE: Final = 60.0
"""Seconds beyond the end for what is being said and done."""
LIMITS: Final = httpx.Limits(max_connections=2_000, max_keepalive_connections=200)
TIMEOUT: Final = httpx.Timeout(60.0, pool=None)


@dataclass
class Player:
    """Plays ``begun``, a drill of ``file``, on the desk at ``address``, whose database is ``database``."""

    file: DrillFile
    begun: Begun
    address: str
    database: Database
    policy: Policy
    now: Callable[[], datetime]

    async def play(self) -> None:
        """Play it, end it and put everything away; ends early when somebody stops it.

        Raises:
            NoDeskError: the desk that answers there keeps another ledger.
        """
        drill = self.file.drill
        writer = Writer(drill, f"{self.file.digest}:{self.begun.id}")
        try:
            async with httpx.AsyncClient(
                base_url=self.address, limits=LIMITS, timeout=TIMEOUT, trust_env=False
            ) as client:
                await self._is_known(client)
                async with self.database.transaction() as session:
                    await drills.raise_curtain(session, drill_id=self.begun.id, now=self.now())
                cast = Cast(client, self.begun.cast, writer, drill.faster)
                await self._play(client, writer, cast)
        finally:
            await self._end()

    async def _is_known(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(
            f"/api/v1/drills/{self.begun.id}", headers={"Authorization": f"Bearer {self.begun.key}"}
        )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise NoDeskError(
                f"The desk at {self.address} keeps another ledger than this command reads: "
                "give both the same QINGTING_HOME and QINGTING_PORT."
            )

    async def _play(self, client: httpx.AsyncClient, writer: Writer, cast: Cast) -> None:
        talks = [
            asyncio.create_task(self._talk(client, writer, group, language, at))
            for group in self.file.drill.people
            for at, language in zip(writer.arrivals(group), writer.languages(group), strict=True)
        ]
        staff = asyncio.create_task(self._keep_acting(cast))
        story = asyncio.create_task(self._story(talks))
        try:
            await asyncio.wait([staff, story], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*talks, staff, story):
                task.cancel()
            await asyncio.gather(*talks, staff, story, return_exceptions=True)
        await cast.finish()

    async def _story(self, talks: Sequence[asyncio.Task[None]]) -> None:
        """Until the plot is over and everybody has been answered, or nobody waits for that any more."""
        await asyncio.sleep(self.file.drill.takes.total_seconds())
        await asyncio.wait(talks, timeout=GRACE)

    async def _talk(
        self, client: httpx.AsyncClient, writer: Writer, group: People, language: Language, at: float
    ) -> None:
        faster = self.file.drill.faster
        await asyncio.sleep(at / faster)
        customer = Customer(
            client=client,
            drill_id=self.begun.id,
            key=self.begun.key,
            part=group.name,
            language=language,
            messages=[writer.message(words, language) for words in group.says],
            pause=writer.about(group.pause.total_seconds()) / faster,
        )
        try:
            await customer.write()
        except httpx.HTTPError as error:
            # The report counts who came; what the desk refused here is in its own log.
            log.warning("drill.customer_refused", drill=self.begun.id, error=type(error).__name__)

    async def _keep_acting(self, cast: Cast) -> None:
        """Until the drill is over elsewhere."""
        while True:
            async with self.database.transaction() as session:
                await drills.sign(session, drill_id=self.begun.id, now=self.now())
                stage = await view.stage(session, self.begun.id)
            if stage.over:
                return
            cast.act(stage, self.now())
            await asyncio.sleep(LOOK_EVERY)

    async def _end(self) -> None:
        async with self.database.transaction() as session:
            await drills.end(
                session, drill_id=self.begun.id, ending=drills.PLAYED, policy=self.policy, now=self.now()
            )
        left = True
        while left:
            async with self.database.transaction() as session:
                left = bool(await drills.clear(session, now=self.now()))


_playing: set[asyncio.Task[None]] = set()


def play_here(player: Player) -> asyncio.Task[None]:
    """Play in this process, beside everything else; should it die, the desk ends the drill by itself."""
    task = asyncio.create_task(_logged(player))
    _playing.add(task)
    task.add_done_callback(_playing.discard)
    return task


async def _logged(player: Player) -> None:
    with suppress(asyncio.CancelledError):
        try:
            await player.play()
        except Exception:
            log.exception("drill.failed", drill=player.begun.id)
