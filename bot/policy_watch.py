"""The policy, changed without a restart: the file is watched, and what makes sense is put in force."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from bot.attempts import attempt
from bot.desk import Desk
from ledger.policy_file import PolicyFile
from ledger.services import policies

log = structlog.get_logger(__name__)

EVERY: Final = 1.0
"""Seconds between two looks at the file."""


class PolicyWatch:
    """Looks at the policy's file as long as the desk runs, and gives the desk what it says.

    A file that makes no sense changes nothing; ``desk.policy_fault`` says why until it does.
    """

    def __init__(self, desk: Desk, file: PolicyFile) -> None:
        self._desk = desk
        self._file = file
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Put in force what was read, and begin to look."""
        await self._put_in_force()
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Look no more."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Take the file as it stands now."""
        if await asyncio.to_thread(self._file.look) and self._file.fault:
            log.error("policy.invalid", fault=self._file.fault)
        self._desk.policy_fault = self._file.fault
        if self._file.policy is not self._desk.policy:
            await self._put_in_force()

    async def _put_in_force(self) -> None:
        policy = self._file.policy
        async with self._desk.database.transaction() as session:
            changed = await policies.put_in_force(session, policy=policy, now=self._desk.now())
        # Not before its departments are there.
        self._desk.policy = policy
        log.info("policy.in_force", changed=changed)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await attempt("policy", self.look)
