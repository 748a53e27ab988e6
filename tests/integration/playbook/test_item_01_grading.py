"""Item 1, grading (playbook B3, B5, B7): severity with its reasons, warnings, risk, plans, overruling."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from bot.workers import Workers
from ledger.errors import AlreadyAcknowledged, Missing, NoSuchCase, NoSuchWave, NotAllowed
from ledger.models import Case, Conversation, Drill, Fact, Message, Staff
from ledger.services import cases, clocks, waves
from ledger.views import complaints
from ledger.views.grading import Grade, grade_of
from ledger.views.waves import WaveLine, warnings
from ledger.vocabulary import (
    ActorKind,
    CaseType,
    Category,
    ClockKind,
    FactKind,
    Language,
    Likelihood,
    NoticeKind,
    Risk,
    Role,
    Severity,
    Signal,
    WarningLevel,
    Way,
)
from tests.integration.test_ledger_thrift import asked
from tests.ledger_world import COMPLAINT, LedgerWorld
from tests.served_desk import ServedDesk

HURT = replace(COMPLAINT, signals=(Signal.INJURY_SAFETY,))


@pytest.fixture
async def supervisor(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("li", name="李霞", role=Role.SUPERVISOR)


async def grade(world: LedgerWorld, number: str) -> Grade:
    """How grave the case is, as the screen shows it."""
    found = await world.do(lambda session: complaints.complaint(session, number))
    assert found is not None
    return grade_of(found, world.policy)


async def overrule(world: LedgerWorld, number: str, severity: Severity, staff: Staff, **differs: Any) -> None:
    how = {"severity": severity, "reason": "现场核实过", **differs}
    await world.do(
        lambda session: cases.overrule(
            session, number=number, staff=staff, policy=world.policy, now=world.now, **how
        )
    )


# An explainable severity (each point with its reason in words), mild/moderate/severe.


async def test_each_point_of_a_severity_has_its_reason_in_words(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    message = await desk_ledger.message(conversation, "修了三次还漏水，我要找记者", emotion=2)
    heard = replace(COMPLAINT, signals=(Signal.MEDIA_THREAT, Signal.REPEAT_UNRESOLVED), emotion=2)
    hearing = await desk_ledger.hear(message, heard)
    assert hearing is not None
    found = await grade(desk_ledger, hearing.number)
    assert found.severity is Severity.MODERATE
    assert [(one.points, one.reason[Language.ZH_HANS]) for one in found.points] == [
        (20, "说要曝光或找媒体"),
        (13, "情绪愤怒"),
        (7, "反映过多次仍没解决"),
        (2, "产品有问题，影响使用"),
    ]
    assert found.total == 42
    assert all(set(one.reason) == set(Language) for one in found.points)


async def test_the_entry_that_changes_severity_holds_the_points_it_was_changed_by(
    desk_ledger: LedgerWorld,
) -> None:
    hearing = await desk_ledger.complains("有人烫伤了", signals=(Signal.INJURY_SAFETY,), emotion=0)
    [entry] = [one for one in await desk_ledger.entries(hearing.number) if one.action == "case.graded"]
    assert (entry.actor_kind, entry.before) == (ActorKind.ASSISTANT, {"severity": "mild"})
    assert entry.after is not None
    assert entry.after["severity"] == "severe"
    assert {"aspect": "harm", "what": "injury_safety", "points": 100, "count": None} in entry.after["points"]


async def test_a_mild_complaint_gets_no_entry_about_its_grade(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    assert "case.graded" not in await desk_ledger.actions(hearing.number)


async def test_what_grows_over_the_case_raises_it_and_nothing_lowers_it_by_itself(
    desk_ledger: LedgerWorld,
) -> None:
    conversation = await desk_ledger.conversation()
    message = await desk_ledger.message(conversation, "气死我了", emotion=2)
    first = await desk_ledger.hear(message, replace(COMPLAINT, emotion=2))
    then = await desk_ledger.says(conversation, "我妈八十了还等着", signals=(Signal.VULNERABLE,), emotion=0)
    last = await desk_ledger.says(conversation, "好的", emotion=0)
    assert [one and one.severity for one in (first, then, last)] == ["mild", "moderate", "moderate"]


async def test_how_many_people_are_affected_counts_as_it_was_told(desk_ledger: LedgerWorld) -> None:
    crowd = ({"entity": FactKind.PEOPLE, "value": 200, "said": "两百多户"},)
    hearing = await desk_ledger.complains("两百多户没暖气", entities=crowd, emotion=0)
    assert hearing.severity == "moderate"
    [people] = [one for one in (await grade(desk_ledger, hearing.number)).points if one.what == "people"]
    assert people.reason[Language.EN] == "200 people are said to be affected"


async def test_a_matter_that_keeps_coming_back_grows_graver(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, emotion=1)
    assert hearing is not None
    severities = [hearing.severity]
    for _ in range(3):
        desk_ledger.later(days=1)
        await desk_ledger.resolve(hearing.number, supervisor)
        again = await desk_ledger.says(conversation, "又坏了", emotion=1)
        assert again is not None
        severities.append(again.severity)
    assert severities == ["mild", "mild", "mild", "moderate"]


async def test_fury_about_an_earlier_matter_does_not_weigh_on_the_next(
    desk_ledger: LedgerWorld,
) -> None:
    conversation = await desk_ledger.conversation()
    angry = await desk_ledger.message(conversation, "气死我了", emotion=3)
    await desk_ledger.hear(angry, replace(COMPLAINT, emotion=3))
    await desk_ledger.do(lambda session: settle(session, angry, desk_ledger))
    desk_ledger.later(days=2)
    message = await desk_ledger.message(conversation, "另外发票抬头错了", emotion=0)
    further = await desk_ledger.do(
        lambda session: cases.new_matter(
            session,
            message_id=message,
            heard=replace(COMPLAINT, emotion=0),
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert further.severity == "mild"


async def settle(session: Any, message_id: int, world: LedgerWorld) -> None:
    (await session.get_one(Message, message_id)).settled_at = world.now


# Five risk levels.


@pytest.mark.parametrize(
    ("signals", "likelihood", "risk"),
    [
        ((), Likelihood.UNLIKELY, Risk.VERY_LOW),
        ((Signal.MEDIA_THREAT,), Likelihood.POSSIBLE, Risk.MEDIUM),
        ((Signal.GROUP_EVENT,), Likelihood.LIKELY, Risk.VERY_HIGH),
    ],
)
async def test_risk_is_the_grade_by_how_likely_it_spreads(
    desk_ledger: LedgerWorld, signals: tuple[Signal, ...], likelihood: Likelihood, risk: Risk
) -> None:
    hearing = await desk_ledger.complains(signals=signals, emotion=0)
    found = await grade(desk_ledger, hearing.number)
    assert (found.likelihood, found.risk) == (likelihood, risk)


# The grade chooses the response plan.


async def test_the_grade_chooses_what_is_to_be_done(desk_ledger: LedgerWorld) -> None:
    calm = await desk_ledger.complains(emotion=0)
    hurt = await desk_ledger.complains(signals=(Signal.INJURY_SAFETY,))
    assert (await grade(desk_ledger, calm.number)).todo[0][Language.EN] == "Answer promptly; feelings first"
    todo = [step[Language.EN] for step in (await grade(desk_ledger, hurt.number)).todo]
    assert any("formal statement within 24 hours" in step for step in todo)


async def test_when_a_case_becomes_severe_its_plan_says_who_is_told(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, emotion=0)
    assert await desk_ledger.told() == []
    await desk_ledger.says(conversation, "漏电，我爸被电了", HURT)
    assert await desk_ledger.told() == [(NoticeKind.GRADED, "li", Way.CONSOLE)]


async def test_who_has_its_alarm_of_a_special_user_before_them_is_not_told_twice(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, signals=(Signal.SELF_HARM,))
    assert hearing is not None
    assert [kind for kind, _, _ in await desk_ledger.told()] == [NoticeKind.SPECIAL_USER]


async def test_once_that_alarm_was_acknowledged_they_are_told_that_it_became_severe(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, signals=(Signal.MEDIA_THREAT,))
    assert hearing is not None
    await desk_ledger.do(
        lambda session: clocks.acknowledge(
            session, number=hearing.number, staff=supervisor, now=desk_ledger.now
        )
    )
    assert (await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)).stopped_at
    await desk_ledger.says(conversation, "漏电，我爸被电了", HURT)
    kinds = [kind for kind, _, _ in await desk_ledger.told()]
    assert kinds == [NoticeKind.SPECIAL_USER, NoticeKind.GRADED]


# Supervisors can overrule with a reason.


async def test_a_supervisor_overrules_with_a_reason_that_stands_in_the_book(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    hearing = await desk_ledger.complains(signals=(Signal.INJURY_SAFETY,))
    await overrule(desk_ledger, hearing.number, Severity.MILD, supervisor)
    assert (await desk_ledger.case(hearing.number)).severity is Severity.MILD
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert (entry.action, entry.actor, entry.reason) == ("case.graded", "li", "现场核实过")
    assert (entry.before, entry.after) == ({"severity": "severe"}, {"severity": "mild"})


async def test_an_overruled_grade_stays_and_a_higher_one_is_shown_beside_it(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, emotion=0)
    assert hearing is not None
    await overrule(desk_ledger, hearing.number, Severity.MILD, supervisor)
    assert not (await grade(desk_ledger, hearing.number)).would_be_graver
    await desk_ledger.says(conversation, "漏电，我爸被电了", HURT)
    found = await grade(desk_ledger, hearing.number)
    assert (found.severity, found.computed, found.would_be_graver) == (Severity.MILD, Severity.SEVERE, True)
    assert found.overruled is not None
    assert (found.overruled.by, found.overruled.reason) == ("li", "现场核实过")
    await overrule(desk_ledger, hearing.number, Severity.SEVERE, supervisor)
    assert (await desk_ledger.case(hearing.number)).severity is Severity.SEVERE


async def test_a_case_made_graver_by_hand_is_told_of_like_any_other(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    hearing = await desk_ledger.complains(emotion=0)
    await overrule(desk_ledger, hearing.number, Severity.SEVERE, supervisor)
    assert await desk_ledger.told() == [(NoticeKind.GRADED, "li", Way.CONSOLE)]


async def test_overruling_needs_a_supervisor_a_reason_and_a_case(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    hearing = await desk_ledger.complains()
    agent = await desk_ledger.staff("wang")
    with pytest.raises(NotAllowed):
        await overrule(desk_ledger, hearing.number, Severity.SEVERE, agent)
    with pytest.raises(Missing):
        await overrule(desk_ledger, hearing.number, Severity.SEVERE, supervisor, reason=" ")
    with pytest.raises(NoSuchCase):
        await overrule(desk_ledger, "QT-2026-999999", Severity.SEVERE, supervisor)


async def test_what_raised_a_case_is_still_told_when_it_no_longer_comes_to_as_much(
    desk_ledger: LedgerWorld,
) -> None:
    crowd = ({"entity": FactKind.PEOPLE, "value": 100, "said": "一百人"},)
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, "一百人都这样", entities=crowd, emotion=0)
    assert hearing is not None
    fewer = ({"entity": FactKind.PEOPLE, "value": 12, "said": "十二人"},)
    await desk_ledger.says(conversation, "说错了，十二人", entities=fewer, emotion=0, intent="correct")
    found = await grade(desk_ledger, hearing.number)
    assert found.severity is Severity.MODERATE
    assert "100" in found.points[0].reason[Language.EN]


# Four warning levels for a building wave: of a kind, in a place, about a product, in a window.


async def came(
    world: LedgerWorld, count: int, *, ago: timedelta = timedelta(), spaced: int = 60, **differs: Any
) -> None:
    """So many complaints came, one every ``spaced`` seconds, the last ``ago``; ``facts`` by kind."""
    told = differs.pop("facts", {})
    conversation = await world.conversation()
    message = await world.message(conversation, "…")
    row = {"category": Category.PRODUCT_QUALITY, "type": CaseType.COMPLAINT, "channel": "web", **differs}
    async with world.database.transaction() as session:
        talk = await session.get_one(Conversation, conversation)
        new = [
            Case(
                number=f"QT-2026-{next(NUMBERS):06d}",
                pass_code="",
                customer_id=talk.customer_id,
                opened_at=world.now - ago - timedelta(seconds=spaced * place),
                **row,
            )
            for place in range(count)
        ]
        session.add_all(new)
        await session.flush()
        session.add_all(
            Fact(
                case_id=case.id,
                message_id=message,
                at=case.opened_at,
                kind=kind,
                said=f"那个{value}",
                value=value,
            )
            for case in new
            for kind, value in told.items()
        )


NUMBERS = count(900_000)
WEEK = timedelta(weeks=1)


async def an_ordinary_past(world: LedgerWorld, a_week: int = 3) -> None:
    """Nine weeks in which so many complaints came at these hours."""
    await came(world, 1, ago=9 * WEEK + timedelta(days=2))
    for back in range(1, 9):
        await came(world, a_week + back % 2, ago=back * WEEK)


async def look(world: LedgerWorld) -> list[WaveLine]:
    await world.do(lambda session: waves.look(session, policy=world.policy, now=world.now))
    return await world.do(warnings)


async def test_many_complaints_of_a_kind_are_a_warning_by_how_unusual_they_are(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    await an_ordinary_past(desk_ledger)
    await came(desk_ledger, 5)
    assert await look(desk_ledger) == []
    await came(desk_ledger, 35)
    [line] = await look(desk_ledger)
    assert (line.kind, line.subject, line.level) == ("category", "product_quality", WarningLevel.RED)
    assert line.count == 40
    assert 2 < line.expected < 5
    [entry] = [one for one in await desk_ledger.entries("desk") if one.action == "wave.began"]
    assert entry.after is not None
    assert (entry.after["level"], entry.after["count"]) == ("red", 40)
    assert await desk_ledger.told() == [(NoticeKind.WAVE, "li", Way.CONSOLE)]


async def test_as_many_as_usual_at_these_hours_are_no_warning(desk_ledger: LedgerWorld) -> None:
    await an_ordinary_past(desk_ledger, a_week=40)
    await came(desk_ledger, 42)
    assert await look(desk_ledger) == []


@pytest.mark.parametrize(
    ("kind", "fact", "value"),
    [("place", FactKind.PLACE, "人民路店"), ("product", FactKind.PRODUCT, "fridge")],
)
async def test_complaints_in_a_place_or_about_a_product_are_counted_too(
    desk_ledger: LedgerWorld, kind: str, fact: FactKind, value: str
) -> None:
    await an_ordinary_past(desk_ledger, a_week=40)
    await came(desk_ledger, 8)
    await came(desk_ledger, 34, facts={fact: value})
    [line] = await look(desk_ledger)
    assert (line.kind, line.subject, line.count, line.name) == (kind, value, 34, f"那个{value}")
    assert len(line.cases) == 8


async def test_a_short_burst_is_seen_in_a_short_window(desk_ledger: LedgerWorld) -> None:
    for back in range(1, 9):
        await came(desk_ledger, 60, ago=back * WEEK, spaced=1200)
    await came(desk_ledger, 1, ago=10 * WEEK)
    await came(desk_ledger, 25, spaced=60)
    [line] = await look(desk_ledger)
    assert (line.minutes, line.count) == (60, 25)


@pytest.mark.parametrize("differs", [{"demo": True}, {"type": CaseType.CONTACT}])
async def test_what_is_made_up_or_no_complaint_is_not_counted(
    desk_ledger: LedgerWorld, differs: dict[str, Any]
) -> None:
    await an_ordinary_past(desk_ledger)
    await came(desk_ledger, 60, **differs)
    assert await look(desk_ledger) == []


async def test_what_a_drill_plays_is_not_counted(desk_ledger: LedgerWorld) -> None:
    await an_ordinary_past(desk_ledger)
    async with desk_ledger.database.transaction() as session:
        moments = {"started_at": desk_ledger.now, "seen_at": desk_ledger.now}
        drill = Drill(name="315", digest="", script={}, faster=60, cast=False, **moments)
        session.add(drill)
        await session.flush()
        drill_id = drill.id
    await came(desk_ledger, 60, drill_id=drill_id)
    assert await look(desk_ledger) == []


async def test_a_new_desk_is_warned_only_of_what_would_be_much_anywhere(desk_ledger: LedgerWorld) -> None:
    await came(desk_ledger, 12)
    assert await look(desk_ledger) == []
    await came(desk_ledger, 500, spaced=7)
    [line] = await look(desk_ledger)
    assert line.level is WarningLevel.RED


async def test_a_young_desk_is_compared_with_the_days_before(desk_ledger: LedgerWorld) -> None:
    for back in range(1, 12):
        await came(desk_ledger, 0 if back == 7 else 30, ago=timedelta(days=back))
    await came(desk_ledger, 31)
    assert await look(desk_ledger) == []
    await came(desk_ledger, 70)
    [line] = await look(desk_ledger)
    assert line.expected == pytest.approx(26, abs=1)


async def test_a_warning_rises_at_once_and_falls_only_when_it_stays_lower(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", supervisor)
    await an_ordinary_past(desk_ledger)
    await came(desk_ledger, 16)
    first = (await look(desk_ledger))[0].level
    desk_ledger.later(minutes=5)
    await came(desk_ledger, 40)
    assert (await look(desk_ledger))[0].level is WarningLevel.RED
    assert first in (WarningLevel.BLUE, WarningLevel.YELLOW, WarningLevel.ORANGE)
    desk_ledger.later(days=1, minutes=10)
    assert (await look(desk_ledger))[0].until is None
    desk_ledger.later(minutes=31)
    assert (await look(desk_ledger))[0].until == desk_ledger.now
    actions = [one for one in await desk_ledger.actions("desk") if one.startswith("wave.")]
    assert actions == ["wave.began", "wave.risen", "wave.ended"]
    assert len(await desk_ledger.told()) == 2


async def test_a_named_supervisor_acknowledges_and_again_when_it_rose(
    desk_ledger: LedgerWorld, supervisor: Staff
) -> None:
    await an_ordinary_past(desk_ledger)
    await came(desk_ledger, 16)
    [line] = await look(desk_ledger)
    agent = await desk_ledger.staff("wang")
    with pytest.raises(NotAllowed):
        await acknowledge(desk_ledger, line.id, agent)
    await acknowledge(desk_ledger, line.id, supervisor)
    with pytest.raises(AlreadyAcknowledged):
        await acknowledge(desk_ledger, line.id, supervisor)
    with pytest.raises(NoSuchWave):
        await acknowledge(desk_ledger, line.id + 1, supervisor)
    [seen] = await look(desk_ledger)
    assert (seen.acknowledged_by, seen.acknowledged_at) == ("李霞", desk_ledger.now)
    assert (await desk_ledger.entries("desk"))[-1].action == "wave.acknowledged"
    await came(desk_ledger, 40)
    assert (await look(desk_ledger))[0].acknowledged_by is None


async def acknowledge(world: LedgerWorld, wave_id: int, staff: Staff) -> None:
    await world.do(lambda session: waves.acknowledge(session, wave_id=wave_id, staff=staff, now=world.now))


async def test_a_look_asks_the_database_little(desk_ledger: LedgerWorld) -> None:
    await an_ordinary_past(desk_ledger)
    await came(desk_ledger, 40)
    await look(desk_ledger)
    with asked(desk_ledger) as statements:
        await desk_ledger.do(
            lambda session: waves.look(session, policy=desk_ledger.policy, now=desk_ledger.now)
        )
    assert len([said for said in statements if "cases" in said]) <= 2
    assert len(statements) <= 7


# By HTTP, and by itself.


async def test_a_supervisor_grades_and_acknowledges_by_http_and_an_agent_does_neither(
    served: ServedDesk,
) -> None:
    agent = await served.token_of(await served.staff())
    supervisor = await served.token_of(await served.staff("lin", Role.SUPERVISOR, "林主任"))
    entered = {"channel": "phone", "narrative": "漏电", "category": "safety_accident"}
    answer = await served.client.post("/api/v1/complaints", json=entered, headers=agent)
    path = f"/api/v1/complaints/{answer.json()['complaint']['number']}/grade"
    found = (await served.client.get(path, headers=agent)).json()
    assert (found["severity"], found["points"][0]["reason"]["en"][:18]) == ("moderate", "A safety accident:")
    verdict = {"severity": "severe", "reason": "两人送医"}
    assert (await served.client.post(path, json=verdict, headers=agent)).status_code == 403
    graded = (await served.client.post(path, json=verdict, headers=supervisor)).json()
    assert (graded["severity"], graded["overruled"]["by"], graded["risk"]) == ("severe", "lin", "medium")
    assert (await served.client.get("/api/v1/warnings", headers=agent)).status_code == 403
    assert (await served.client.get("/api/v1/warnings", headers=supervisor)).json() == {"items": []}
    nothing = await served.client.post("/api/v1/warnings/1/acknowledge", headers=supervisor)
    assert nothing.status_code == 404


async def test_the_desk_looks_for_waves_by_itself(served: ServedDesk) -> None:
    world = LedgerWorld(served.desk.database, served.desk.policy, now=served.desk.now())
    await came(world, 120, spaced=5)
    workers = Workers(served.desk)
    await workers.start()
    try:
        for _ in range(100):
            if found := await world.do(warnings):
                break
            await asyncio.sleep(0.1)
    finally:
        await workers.stop()
    assert [(line.subject, line.level) for line in found] == [("product_quality", WarningLevel.RED)]
