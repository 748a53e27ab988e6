"""Petitions (信访, playbook C4): the flow, the outcomes, review, and what is not accepted again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import NotThisStep, SecondPerson, StepBarred
from ledger.form_book import book
from ledger.models import Clock, Form, FormStep, Staff, Task
from ledger.services import cases, forms
from ledger.views.forms import FormDetail, form
from ledger.vocabulary import Category, ClockKind, Language, Role
from tests.ledger_world import LedgerWorld

ANSWER = {"findings": "查了三次维修记录", "outcome": "solved", "answer": "已经换了新机。"}


@pytest.fixture
async def clerk(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def chief(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


@pytest.fixture
async def other(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("sun", name="孙立", role=Role.SUPERVISOR)


async def petition(world: LedgerWorld, clerk: Staff, conversation: int | None = None) -> str:
    conversation = conversation or await world.conversation()
    hearing = await world.says(conversation)
    assert hearing is not None
    opened = await world.do(
        lambda session: forms.open_form(
            session,
            kind="petition",
            number=hearing.number,
            staff=clerk,
            policy=world.policy,
            now=world.now,
            filled={"arrival": "letter"},
        )
    )
    return opened.number


async def fill(world: LedgerWorld, number: str, staff: Staff, **filled: Any) -> None:
    await world.do(
        lambda session: forms.fill(
            session, number=number, filled=filled, staff=staff, policy=world.policy, now=world.now
        )
    )


async def step(
    world: LedgerWorld, number: str, name: str, staff: Staff, reason: str | None = None, **entered: Any
) -> None:
    await world.do(
        lambda session: forms.take_step(
            session,
            number=number,
            step=name,
            staff=staff,
            policy=world.policy,
            now=world.now,
            entered=entered,
            reason=reason,
        )
    )


async def read(world: LedgerWorld, number: str) -> FormDetail:
    found = await world.do(lambda session: form(session, number))
    assert found is not None
    return found


async def answered(world: LedgerWorld, clerk: Staff, chief: Staff, conversation: int | None = None) -> str:
    """A petition that went the whole way to its answer."""
    number = await petition(world, clerk, conversation)
    await step(world, number, "accept", clerk)
    await fill(world, number, clerk, handler="售后部", investigator=clerk.username)
    await step(world, number, "assign", chief)
    await step(world, number, "investigate", clerk)
    await fill(world, number, clerk, **ANSWER)
    await step(world, number, "answer", chief)
    return number


async def concluded(
    world: LedgerWorld, clerk: Staff, chief: Staff, other: Staff, conversation: int | None = None
) -> str:
    """A petition that went through review and re-review."""
    number = await answered(world, clerk, chief, conversation)
    await step(world, number, "ask_review", clerk, why="没说清楚")
    await fill(world, number, clerk, review_findings="维持。")
    await step(world, number, "decide_review", other)
    await step(world, number, "ask_rereview", clerk, why="还是没说清楚")
    await fill(world, number, clerk, rereview_findings="维持。")
    await step(world, number, "conclude", chief)
    return number


async def clocks(world: LedgerWorld, kind: ClockKind) -> list[Clock]:
    return await world.all(select(Clock).where(Clock.kind == kind).order_by(Clock.id))


async def test_the_five_forms_of_arrival_are_told_apart() -> None:
    arrivals = set(book()["petition"].fields["arrival"].options)
    assert arrivals == {"visit", "letter", "phone", "online", "passed_down"}


async def test_a_petition_goes_from_registering_to_the_reported_answer(desk_ledger, clerk, chief):
    found = await read(desk_ledger, await answered(desk_ledger, clerk, chief))
    passed = [taken.to_state for taken in found.steps]
    assert passed == ["submitted", "assigned", "investigating", "answered"]


async def test_its_matter_is_known_from_the_conversation(desk_ledger, clerk):
    assert (await read(desk_ledger, await petition(desk_ledger, clerk))).values["matter"] == "冰箱坏了"


async def test_registering_has_fifteen_days_and_closing_sixty(desk_ledger, clerk):
    number = await petition(desk_ledger, clerk)
    (registered,) = await clocks(desk_ledger, ClockKind.PETITION_REGISTERED)
    (closed,) = await clocks(desk_ledger, ClockKind.PETITION_CLOSED)
    begun = desk_ledger.now
    assert (registered.due_at, closed.due_at) == (begun + timedelta(days=15), begun + timedelta(days=60))
    await step(desk_ledger, number, "accept", clerk)
    (registered,) = await clocks(desk_ledger, ClockKind.PETITION_REGISTERED)
    assert registered.stopped_by_id == clerk.id


@pytest.mark.parametrize("outcome", ["solved", "explained", "helped", "by_law"])
async def test_it_ends_solved_explained_helped_or_by_law(desk_ledger, clerk, chief, outcome):
    number = await answered(desk_ledger, clerk, chief)
    assert outcome in book()["petition"].fields["outcome"].options
    await fill(desk_ledger, number, clerk, outcome=outcome)
    assert (await read(desk_ledger, number)).values["outcome"] == outcome


async def test_who_investigated_does_not_sign_the_answer(desk_ledger, clerk, chief):
    number = await petition(desk_ledger, clerk)
    await step(desk_ledger, number, "accept", clerk)
    await fill(desk_ledger, number, clerk, handler="售后部", investigator=chief.username)
    await step(desk_ledger, number, "assign", chief)
    await step(desk_ledger, number, "investigate", chief)
    await fill(desk_ledger, number, clerk, **ANSWER)
    with pytest.raises(SecondPerson):
        await step(desk_ledger, number, "answer", chief)


async def test_every_answer_is_written_from_its_template_and_told(desk_ledger, clerk, chief):
    number = await answered(desk_ledger, clerk, chief)
    letters = [taken.entered["letter"] for taken in (await read(desk_ledger, number)).steps if taken.entered]
    assert "已经受理" in letters[0]
    assert number in letters[0]
    assert "已经换了新机。" in letters[1]
    assert "三十日内提出复查" in letters[1]


async def test_without_a_conversation_the_answer_is_a_call_to_make(desk_ledger, clerk):
    entered = await desk_ledger.do(
        lambda session: cases.enter_by_staff(
            session,
            staff=clerk,
            channel="walk_in",
            narrative="冰箱坏了",
            category=Category.PRODUCT_QUALITY,
            language=Language.ZH_HANS,
            remedies=[],
            signals=[],
            consented=False,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    opened = await desk_ledger.do(
        lambda session: forms.open_form(
            session,
            kind="petition",
            number=entered.number,
            staff=clerk,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
            filled={"arrival": "visit"},
        )
    )
    await step(desk_ledger, opened.number, "accept", clerk)
    (task,) = await desk_ledger.all(select(Task))
    assert opened.number in task.note


async def test_more_time_is_told_to_the_petitioner_with_its_reason(desk_ledger, clerk, chief):
    number = await petition(desk_ledger, clerk)
    await step(desk_ledger, number, "accept", clerk)
    until = (desk_ledger.now + timedelta(days=80)).date().isoformat()
    await step(desk_ledger, number, "extend", chief, "要等检测报告", until=until)
    letter = (await read(desk_ledger, number)).steps[-1].entered["letter"]
    assert "要等检测报告" in letter
    assert until in letter


async def test_a_review_is_asked_for_within_thirty_days_and_decided_in_thirty(desk_ledger, clerk, chief):
    number = await answered(desk_ledger, clerk, chief)
    (asked,) = await clocks(desk_ledger, ClockKind.REVIEW_ASKED)
    assert asked.due_at == desk_ledger.now + timedelta(days=30)
    await step(desk_ledger, number, "ask_review", clerk, why="没说清楚")
    (decided,) = await clocks(desk_ledger, ClockKind.REVIEW_DECIDED)
    assert decided.due_at == desk_ledger.now + timedelta(days=30)


async def test_when_nobody_asks_for_a_review_it_closes_by_itself_and_nobody_was_late(
    desk_ledger, clerk, chief
):
    number = await answered(desk_ledger, clerk, chief)
    (asked,) = await clocks(desk_ledger, ClockKind.REVIEW_ASKED)
    desk_ledger.later(days=30)
    await desk_ledger.do(
        lambda session: forms.fall_due(
            session, clock_id=asked.id, policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    assert (await read(desk_ledger, number)).line.state == "closed"
    (asked,) = await clocks(desk_ledger, ClockKind.REVIEW_ASKED)
    assert (asked.breached_at, asked.stop_reason) == (None, "lapsed")
    with pytest.raises(NotThisStep):
        await step(desk_ledger, number, "ask_review", clerk, why="太晚了")


async def test_after_re_review_it_is_concluded(desk_ledger, clerk, chief, other):
    found = await read(desk_ledger, await concluded(desk_ledger, clerk, chief, other))
    assert found.line.state == "concluded"
    assert found.line.closed_at is not None


async def test_the_same_matter_is_not_accepted_again_after_re_review(desk_ledger, clerk, chief, other):
    conversation = await desk_ledger.conversation()
    await concluded(desk_ledger, clerk, chief, other, conversation)
    again = await desk_ledger.do(
        lambda session: forms.open_form(
            session,
            kind="petition",
            number="QT-2026-000001",
            staff=clerk,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
            filled={"arrival": "letter"},
        )
    )
    with pytest.raises(StepBarred, match="same_matter"):
        await step(desk_ledger, again.number, "accept", clerk)
    await step(desk_ledger, again.number, "not_accept", chief, "已经复核终结")
    assert (await read(desk_ledger, again.number)).line.state == "not_accepted"


async def test_a_new_matter_of_the_same_petitioner_is_accepted(desk_ledger, clerk, chief, other):
    conversation = await desk_ledger.conversation()
    await concluded(desk_ledger, clerk, chief, other, conversation)
    number = await petition(desk_ledger, clerk, conversation)
    await fill(desk_ledger, number, chief, same_matter=False)
    await step(desk_ledger, number, "accept", clerk)
    assert (await read(desk_ledger, number)).line.state == "submitted"


async def test_every_step_has_a_name_and_a_time(desk_ledger, clerk, chief, other):
    await concluded(desk_ledger, clerk, chief, other)
    taken = await desk_ledger.all(select(FormStep))
    assert len(taken) == 8
    assert all(one.by_id and one.at for one in taken)
    assert [one.kind for one in await desk_ledger.all(select(Form))] == ["petition"]
