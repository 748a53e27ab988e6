"""Item 5: the emergency form opens and fills itself, the team is called by grade, answers, and decides."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.notices.letter import Facts, write
from ledger.errors import AlreadyDone, Missing, NotAllowed, SecondPerson
from ledger.models import Clock, Notice, Staff
from ledger.services import clocks, forms
from ledger.views.forms import FormDetail, form, open_forms
from ledger.views.team import roll_call_of
from ledger.vocabulary import ClockKind, FactKind, Language, NoticeKind, Role, Signal, Way
from tests.ledger_world import LedgerWorld

OUTLET = {"entity": FactKind.OUTLET, "value": "南方都市报", "said": "南方都市报"}
COLUMN = {"entity": FactKind.COLUMN, "value": "消费维权", "said": "消费维权"}
CRISIS_CLOCKS = (ClockKind.PUBLIC_STATEMENT, ClockKind.FINDINGS)


@pytest.fixture
async def team(desk_ledger: LedgerWorld) -> dict[str, Staff]:
    """Somebody on duty in every department that has a part in the team, and two supervisors."""
    people = {}
    for name, department in (
        ("pr", "brand_operations"),
        ("marketing", "sales"),
        ("service", "customer_service"),
        ("tech", "technology"),
    ):
        people[name] = await desk_ledger.staff(name)
        await desk_ledger.on_duty(department, people[name])
    for name in ("zhao", "qian"):
        people[name] = await desk_ledger.staff(name, role=Role.SUPERVISOR)
    return people


async def emergency(world: LedgerWorld) -> FormDetail:
    (line,) = await world.do(lambda session: open_forms(session, "emergency"))
    found = await world.do(lambda session: form(session, line.number))
    assert found is not None
    return found


async def takes(world: LedgerWorld, step: str, staff: Staff, reason: str = "", **entered: Any) -> None:
    number = (await emergency(world)).line.number
    await world.do(
        lambda session: forms.take_step(
            session,
            number=number,
            step=step,
            staff=staff,
            policy=world.policy,
            now=world.now,
            entered=entered,
            reason=reason,
        )
    )


async def hurt(world: LedgerWorld) -> str:
    return (await world.complains("热水器漏电，孩子被电了", signals=(Signal.INJURY_SAFETY,))).number


async def clocks_running(world: LedgerWorld) -> set[ClockKind]:
    runs = select(Clock).where(Clock.form_id.is_not(None), Clock.stopped_at.is_(None))
    return {clock.kind for clock in await world.all(runs)}


async def called(world: LedgerWorld) -> dict[str, Any]:
    number = (await emergency(world)).line.number
    return {one.name: one for one in await world.do(lambda session: roll_call_of(session, number))}


@pytest.mark.parametrize(
    "heard",
    [
        {"signals": (Signal.INJURY_SAFETY,)},
        {"signals": (Signal.GROUP_EVENT,)},
        {"signals": (Signal.MEDIA_THREAT,), "entities": (OUTLET,)},
    ],
)
async def test_it_opens_by_itself_with_a_number_of_its_own(desk_ledger, heard):
    hearing = await desk_ledger.complains(**heard)
    found = await emergency(desk_ledger)
    assert found.line.number.startswith("JJ-2026-")
    assert (found.line.case, found.line.opened_by) == (hearing.number, None)


@pytest.mark.parametrize("heard", [{}, {"signals": (Signal.MEDIA_THREAT,)}])
async def test_a_grumble_or_a_threat_that_names_no_outlet_is_no_emergency(desk_ledger, heard):
    await desk_ledger.complains(**heard)
    assert await desk_ledger.do(lambda session: open_forms(session, "emergency")) == []


async def test_it_is_filled_from_the_conversation_and_only_the_rest_is_empty(desk_ledger):
    await desk_ledger.complains("我要找南方都市报", signals=(Signal.MEDIA_THREAT,), entities=(OUTLET, COLUMN))
    found = await emergency(desk_ledger)
    assert found.values == {"outlet": "南方都市报", "column": "消费维权", "course": "我要找南方都市报"}
    assert {"key_person", "source", "dynamics", "resources", "media_contact"} <= set(found.definition.fields)
    assert found.entered == frozenset()


async def test_the_team_is_called_by_grade_and_each_hears_what_to_do(desk_ledger, team):
    await hurt(desk_ledger)
    assert (await emergency(desk_ledger)).line.state == "called"
    wanted = select(Notice).where(Notice.kind == NoticeKind.TEAM, Notice.way == Way.CONSOLE)
    notices = await desk_ledger.all(wanted.order_by(Notice.id))
    roles = desk_ledger.policy.team.roles
    assert [notice.staff_id for notice in notices] == [
        team[name].id for name in ("pr", "marketing", "service", "tech")
    ]
    async with desk_ledger.database.transaction() as session:
        notice = await session.get_one(Notice, notices[0].id)
        await session.refresh(notice, ["case", "staff"])
        await session.refresh(notice.case, ["department"])
        for language in Language:
            letter = write(Facts(notice, None), desk_ledger.policy, language, "https://desk", desk_ledger.now)
            assert roles["leader"].duties[language] in letter.title
            assert letter.link.endswith((await emergency(desk_ledger)).line.number)


async def test_a_lesser_case_calls_nobody_until_somebody_calls_the_team(desk_ledger, team):
    await desk_ledger.complains(signals=(Signal.MEDIA_THREAT,), entities=(OUTLET,))
    assert (await emergency(desk_ledger)).line.state == "open"
    assert await clocks_running(desk_ledger) & {*CRISIS_CLOCKS, ClockKind.ROLL_CALL} == set()
    await takes(desk_ledger, "call", team["service"])
    assert len(await called(desk_ledger)) == 4


async def test_a_case_that_becomes_graver_calls_the_team_then(desk_ledger, team):
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, signals=(Signal.MEDIA_THREAT,), entities=(OUTLET,))
    await desk_ledger.says(conversation, "人已经进医院了", signals=(Signal.INJURY_SAFETY,))
    assert (await emergency(desk_ledger)).line.state == "called"
    await desk_ledger.says(conversation, "还没出院", signals=(Signal.INJURY_SAFETY,))
    assert [step.name for step in (await emergency(desk_ledger)).steps] == ["call"]


async def test_each_answers_in_their_own_name_and_who_has_not_is_seen(desk_ledger, team):
    await hurt(desk_ledger)
    await takes(desk_ledger, "here", team["pr"])
    assert {name for name, one in (await called(desk_ledger)).items() if one.answered_at} == {"pr"}
    with pytest.raises(AlreadyDone):
        await takes(desk_ledger, "here", team["pr"])
    with pytest.raises(NotAllowed):
        await takes(desk_ledger, "here", team["zhao"])
    assert len((await emergency(desk_ledger)).steps) == 2


async def test_who_has_not_answered_is_urged_again_and_nobody_else(desk_ledger, team):
    number = await hurt(desk_ledger)
    await takes(desk_ledger, "here", team["pr"])
    clock = await desk_ledger.clock(number, ClockKind.ROLL_CALL)
    assert clock.due_at == desk_ledger.now + desk_ledger.policy.deadlines[ClockKind.ROLL_CALL].length
    desk_ledger.later(minutes=5)
    await desk_ledger.do(
        lambda session: clocks.remind(
            session, clock_id=clock.id, round="600s", policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    reminded = select(Notice.staff_id).where(Notice.clock_id == clock.id, Notice.way == Way.CONSOLE)
    late = {team[name].id for name in ("marketing", "service", "tech")}
    assert set(await desk_ledger.all(reminded)) == late
    desk_ledger.later(minutes=10)
    await desk_ledger.falls_due(clock)
    assert set(await desk_ledger.all(reminded)) == late | {team["zhao"].id, team["qian"].id}


async def test_the_roll_call_ends_with_the_last_answer(desk_ledger, team):
    await hurt(desk_ledger)
    for name in ("pr", "marketing", "service"):
        await takes(desk_ledger, "here", team[name])
    assert ClockKind.ROLL_CALL in await clocks_running(desk_ledger)
    await takes(desk_ledger, "here", team["tech"])
    assert ClockKind.ROLL_CALL not in await clocks_running(desk_ledger)


async def test_what_is_decided_stays_as_a_log(desk_ledger, team):
    await hurt(desk_ledger)
    desk_ledger.later(minutes=3)
    await takes(desk_ledger, "decide", team["pr"], decision="下架同批次", whose="售后部")
    await takes(desk_ledger, "decide", team["tech"], decision="送检", whose="技术部")
    log = [step for step in (await emergency(desk_ledger)).steps if step.name == "decide"]
    assert [(step.by, step.entered["decision"]) for step in log] == [("pr", "下架同批次"), ("tech", "送检")]


async def test_the_24_and_the_48_hours_begin_by_themselves_and_end_with_what_was_told(desk_ledger, team):
    number = await hurt(desk_ledger)
    for kind, hours in zip(CRISIS_CLOCKS, (24, 48), strict=True):
        assert (await desk_ledger.clock(number, kind)).due_at == desk_ledger.now + timedelta(hours=hours)
    await takes(desk_ledger, "state", team["zhao"], statement="同批次已下架", where="官网")
    assert await clocks_running(desk_ledger) >= {ClockKind.FINDINGS}
    assert ClockKind.PUBLIC_STATEMENT not in await clocks_running(desk_ledger)
    with pytest.raises(Missing, match="source"):
        await takes(desk_ledger, "tell_findings", team["zhao"], findings="接地线虚焊", solution="免费换新")
    found = await emergency(desk_ledger)
    await desk_ledger.do(
        lambda session: forms.fill(
            session,
            number=found.line.number,
            filled={"source": "接地线虚焊"},
            staff=team["tech"],
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    await takes(desk_ledger, "tell_findings", team["zhao"], findings="接地线虚焊", solution="免费换新")
    assert ClockKind.FINDINGS not in await clocks_running(desk_ledger)
    stopped = await desk_ledger.clock(number, ClockKind.FINDINGS)
    assert stopped.stopped_by_id == team["zhao"].id


async def test_no_statement_is_a_second_persons_decision_with_its_reason(desk_ledger, team):
    await desk_ledger.complains(signals=(Signal.MEDIA_THREAT,), entities=(OUTLET,))
    await takes(desk_ledger, "call", team["zhao"])
    with pytest.raises(SecondPerson):
        await takes(desk_ledger, "keep_inside", team["zhao"], "没有外传")
    with pytest.raises(Missing):
        await takes(desk_ledger, "keep_inside", team["qian"])
    await takes(desk_ledger, "keep_inside", team["qian"], "没有外传")
    assert (await emergency(desk_ledger)).line.state == "spoken"


async def test_everything_stands_in_the_cases_book(desk_ledger, team):
    number = await hurt(desk_ledger)
    actions = await desk_ledger.actions(number)
    assert [action for action in actions if action.startswith("form.")] == [
        "form.opened",
        "form.step",
        "form.team_called",
    ]
    (entry,) = [one for one in await desk_ledger.entries(number) if one.action == "form.team_called"]
    assert entry.after["called"]["leader"] == ["pr"]
