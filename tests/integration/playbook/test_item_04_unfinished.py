"""Item 4: nail households (钉子户), unfinished cases (日清日毕), the daily report (日报) (playbook B2)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bot import report_words, workers
from bot.console.texts import texts
from bot.notices.letter import Facts, write
from bot.report_words import markdown
from bot.wording import Wording
from ledger.lists import LISTS, Row
from ledger.models import Drill, Notice, Report, Staff
from ledger.reports import Content
from ledger.services import cases, forms, reports
from ledger.views import reports as view
from ledger.vocabulary import Category, Language, NoticeKind, Role, Signal
from tests.ledger_world import NOON, LedgerWorld
from tests.served_desk import ServedDesk, serving


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


async def listed(world: LedgerWorld, key: str, department: str | None = None) -> list[Row]:
    return await world.do(
        lambda session: LISTS[key].find(session, policy=world.policy, now=world.now, department=department)
    )


async def reasons(world: LedgerWorld, key: str, number: str) -> list[str]:
    return [reason.code for row in await listed(world, key) if row.number == number for reason in row.reasons]


async def answered(world: LedgerWorld, number: str, by: Staff) -> None:
    await world.do(
        lambda session: cases.progress(
            session, number=number, text="已派师傅", staff=by, policy=world.policy, now=world.now
        )
    )


async def reopened(world: LedgerWorld, number: str, by: Staff) -> None:
    await world.resolve(number, by)
    await world.do(
        lambda session: cases.reopen(
            session, number=number, reason="又坏了", staff=by, policy=world.policy, now=world.now
        )
    )


async def test_who_comes_on_many_days_is_found_with_how_many(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    conversation = await world.conversation()
    hearing = await world.says(conversation)
    assert hearing is not None
    for _ in range(3):
        world.later(days=1)
        await world.message(conversation, "还没修好")
        await world.message(conversation, "你们管不管")
    assert await listed(world, "nail_households") == []

    world.later(days=1)
    await world.message(conversation, "第五天了")

    [row] = await listed(world, "nail_households")
    assert row.number == hearing.number
    assert [reason.model_dump() for reason in row.reasons] == [
        {"code": "came", "values": {"count": 5, "days": 90}}
    ]


async def test_who_comes_by_phone_comes_too(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    for _ in range(5):
        world.later(days=1)
        await world.do(
            lambda session: cases.enter_by_staff(
                session,
                channel="phone",
                narrative="冰箱不制冷",
                category=Category.PRODUCT_QUALITY,
                phone="13800138000",
                consented=True,
                staff=wang,
                policy=world.policy,
                now=world.now,
            )
        )

    assert {row.reasons[0].code for row in await listed(world, "nail_households")} == {"came"}


async def test_what_is_reopened_again_and_again_is_found(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await reopened(world, hearing.number, wang)
    assert await reasons(world, "nail_households", hearing.number) == []

    await reopened(world, hearing.number, wang)

    assert await reasons(world, "nail_households", hearing.number) == ["reopened"]


async def test_what_is_open_for_long_is_found_until_it_ends(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    world.later(days=29)
    assert await reasons(world, "nail_households", hearing.number) == []
    world.later(days=1)
    assert await reasons(world, "nail_households", hearing.number) == ["open_for"]

    await world.resolve(hearing.number, wang)

    assert await listed(world, "nail_households") == []


async def test_being_listed_changes_nothing_in_how_a_customer_is_served(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    hearing = await world.complains()
    world.later(days=40)
    before = (await world.case(hearing.number), await world.actions(hearing.number))

    assert await reasons(world, "nail_households", hearing.number) == ["open_for"]

    after = (await world.case(hearing.number), await world.actions(hearing.number))
    assert after[1] == before[1]
    assert (after[0].severity, after[0].owner_id) == (before[0].severity, before[0].owner_id)


async def test_the_days_end_names_what_is_overdue_what_is_due_today_and_what_nobody_touched(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    overdue = await world.complains()
    world.later(hours=2)
    due = await world.complains()
    assert await reasons(world, "day_end", overdue.number) == ["overdue", "untouched"]
    assert await reasons(world, "day_end", due.number) == ["due_today", "untouched"]

    await answered(world, overdue.number, wang)
    await answered(world, due.number, wang)

    assert await listed(world, "day_end") == []  # the next word is promised for tomorrow
    world.now += timedelta(hours=12)
    assert await reasons(world, "day_end", due.number) == ["due_today", "untouched"]


async def test_what_waits_for_its_customer_has_nothing_to_be_cleared(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await answered(world, hearing.number, wang)
    await world.do(
        lambda session: cases.wait(
            session, number=hearing.number, reason="发票", staff=wang, policy=world.policy, now=world.now
        )
    )
    world.later(days=3)

    assert await listed(world, "day_end") == []


async def test_each_office_sees_its_own(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    repair = await world.complains()
    fees = await world.complains("多收了钱", category=Category.FEE_DISPUTE)

    assert [row.number for row in await listed(world, "day_end", "after_sales")] == [repair.number]
    assert [row.number for row in await listed(world, "day_end", "customer_service")] == [fees.number]
    assert len(await listed(world, "day_end")) == 2


async def test_headquarters_own_clock_is_nobody_elses_to_clear(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    hearing = await world.complains(signals=(Signal.MEDIA_THREAT,))
    world.later(minutes=31)
    [row] = await listed(world, "day_end")
    assert row.number == hearing.number
    assert "headquarters" not in [reason.values.get("clock") for reason in row.reasons]


async def test_special_users_stand_first_then_what_is_due_next(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    first = await world.complains()
    world.later(minutes=10)
    second = await world.complains()
    world.later(minutes=10)
    special = await world.complains("再不管我找记者", signals=("media_threat",))

    found = [row.number for row in await listed(world, "day_end")]

    assert found == [special.number, first.number, second.number]


async def test_what_a_drill_plays_is_on_no_list(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    played = await world.complains()
    assert [row.number for row in await listed(world, "day_end")] == [played.number]

    await world.do(lambda session: _make_drill(session, played.number, world))

    assert await listed(world, "day_end") == []


async def _make_drill(session: AsyncSession, number: str, world: LedgerWorld) -> None:
    drill = Drill(
        name="a", digest="b", script={}, faster=1, cast=False, started_at=world.now, seen_at=world.now
    )
    session.add(drill)
    await session.flush()
    (await cases.case_numbered(session, number)).drill_id = drill.id


# The daily report. NOON is Monday 12:00 in Shanghai; reports are due at 18:00.


async def made(world: LedgerWorld) -> list[Report]:
    return await world.do(lambda session: reports.make_due(session, policy=world.policy, now=world.now))


async def kept(world: LedgerWorld) -> list[Report]:
    return await world.all(select(Report).order_by(Report.id))


def whole(found: list[Report]) -> Content:
    return next(Content.model_validate(one.content) for one in found if one.department_id is None)


def numbers(content: Content, section: str) -> dict[str, tuple[int, int | None]]:
    return {one.about: (one.value, one.before) for one in content.section(section).figures}


def says(content: Content) -> list[str]:
    return [told.code for told in content.analysis]


async def test_the_daily_report_is_made_at_its_hour_and_not_before(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    world.later(hours=5, minutes=59)
    assert await made(world) == []

    world.later(minutes=1)

    [report] = await made(world)
    assert (report.kind, report.day.isoformat(), report.department_id) == ("daily", "2026-11-23", None)
    assert report.until == world.now
    assert await made(world) == []


async def test_the_report_counts_what_came_by_kind_and_department_and_what_is_left(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    solved = await world.complains()
    await world.complains()
    await world.complains("多收了钱", category=Category.FEE_DISPUTE, signals=(Signal.MEDIA_THREAT,))
    await world.resolve(solved.number, wang)
    world.later(hours=6)

    content = whole(await made(world))

    flow = numbers(content, "flow")
    assert flow["report_figure.opened"] == (3, None)
    assert flow["report_figure.resolved"] == (1, None)
    assert flow["report_figure.open"] == (2, None)
    assert flow["report_figure.special"] == (1, None)
    assert flow["report_figure.overdue"] == (2, None)
    assert numbers(content, "kinds") == {
        "category.product_quality": (2, None),
        "category.fee_dispute": (1, None),
    }
    assert numbers(content, "departments") == {
        "department.after_sales": (2, None),
        "department.customer_service": (1, None),
    }
    assert numbers(content, "offices") == {
        "department.after_sales": (1, None),
        "department.customer_service": (1, None),
    }
    [special] = content.section("special").rows
    assert [reason.code for reason in special.reasons] == ["special_since", "not_acknowledged"]
    assert says(content)[:2] == ["overdue", "not_acknowledged"]


async def test_a_quiet_day_is_reported_as_one(desk_ledger: LedgerWorld) -> None:
    desk_ledger.later(hours=6)
    assert says(whole(await made(desk_ledger))) == ["nothing_came", "cleared"]


async def test_figures_stand_beside_yesterdays(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    solved = await world.complains()
    await world.resolve(solved.number, wang)
    world.later(hours=6)
    await made(world)
    for _ in range(2):
        await world.complains("多收了钱", category=Category.FEE_DISPUTE)
    world.later(hours=24)

    content = whole(await made(world))

    assert numbers(content, "flow")["report_figure.opened"] == (2, 1)
    assert numbers(content, "kinds") == {
        "category.fee_dispute": (2, 0),
        "category.product_quality": (0, 1),
    }
    assert "more_came" in says(content)


async def test_what_came_after_the_hour_stands_in_the_next_report(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    world.later(hours=7)
    await world.complains()
    assert numbers(whole(await made(world)), "flow")["report_figure.opened"] == (0, None)

    world.later(hours=24)

    assert numbers(whole(await made(world)), "flow")["report_figure.opened"] == (1, 0)


async def test_many_desks_make_and_send_a_report_once(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    head = await world.staff("lin", Role.SUPERVISOR)
    await world.on_duty("headquarters", head)
    world.later(hours=6)

    await asyncio.gather(*(made(world) for _ in range(5)))

    assert len(await kept(world)) == 1
    assert await world.told() == [(NoticeKind.REPORT, "lin", "console")]


async def test_a_desk_that_was_down_reports_late_and_leaves_nothing_out(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    world.later(hours=6)
    await made(world)
    await world.complains()
    world.later(days=2, hours=3)

    [report] = [one for one in await made(world) if one.kind == "daily" and one.department_id is None]

    assert report.day.isoformat() == "2026-11-25"
    assert report.generated_at - report.until == timedelta(hours=3)
    assert report.until - report.since == timedelta(days=2)
    assert numbers(whole([report]), "flow")["report_figure.opened"] == (1, 0)


async def test_nothing_is_reported_of_the_time_before_the_desk_began(desk_ledger: LedgerWorld) -> None:
    desk_ledger.later(hours=1)
    assert await made(desk_ledger) == []


async def test_each_office_has_its_own_and_is_told(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    await world.on_duty("after_sales", wang)
    await world.complains()
    world.later(hours=6)

    found = await made(world)

    offices = {one.department.key: one for one in found if one.department is not None}
    assert set(offices) == {"after_sales"}  # the others have nothing to read
    assert numbers(whole_of(offices["after_sales"]), "flow")["report_figure.unfinished"] == (1, None)
    assert ("report", "wang", "console") in await world.told()
    lines = await world.do(lambda session: view.reports(session, reader=wang))
    assert [line.department for line in lines] == ["after_sales"]


def whole_of(report: Report) -> Content:
    return Content.model_validate(report.content)


async def test_what_a_department_needs_stands_in_the_report_until_it_is_answered(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    lin = await world.staff("lin", Role.SUPERVISOR)
    form = await world.do(
        lambda session: forms.open_form(
            session,
            kind="resources",
            staff=wang,
            policy=world.policy,
            now=world.now,
            filled={"wanted": "三名师傅"},
        )
    )
    world.later(hours=6)

    content = whole(await made(world))
    assert [(note.who, note.text) for note in content.section("resources").notes] == [("王芳", "三名师傅")]
    assert "resources" in says(content)

    await world.do(
        lambda session: forms.take_step(
            session, number=form.number, step="grant", staff=lin, policy=world.policy, now=world.now
        )
    )
    world.later(days=1)
    assert whole(await made(world)).section("resources").notes == ()


async def test_what_was_reported_is_kept_as_it_was_and_on_record(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains()
    world.later(hours=6)
    before = whole(await made(world))

    await world.resolve(hearing.number, wang)

    assert whole(await kept(world)) == before
    assert "report.made" in await world.actions("desk")


@pytest.mark.parametrize("language", list(Language))
async def test_everybody_reads_the_report_in_their_own_language(
    desk_ledger: LedgerWorld, language: Language
) -> None:
    world = desk_ledger
    await world.complains(signals=(Signal.MEDIA_THREAT,))
    world.later(hours=6)
    [report] = [one for one in await made(world) if one.department_id is None]

    words = Wording(texts(language), world.policy, world.now)
    printed = markdown(words, view.line(report, None))

    assert report_words.title(words, view.line(report, None)) in printed
    assert texts(language)("report_section.special") in printed
    assert "{" not in printed


async def test_the_running_desk_makes_it_by_itself(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "REPORT_EVERY", 0.05)
    moment = NOON
    async with serving(database_url, tmp_path, now=lambda: moment) as served:
        await served.staff("lin", Role.SUPERVISOR)
        moment += timedelta(hours=6)
        async with asyncio.timeout(15):
            while not await _notices(served):  # noqa: ASYNC110 — it is the desk that moves
                await asyncio.sleep(0.05)
        assert {notice.kind for notice in await _notices(served)} == {NoticeKind.REPORT}


async def _notices(served: ServedDesk) -> list[Notice]:
    async with served.desk.database.transaction() as session:
        return list(await session.scalars(select(Notice).where(Notice.kind == NoticeKind.REPORT)))


async def test_a_letter_bears_what_the_report_says_first_and_the_way_to_it(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    await world.staff("lin", Role.SUPERVISOR)
    world.later(hours=6)
    [report] = [one for one in await made(world) if one.kind == "daily"]
    told = select(Notice).where(Notice.round == f"report:{report.id}").options(joinedload(Notice.case))
    [notice] = await world.all(told)

    found = await world.do(lambda session: view.report_of(session, notice))
    letter = write(Facts(notice, None, found), world.policy, Language.EN, "https://desk", world.now)

    assert letter.title == "Daily report · 2026-11-23 · the whole desk"
    assert letter.link == f"https://desk/supervise/reports/{report.id}"
    assert "No new complaints. Today's work is cleared." in letter.text
