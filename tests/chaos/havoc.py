"""Bringing the faults of a plan about, each at its time; what was planned and what happened is counted."""

import asyncio
import signal
from collections import Counter, defaultdict
from contextlib import suppress
from time import monotonic

import httpx

from tests.chaos.installation import Installation
from tests.chaos.plan import Fault, Plan

# How long a dead part is waited for, to be killed or stopped again.
BACK_WITHIN = 120.0
LOOK_EVERY = 0.1


class Havoc:
    """``done`` counts the faults that happened, by kind."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._one_at_a_time: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.done: Counter[str] = Counter()

    async def wreak(self, plan: Plan) -> None:
        """Everything of the plan; returns when the last fault is over."""
        begun = monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in plan.faults:
                await asyncio.sleep(max(0.0, begun + fault.at - monotonic()))
                group.create_task(self._bring_about(fault))

    async def _bring_about(self, fault: Fault) -> None:
        """What happens to one target happens one after the other."""
        async with self._one_at_a_time[f"{fault.kind in ('kill', 'stop')} {fault.target}"]:
            if await self._happens(fault):
                self.done[fault.kind] += 1

    async def _happens(self, fault: Fault) -> bool:
        match fault.kind:
            case "kill":
                return await self._signal(fault.target, signal.SIGKILL)
            case "stop":
                return await self._stop(fault)
            case "platform":
                return await self._fail_platform(fault)
            case _:
                await self._break(fault)
                return True

    async def _signal(self, part: str, how: signal.Signals) -> bool:
        until = monotonic() + BACK_WITHIN
        while not self._installation.signal(part, how):
            if monotonic() > until:
                return False
            await asyncio.sleep(LOOK_EVERY)
        return True

    async def _stop(self, fault: Fault) -> bool:
        if not await self._signal(fault.target, signal.SIGSTOP):
            return False
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            self._installation.signal(fault.target, signal.SIGCONT)
        return True

    async def _fail_platform(self, fault: Fault) -> bool:
        order = {"method": fault.target, "kind": fault.detail, "times": 2, "seconds": fault.seconds}
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            for _ in range(int(BACK_WITHIN / LOOK_EVERY)):
                with suppress(httpx.HTTPError):
                    await client.post(f"{self._installation.platform}/control/faults", json=order)
                    return True
                await asyncio.sleep(LOOK_EVERY)
        return False

    async def _break(self, fault: Fault) -> None:
        link = self._installation.links[fault.target]
        match fault.kind:
            case "cut":
                link.cut()
            case "lose":
                link.lose_answers(int(fault.detail))
            case "delay":
                async with link.delayed(float(fault.detail)):
                    await asyncio.sleep(fault.seconds)
            case "stall":
                async with link.stalled():
                    await asyncio.sleep(fault.seconds)
            case "refuse":
                async with link.refused():
                    await asyncio.sleep(fault.seconds)
