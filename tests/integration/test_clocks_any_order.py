"""Whatever happens to a case, in whatever order: no clock is reset, none falsified, none forgotten."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger.deadline import Waited, until
from ledger.errors import LedgerError
from ledger.models import Case, Clock, Conversation, Identity, Staff, Wait
from ledger.policy import Policy
from ledger.queue import CLOCK_DUE
from ledger.services import cases, clocks, departments, messages, waiting
from ledger.vocabulary import CaseStatus, ClockKind, Role
from tests.ledger_world import LedgerWorld

# What a clock said once it says for good.
KEPT = ("kind", "started_at", "length", "calendar", "pauses", "stopped_at", "stopped_by_id", "breached_at")


@dataclass
class Play:
    """One case, and what may happen to it. What the ledger refuses did not happen."""

    world: LedgerWorld
    boss: Staff
    number: str = ""
    conversation: int = 0
    written: int = 0
    seen: dict[int, dict[str, Any]] = field(default_factory=dict)

    async def begin(self) -> None:
        self.conversation = await self.world.conversation()
        hearing = await self.world.says(self.conversation)
        assert hearing
        self.number = hearing.number

    async def happens(self, deed: str, minutes: int) -> None:
        self.world.later(minutes=minutes)
        with suppress(LedgerError):
            await getattr(self, deed)()
        await self.holds()

    async def _do(self, service: Callable[..., Awaitable[Any]], **more: Any) -> None:
        world = self.world
        await world.do(
            lambda session: service(session, number=self.number, staff=self.boss, now=world.now, **more)
        )

    async def wait(self) -> None:
        await self._do(cases.wait, reason="收据", policy=self.world.policy)

    async def go_on(self) -> None:
        await self._do(cases.go_on, policy=self.world.policy)

    async def progress(self) -> None:
        await self._do(cases.progress, text="在查", policy=self.world.policy)

    async def resolve(self) -> None:
        await self.world.resolve(self.number, self.boss)

    async def reopen(self) -> None:
        await self._do(cases.reopen, reason="又坏了", policy=self.world.policy)

    async def flag(self) -> None:
        await self._do(cases.flag, reason="老客户", policy=self.world.policy)

    async def acknowledge(self) -> None:
        await self._do(clocks.acknowledge)

    async def pass_on(self) -> None:
        where = await self.world.do(lambda session: departments.department(session, "technology"))
        await self._do(cases.assign, reason="换部门", department=where)

    async def customer_writes(self) -> None:
        self.written += 1
        received = await self.world.do(
            lambda session: messages.receive(
                session,
                channel="web",
                address="",
                text="收据",
                client_id=str(self.written),
                now=self.world.now,
                conversation_id=self.conversation,
            )
        )
        await self.world.do(
            lambda session: waiting.answered(
                session, message_id=received.message_id, policy=self.world.policy, now=self.world.now
            )
        )

    async def customer_edits(self) -> None:
        conversation = await self.world.do(lambda session: session.get_one(Conversation, self.conversation))
        identity = await self.world.do(lambda session: session.get_one(Identity, conversation.identity_id))
        await self.world.do(
            lambda session: messages.record_edit(
                session,
                channel=identity.channel,
                address=identity.address,
                client_id=str(self.written),
                edit_id=f"{self.world.now}",
                text="改过的",
                now=self.world.now,
            )
        )

    async def the_policy_changes(self) -> None:
        shorter = self.world.policy.clocks.model_copy(
            update={
                "first_response": self.world.policy.clocks.first_response + timedelta(minutes=7),
                "progress_update": self.world.policy.clocks.progress_update / 2,
                "pause_while_waiting": frozenset({ClockKind.FIRST_RESPONSE, ClockKind.PROGRESS_UPDATE}),
            }
        )
        closed = self.world.policy.hours.model_copy(
            update={"week": {"tuesday": self.world.policy.hours.week["tuesday"]}}
        )
        self.world.policy = self.world.policy.model_copy(update={"clocks": shorter, "hours": closed})

    async def the_queue_works(self) -> None:
        """Every job that was ever deferred and is due runs, those of before too, and again."""
        for job in await self._jobs():
            if job.scheduled_at <= self.world.now:
                arguments = {**job.args, "policy": self.world.policy, "now": self.world.now}
                await self.world.do(
                    lambda session, arguments=arguments: clocks.fall_due(session, **arguments)
                )

    async def _jobs(self) -> list[Any]:
        mine = {clock.id for clock in await self._clocks()}
        return [job for job in await self.world.jobs(CLOCK_DUE) if job.args["clock_id"] in mine]

    async def _clocks(self) -> list[Clock]:
        of_case = select(Clock).join(Case).where(Case.number == self.number)
        return await self.world.all(of_case.order_by(Clock.id))

    async def holds(self) -> None:
        case = await self.world.case(self.number)
        rows = await self.world.all(select(Wait).where(Wait.case_id == case.id).order_by(Wait.since))
        waits = [Waited(row.since, row.until) for row in rows]
        found = await self._clocks()
        alarms = {(job.args["clock_id"], job.args["due_at"]) for job in await self._jobs()}
        for clock in found:
            self._is_as_it_was(clock)
            self._is_reckoned_from_history(clock, waits)
            if not clock.stopped_at and not clock.breached_at and clock.due_at:
                assert (clock.id, clock.due_at.isoformat()) in alarms
        running = [clock.kind for clock in found if clock.stopped_at is None and clock.task_id is None]
        assert len(running) == len(set(running))
        if case.status is not CaseStatus.OPEN:
            # Urging goes on until headquarters has done what it was told of (B1).
            assert set(running) <= {ClockKind.HEADQUARTERS, ClockKind.PURSUIT, ClockKind.REVISIT}
            assert all(row.until for row in rows)
        else:
            assert ClockKind.REVISIT not in running

    def _is_as_it_was(self, clock: Clock) -> None:
        before = self.seen.setdefault(clock.id, {})
        told = {name: getattr(clock, name) for name in KEPT}
        assert {name: told[name] for name, value in before.items() if value is not None} == {
            name: value for name, value in before.items() if value is not None
        }
        before.update(told)

    def _is_reckoned_from_history(self, clock: Clock, waits: Sequence[Waited]) -> None:
        assert clock.terms
        history = until(waits, clock.stopped_at) if clock.stopped_at else waits
        assert clock.due_at == clock.terms.due(history)
        assert clock.breached_at in (None, clock.due_at)
        if clock.kind is ClockKind.HEADQUARTERS:
            assert clock.due_at == clock.started_at + (clock.length or timedelta())
            assert clock.stop_reason in (None, "acknowledged")


DEEDS = (
    "wait",
    "go_on",
    "progress",
    "resolve",
    "reopen",
    "flag",
    "acknowledge",
    "pass_on",
    "customer_writes",
    "customer_edits",
    "the_policy_changes",
    "the_queue_works",
)
MINUTES = st.sampled_from([0, 1, 20, 90, 600, 3000])
HISTORIES = st.lists(st.tuples(st.sampled_from(DEEDS), MINUTES), min_size=3, max_size=14)
"""What happens to a case, and how many minutes after what happened before."""


@pytest.fixture
async def boss(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("boss", Role.SUPERVISOR)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    [
        ("the_queue_works", 6000),
        ("flag", 0),
        ("resolve", 10),
        ("reopen", 10),
        ("wait", 10),
        ("the_queue_works", 3000),
        ("customer_edits", 0),
        ("customer_writes", 0),
        ("flag", 0),
        ("resolve", 0),
        ("acknowledge", 0),
    ]
)
@example([("progress", 1), ("wait", 10), ("progress", 600), ("wait", 10), ("resolve", 3000)])
@given(HISTORIES)
async def test_no_clock_is_reset_falsified_or_forgotten(
    desk_ledger: LedgerWorld, boss: Staff, policy: Policy, history: list[tuple[str, int]]
) -> None:
    play = Play(replace(desk_ledger, policy=policy), boss)
    await play.begin()
    for deed, minutes in history:
        await play.happens(deed, minutes)
