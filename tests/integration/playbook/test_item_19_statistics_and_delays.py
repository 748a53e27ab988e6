"""Item 19, statistics (C5) and delays (D8): what is counted, said, taken away; who was late, and why."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.conclusions import conclusions
from bot.console.texts import texts
from bot.export import Format
from bot.figures_file import write_figures
from bot.wording import Wording
from ledger.errors import Missing, NoSuchDelay
from ledger.lists import LISTS
from ledger.models import Staff
from ledger.services import cases
from ledger.services.counting import count_days
from ledger.services.delays import explain
from ledger.services.departments import department
from ledger.views.complaints import complaint
from ledger.views.delays import Delay, delays, summed
from ledger.views.figures import Figures, figures
from ledger.views.handovers import holdings
from ledger.vocabulary import Category, ClockKind, Language, Role, Signal
from tests.ledger_world import NOON, LedgerWorld
from tests.served_desk import ServedDesk

ZONE = "Asia/Shanghai"


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def chen(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("chen", name="陈杰")


async def the_figures(world: LedgerWorld, days: int = 7) -> Figures:
    until = NOON.replace(hour=16) + timedelta(days=(world.now - NOON).days)
    await world.do(lambda session: count_days(session, time_zone=ZONE, now=world.now))
    return await world.do(
        lambda session: figures(session, since=until - timedelta(days=days), until=until, time_zone=ZONE)
    )


async def the_delays(world: LedgerWorld, **which: str) -> list[Delay]:
    since = world.now - timedelta(days=30)
    return await world.do(lambda session: delays(session, since=since, now=world.now, **which))


async def passed(world: LedgerWorld, number: str, by: Staff, to: Staff, reason: str = "分给你") -> None:
    await world.do(
        lambda session: cases.assign(session, number=number, reason=reason, staff=by, owner=to, now=world.now)
    )


# Statistics.


async def test_complaints_are_counted_by_kind_department_and_channel(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    await world.complains()
    await world.complains()
    await world.complains("多收了钱", category=Category.FEE_DISPUTE)

    found = await the_figures(world)

    assert found.categories == [("product_quality", 2), ("fee_dispute", 1)]
    assert found.departments == (("after_sales", 2), ("customer_service", 1))
    assert found.channels == (("web", 3),)


async def test_a_case_that_goes_elsewhere_is_counted_there(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    assert (await the_figures(world)).departments == (("after_sales", 1),)
    world.later(minutes=5)

    async def give(session: AsyncSession) -> None:
        sales = await department(session, "sales")
        await cases.assign(
            session, number=hearing.number, reason="卖错了", staff=wang, department=sales, now=world.now
        )

    await world.do(give)

    assert (await the_figures(world)).departments == (("sales", 1),)


async def test_conclusions_set_the_period_beside_the_one_before(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    await world.complains()
    world.later(days=6)
    await world.complains()
    assert (await the_figures(world)).before is None  # the desk is younger than that
    world.later(days=7)
    for _ in range(3):
        await world.complains()

    found = await the_figures(world)

    assert (found.cases, found.before) == (3, 2)
    first = next(iter(conclusions(texts(Language.EN), found)))
    assert first == "3 complaints, 50% more than in the time before (2)."


async def test_a_kind_that_comes_more_often_than_chance_explains_is_named(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    for _ in range(5):
        await world.complains("多收了钱", category=Category.FEE_DISPUTE)
        world.later(days=1)
    for _ in range(12):
        await world.complains("多收了钱", category=Category.FEE_DISPUTE)

    found = await the_figures(world, days=1)

    assert found.earlier == {"fee_dispute": (1, 1, 1, 1, 1)}
    told = list(conclusions(texts(Language.EN), found))
    assert any("Fee dispute: 12" in sentence and "more than chance" in sentence for sentence in told)
    usual = replace(found, per_day={"fee_dispute": (1,)}, cases=1)
    assert not any("chance" in sentence for sentence in conclusions(texts(Language.EN), usual))


async def test_crises_are_counted_by_kind(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    await world.complains(signals=(Signal.MEDIA_THREAT,))
    await world.complains("多收了钱", category=Category.FEE_DISPUTE)

    kinds = [(await world.case(f"QT-2026-00000{n}")).crisis_type for n in (1, 2)]

    assert (await the_figures(world)).crises == tuple((kind, 1) for kind in kinds if kind)
    assert any(kinds)


@pytest.mark.parametrize("format", [Format.CSV, Format.XLSX])
async def test_figures_are_taken_away_as_a_file_with_a_line_a_number(
    desk_ledger: LedgerWorld, format: Format
) -> None:
    world, file = desk_ledger, io.BytesIO()
    await world.complains()
    await the_figures(world)
    words = Wording(texts(Language.EN), world.policy, world.now)

    await world.do(
        lambda session: write_figures(
            session, words, days=7, today=date(2026, 11, 23), format=format, file=file
        )
    )

    line = ["2026-11-23", "category", "product_quality", "Product quality", "1"]
    assert line in _lines(file, format)


def _lines(file: io.BytesIO, format: Format) -> list[list[str]]:
    if format is Format.CSV:
        return [line.split(",") for line in file.getvalue().decode("utf-8-sig").splitlines()]
    sheet = load_workbook(io.BytesIO(file.getvalue())).active
    assert sheet is not None
    return [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


# Delays.


async def test_a_delay_is_of_whoever_had_the_case_when_it_fell_due(
    desk_ledger: LedgerWorld, wang: Staff, chen: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await passed(world, hearing.number, by=chen, to=wang)
    clock = await world.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    world.later(hours=2)
    await world.falls_due(clock)

    await passed(world, hearing.number, by=wang, to=chen, reason="我太忙")

    [delay] = await the_delays(world)
    assert (delay.owner, delay.department, delay.kind) == ("wang", "after_sales", "first_response")
    assert delay.late == timedelta(hours=1)
    assert delay.reason is None


async def test_passing_on_leaves_a_trace_with_how_long_each_had_it(
    desk_ledger: LedgerWorld, wang: Staff, chen: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await passed(world, hearing.number, by=chen, to=wang)
    clock = await world.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    world.later(hours=3)
    await world.falls_due(clock)
    await passed(world, hearing.number, by=wang, to=chen, reason="我太忙")
    world.later(hours=1)

    found = await world.do(lambda session: complaint(session, hearing.number))

    assert found is not None
    held = holdings(found.entries, found.clocks, now=world.now)
    assert [(one.owner, one.lasted(world.now), one.reason) for one in held] == [
        ("wang", timedelta(hours=3), "分给你"),
        ("chen", timedelta(hours=1), "我太忙"),
    ]
    assert [[clock.kind for clock in one.breached] for one in held] == [["first_response"], []]


async def test_a_special_user_nobody_acknowledged_is_headquarters_delay(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains(signals=(Signal.MEDIA_THREAT,))
    await passed(world, hearing.number, by=wang, to=wang)
    clock = await world.clock(hearing.number, ClockKind.HEADQUARTERS)
    world.later(minutes=31)
    await world.falls_due(clock)

    [delay] = await the_delays(world)

    assert (delay.owner, delay.department) == (None, "headquarters")


async def test_who_was_late_says_why_and_it_stands_in_the_book(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await passed(world, hearing.number, by=wang, to=wang)
    clock = await world.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    with pytest.raises(NoSuchDelay):
        await said(world, clock.id, wang, "还没到时限")
    world.later(hours=2)
    await world.falls_due(clock)
    assert await unexplained(world) == [hearing.number]
    with pytest.raises(Missing):
        await said(world, clock.id, wang, "  ")

    await said(world, clock.id, wang, "客户电话打不通")

    [delay] = await the_delays(world)
    assert (delay.reason, delay.by) == ("客户电话打不通", "wang")
    assert await unexplained(world) == []
    assert "clock.explained" in await world.actions(hearing.number)
    breached = await world.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    assert breached.breached_at is not None  # a reason excuses nothing


async def said(world: LedgerWorld, clock_id: int, by: Staff, reason: str) -> None:
    await world.do(
        lambda session: explain(session, clock_id=clock_id, reason=reason, staff=by, now=world.now)
    )


async def unexplained(world: LedgerWorld) -> list[str]:
    rows = await world.do(
        lambda session: LISTS["unexplained"].find(
            session, policy=world.policy, now=world.now, department=None
        )
    )
    return [row.number for row in rows]


async def test_delays_are_summed_by_person_and_by_department(
    desk_ledger: LedgerWorld, wang: Staff, chen: Staff
) -> None:
    world = desk_ledger
    for owner in (wang, wang, chen):
        hearing = await world.complains()
        await passed(world, hearing.number, by=owner, to=owner)
        clock = await world.clock(hearing.number, ClockKind.FIRST_RESPONSE)
        world.later(hours=2)
        await world.falls_due(clock)

    found = await the_delays(world)

    assert [(who, sums.count) for who, sums in summed(found, lambda one: one.owner)] == [
        ("wang", 2),
        ("chen", 1),
    ]
    [(key, office)] = summed(found, lambda one: one.department)
    assert (key, office.count, office.longest, office.unexplained) == (
        "after_sales",
        3,
        timedelta(hours=5),
        3,
    )
    assert await the_delays(world, department="sales") == []


async def test_programs_read_delays_figures_lists_and_reports(served: ServedDesk) -> None:
    agent = await served.token_of(await served.staff())
    supervisor = await served.token_of(await served.staff("lin", Role.SUPERVISOR, "林主任"))
    for path in ("delays", "figures?format=csv", "lists", "lists/overdue", "reports"):
        answer = await served.client.get(f"/api/v1/{path}", headers=supervisor)
        assert answer.status_code == 200, (path, answer.text)
    for path in ("delays", "figures", "lists"):
        assert (await served.client.get(f"/api/v1/{path}", headers=agent)).status_code == 403, path
    for path in ("lists/none", "reports/1"):
        assert (await served.client.get(f"/api/v1/{path}", headers=supervisor)).status_code == 404, path
