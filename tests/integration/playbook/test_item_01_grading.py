"""Item 1, grading (playbook B3, B5, B7): severity with its reasons, warnings, risk, plans, overruling."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import Missing, NoSuchCase, NotAllowed
from ledger.models import Message, Staff
from ledger.services import cases, clocks
from ledger.views import complaints
from ledger.views.grading import Grade, grade_of
from ledger.vocabulary import (
    ActorKind,
    ClockKind,
    FactKind,
    Language,
    Likelihood,
    NoticeKind,
    Risk,
    Role,
    Severity,
    Signal,
    Way,
)
from tests.ledger_world import COMPLAINT, LedgerWorld

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
