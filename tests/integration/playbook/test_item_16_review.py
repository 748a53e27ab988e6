"""Item 16, the review (复盘, playbook D4): no severe case is closed without it; it is followed to done."""

import pytest
from sqlalchemy import select

from ledger.errors import Missing, SecondPerson
from ledger.lists import LISTS
from ledger.models import Clock, Form, Staff
from ledger.services import cases
from ledger.vocabulary import ClockKind, Role, Severity, Signal, Stage
from tests.ledger_world import LedgerWorld

WRITTEN = {
    "responsibility": "门店地面巡查",
    "improvements": "雨天加防滑垫",
    "plan_update": "门店安全预案第三条：雨天每小时巡查",
}
IMPROVEMENT = {"what": "加防滑垫", "who": "wang", "until": "2026-12-01"}


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def zhao(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


async def solved(world: LedgerWorld, wang: Staff, *signals: Signal) -> tuple[int, str]:
    """A case that somebody was hurt in, solved."""
    conversation = await world.conversation()
    hearing = await world.says(conversation, "老人在店里摔骨折了", signals=signals or (Signal.INJURY_SAFETY,))
    assert hearing is not None
    await world.resolve(hearing.number, wang)
    return conversation, hearing.number


async def rated(world: LedgerWorld, conversation: int, rating: int = 5) -> None:
    message = await world.message(conversation, "可以")
    await world.do(
        lambda session: cases.rate(
            session, message_id=message, rating=rating, policy=world.policy, now=world.now
        )
    )


async def papers(world: LedgerWorld, kind: str = "review") -> list[Form]:
    return await world.all(select(Form).where(Form.kind == kind).order_by(Form.id))


async def proposed(world: LedgerWorld, form: Form, wang: Staff) -> None:
    await world.fill(form.number, wang, **WRITTEN)
    await world.step(form.number, "improve", wang, **IMPROVEMENT)
    await world.step(form.number, "propose", wang)


async def listed(world: LedgerWorld, key: str) -> list[str]:
    rows = await world.do(
        lambda session: LISTS[key].find(session, policy=world.policy, now=world.now, department=None)
    )
    return [row.number for row in rows]


async def stage(world: LedgerWorld, number: str) -> Stage:
    return (await world.case(number)).stage


async def test_the_review_opens_by_itself_when_a_severe_case_is_solved(desk_ledger, wang):
    _, number = await solved(desk_ledger, wang)
    assert (await desk_ledger.case(number)).severity is Severity.SEVERE
    (review,) = await papers(desk_ledger)
    assert (review.state, review.opened_by_id) == ("writing", None)


async def test_a_content_customer_does_not_close_a_severe_case_without_its_review(desk_ledger, wang):
    conversation, number = await solved(desk_ledger, wang)
    await rated(desk_ledger, conversation)
    assert await stage(desk_ledger, number) is not Stage.CLOSED
    assert await listed(desk_ledger, "reviews_due") == [number]


async def test_a_case_that_is_not_severe_is_closed_by_its_customer_alone(desk_ledger, wang):
    conversation, number = await solved(desk_ledger, wang, Signal.COMPENSATION_DEMAND)
    await rated(desk_ledger, conversation)
    assert await stage(desk_ledger, number) is Stage.CLOSED
    assert await papers(desk_ledger) == []


async def test_it_needs_cause_responsibility_improvements_and_the_plans_update(desk_ledger, wang):
    await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    with pytest.raises(Missing, match="responsibility, improvements, plan_update, improvement"):
        await desk_ledger.step(review.number, "propose", wang)


async def test_another_person_approves_it_and_the_case_is_closed_then(desk_ledger, wang, zhao):
    conversation, number = await solved(desk_ledger, wang)
    await rated(desk_ledger, conversation)
    (review,) = await papers(desk_ledger)
    await proposed(desk_ledger, review, zhao)
    with pytest.raises(SecondPerson):
        await desk_ledger.step(review.number, "approve", zhao)
    await desk_ledger.step(review.number, "approve", await desk_ledger.staff("sun", role=Role.SUPERVISOR))
    assert await stage(desk_ledger, number) is Stage.CLOSED
    assert await listed(desk_ledger, "reviews_due") == []


async def test_an_approved_review_does_not_close_a_case_whose_customer_has_not_spoken(
    desk_ledger, wang, zhao
):
    conversation, number = await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    await proposed(desk_ledger, review, wang)
    await desk_ledger.step(review.number, "approve", zhao)
    assert await stage(desk_ledger, number) is not Stage.CLOSED
    await rated(desk_ledger, conversation)
    assert await stage(desk_ledger, number) is Stage.CLOSED


async def test_a_case_that_came_back_is_reviewed_again(desk_ledger, wang, zhao):
    conversation, number = await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    await proposed(desk_ledger, review, wang)
    await desk_ledger.step(review.number, "approve", zhao)
    await rated(desk_ledger, conversation, rating=1)
    desk_ledger.later(days=3)
    await desk_ledger.resolve(number, wang)
    await rated(desk_ledger, conversation)
    assert [paper.state for paper in await papers(desk_ledger)] == ["approved", "writing"]
    assert await stage(desk_ledger, number) is not Stage.CLOSED


async def test_a_review_that_is_sent_back_says_why(desk_ledger, wang, zhao):
    await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    await proposed(desk_ledger, review, wang)
    await desk_ledger.step(review.number, "send_back", zhao, reason="没写清楚哪一步")
    (review,) = await papers(desk_ledger)
    assert review.state == "writing"


async def test_each_improvement_has_a_person_and_a_day_whose_clock_runs(desk_ledger, wang):
    await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    await desk_ledger.step(review.number, "improve", wang, **IMPROVEMENT)
    (improvement,) = await papers(desk_ledger, "improvement")
    assert improvement.filled == IMPROVEMENT
    (clock,) = await desk_ledger.all(select(Clock).where(Clock.kind == ClockKind.FORM_DUE))
    assert clock.form_id == improvement.id
    assert await listed(desk_ledger, "improvements") == [improvement.number]


async def test_an_improvement_is_followed_until_somebody_else_has_seen_it_done(desk_ledger, wang, zhao):
    await solved(desk_ledger, wang)
    (review,) = await papers(desk_ledger)
    await desk_ledger.step(review.number, "improve", wang, **IMPROVEMENT)
    (improvement,) = await papers(desk_ledger, "improvement")
    await desk_ledger.fill(improvement.number, wang, result="垫子铺了")
    await desk_ledger.step(improvement.number, "finish", wang)
    with pytest.raises(SecondPerson):
        await desk_ledger.step(improvement.number, "see", wang)
    await desk_ledger.step(improvement.number, "not_yet", zhao, reason="后门没铺")
    assert await listed(desk_ledger, "improvements") == [improvement.number]
    await desk_ledger.step(improvement.number, "finish", wang)
    await desk_ledger.step(improvement.number, "see", zhao)
    assert await listed(desk_ledger, "improvements") == []
