"""The demo: a month that stands in the ledger as if it had happened, and harms nobody."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import func, select, text

from bot.demo import TEXTS, DeskInUse, Filled, fill
from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.models import Case, Clock, Message, Notice
from ledger.policy import load_policy
from ledger.services import staff as accounts
from ledger.services.counting import count_days
from ledger.services.entries import verify
from ledger.views.complaints import Wanted, complaints
from ledger.views.figures import figures
from ledger.views.opinion import press
from ledger.views.queue import queue
from ledger.vocabulary import (
    Author,
    CaseStatus,
    ClockKind,
    Delivery,
    Holding,
    Language,
    MentionKind,
    NoticeState,
    Stage,
)
from tests.conftest import TEMPLATE
from tests.ledger_world import LedgerWorld

POLICY = load_policy(Path(__file__).parents[2] / "policy.yml")
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
PASSWORD = "demo-for-everybody"
Desk = tuple[Database, Filled]


@pytest.fixture(scope="module")
async def demo(migrated: EmbeddedServer) -> AsyncIterator[Desk]:
    """A desk filled once for all tests here, which only read it."""
    migrated.copy_database(TEMPLATE, "demo")
    database = Database(migrated.url("demo"))
    filled = await fill(database, policy=POLICY, password=PASSWORD, now=NOW)
    yield database, filled
    await database.close()
    migrated.drop_database("demo")


async def test_the_ledger_of_the_demo_verifies(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        assert await verify(session) is None


async def test_there_is_a_month_of_cases_in_every_language_and_at_every_stage(demo: Desk) -> None:
    database, filled = demo
    async with database.transaction() as session:
        every = (await session.scalars(select(Case))).all()
    assert len(every) == filled.cases > 70
    assert all(case.demo for case in every)
    assert {case.language for case in every} == set(Language)
    assert {case.stage for case in every} >= {
        Stage.ACKNOWLEDGE,
        Stage.RESPOND,
        Stage.FEEDBACK,
        Stage.CLOSED,
    }
    assert {case.status for case in every} == set(CaseStatus)
    assert max(case.opened_at for case in every) - min(case.opened_at for case in every) > timedelta(days=20)


async def test_clocks_were_kept_breached_and_run(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        clocks = (await session.scalars(select(Clock).where(Clock.kind == ClockKind.HEADQUARTERS))).all()
    kept = [clock for clock in clocks if clock.stopped_at and not clock.breached_at]
    late = [clock for clock in clocks if clock.stopped_at and clock.breached_at]
    running = [clock for clock in clocks if clock.stopped_at is None]
    assert kept
    assert late
    assert {clock.breached_at is None for clock in running} == {True, False}
    assert all(clock.breached_at == clock.due_at for clock in clocks if clock.breached_at)


async def test_somebody_waits_and_somebody_is_answered_at_this_moment(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        now = await queue(session, now=NOW)
    assert now.waiting
    assert now.waiting[0].special
    assert [row.holder for row in now.held] == ["林雅琪"]
    assert now.with_assistant
    assert len(now.alerts) >= 3
    assert {row.holding for row in now.conversations} == set(Holding)


async def test_screens_can_tell_what_is_made_up(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        found = await queue(session, now=NOW)
        listed = await complaints(session, Wanted())
    with_case = [row for row in found.conversations if row.cases]
    assert all(row.demo for row in (*found.cases, *with_case, *listed.items))


async def test_nothing_of_the_demo_is_sent_and_nobody_is_told_outside_the_console(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        jobs = await session.scalars(text("SELECT DISTINCT task_name FROM procrastinate_jobs"))
        names = jobs.all()
        early = await session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at <= :now"), {"now": NOW}
        )
        pending = await session.scalar(
            select(func.count(Message.id)).where(
                Message.author != Author.CUSTOMER, Message.delivery != Delivery.SENT
            )
        )
        notices = await session.scalar(select(func.count(Notice.id)).where(Notice.state != NoticeState.SENT))
    assert all(name.startswith("clocks.") for name in names)
    assert (early, pending, notices) == (0, 0, 0)


async def test_every_message_of_the_demo_is_settled(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        unsettled = select(func.count(Message.id)).where(
            Message.author == Author.CUSTOMER, Message.settled_at.is_(None)
        )
        assert await session.scalar(unsettled) == 0


async def test_the_figures_have_something_to_say(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        while await count_days(session, time_zone="Asia/Shanghai", now=NOW):
            pass
        month = await figures(
            session,
            since=NOW.replace(month=10, day=20),
            until=NOW,
            time_zone="Asia/Shanghai",
        )
    assert len(month.categories) >= 7
    assert sum(month.ratings) > 20
    assert month.feelings.after < month.feelings.before


async def test_its_staff_can_sign_in(demo: Desk) -> None:
    database, filled = demo
    async with database.transaction() as session:
        signed_in = await accounts.sign_in(
            session, username=filled.usernames[0], password=PASSWORD, policy=POLICY, now=NOW
        )
    assert not signed_in.staff.must_change_password


async def test_a_second_time_changes_nothing(demo: Desk) -> None:
    database, filled = demo
    assert (await fill(database, policy=POLICY, password=PASSWORD, now=NOW)).cases == 0
    async with database.transaction() as session:
        assert await session.scalar(select(func.count(Case.id))) == filled.cases


async def test_a_desk_with_a_real_case_is_refused(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.complains()
    with pytest.raises(DeskInUse):
        await fill(desk_ledger.database, policy=POLICY, password=PASSWORD, now=NOW)


def test_every_story_is_told_in_a_language_with_all_that_its_end_needs() -> None:
    stories = yaml.safe_load(TEXTS.read_text("utf-8"))["stories"]
    assert {story["language"] for story in stories} == set(Language)
    ends = {"outcome", "progress", "remedy", "root_cause", "ratings"}
    assert [story["key"] for story in stories if ends & story.keys() and not ends <= story.keys()] == []


async def test_something_is_said_in_public_and_bears_the_mark(demo: Desk) -> None:
    async with demo[0].transaction() as session:
        found = await press(session, since=NOW - timedelta(days=2), until=NOW, policy=POLICY)
    assert found.negative[0].kind is MentionKind.PRESS
    assert all(line.demo for line in (*found.negative, *found.risks))
