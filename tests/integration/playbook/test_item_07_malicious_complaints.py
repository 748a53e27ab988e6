"""Item 7, malicious and leapfrog complaints (恶意、越级, playbook B8): evidence, a second person, by law."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from ledger.errors import Missing, NotAllowed, SecondPerson
from ledger.lists import LISTS
from ledger.models import Clock, Form, Message, Staff
from ledger.services import forms
from ledger.views.forms import FormDetail, form
from ledger.vocabulary import CaseStatus, ClockKind, Role, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

WORDS = "给五万就算了，不然全网见"
THREAT = replace(COMPLAINT, signals=(Signal.EXTORTION,))
PLAN = {"plan": "说明赔付规则；请改为书面联系", "review_on": "2026-12-31"}


@pytest.fixture
async def first(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳", role=Role.SUPERVISOR)


@pytest.fixture
async def second(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


async def threatened(world: LedgerWorld) -> tuple[int, str]:
    """Somebody ties a payment to exposure; the conversation and the case's number."""
    conversation = await world.conversation()
    message = await world.message(conversation, WORDS)
    heard = update(Message).where(Message.id == message).values(signals=[Signal.EXTORTION.value])
    await world.do(lambda session: session.execute(heard))
    hearing = await world.hear(message, THREAT)
    assert hearing is not None
    return conversation, hearing.number


async def raised(world: LedgerWorld, number: str, staff: Staff, kind: str) -> str:
    opened = await world.do(
        lambda session: forms.open_form(
            session,
            kind="conduct",
            number=number,
            staff=staff,
            policy=world.policy,
            now=world.now,
            filled={"kind": kind, "evidence": "三天打了四十个电话，同样的话"},
        )
    )
    return opened.number


async def papers(world: LedgerWorld) -> list[FormDetail]:
    numbers = await world.all(select(Form.number).where(Form.kind == "conduct").order_by(Form.id))
    found = [await world.do(lambda session, number=number: form(session, number)) for number in numbers]
    return [one for one in found if one is not None]


async def take(
    world: LedgerWorld, number: str, step: str, staff: Staff, reason: str | None = "看过原话", **entered: Any
) -> None:
    await world.step(number, step, staff, reason=reason, **entered)


async def waiting(world: LedgerWorld) -> list[str]:
    rows = await world.do(
        lambda session: LISTS["conduct"].find(session, policy=world.policy, now=world.now, department=None)
    )
    return [row.number for row in rows]


async def test_what_sounds_like_extortion_waits_for_a_second_person_with_its_words(desk_ledger):
    _, number = await threatened(desk_ledger)
    (paper,) = await papers(desk_ledger)
    assert (paper.line.case, paper.line.state, paper.line.opened_by) == (number, "raised", None)
    assert (paper.values["kind"], paper.values["evidence"]) == ("extortion", WORDS)
    assert await waiting(desk_ledger) == [paper.line.number]


@pytest.mark.parametrize("kind", ["malicious", "leapfrog", "extortion"])
async def test_staff_raise_malice_and_leapfrogging_with_evidence(desk_ledger, first, second, kind):
    hearing = await desk_ledger.complains()
    number = await raised(desk_ledger, hearing.number, first, kind)
    await desk_ledger.fill(number, first, **PLAN)
    await take(desk_ledger, number, "confirm", second)
    (paper,) = await papers(desk_ledger)
    assert (paper.line.state, paper.values["kind"]) == ("confirmed", kind)


async def test_it_is_not_confirmed_without_evidence_a_lawful_plan_and_a_review_date(
    desk_ledger, first, second
):
    hearing = await desk_ledger.complains()
    number = await raised(desk_ledger, hearing.number, first, "malicious")
    await desk_ledger.fill(number, first, evidence="")
    with pytest.raises(Missing, match="evidence, plan, review_on"):
        await take(desk_ledger, number, "confirm", second)


async def test_who_raised_it_does_not_decide_it(desk_ledger, first, second):
    hearing = await desk_ledger.complains()
    number = await raised(desk_ledger, hearing.number, first, "malicious")
    with pytest.raises(SecondPerson):
        await take(desk_ledger, number, "dismiss", first)
    await take(desk_ledger, number, "dismiss", second)
    assert await waiting(desk_ledger) == []


async def test_a_decision_is_a_supervisors_and_has_a_reason(desk_ledger, first):
    await threatened(desk_ledger)
    (number,) = await waiting(desk_ledger)
    with pytest.raises(NotAllowed):
        await take(desk_ledger, number, "dismiss", await desk_ledger.staff("li"))
    with pytest.raises(Missing, match="reason"):
        await take(desk_ledger, number, "dismiss", first, reason=" ")


async def test_what_a_person_dismissed_the_assistant_does_not_raise_again(desk_ledger, first):
    conversation, _ = await threatened(desk_ledger)
    (number,) = await waiting(desk_ledger)
    await take(desk_ledger, number, "dismiss", first)
    await desk_ledger.says(conversation, "五万，一分不能少", THREAT)
    assert await waiting(desk_ledger) == []


async def test_it_is_looked_at_again_on_its_day_and_may_be_lifted(desk_ledger, first, second):
    hearing = await desk_ledger.complains()
    number = await raised(desk_ledger, hearing.number, first, "malicious")
    await desk_ledger.fill(number, first, **PLAN)
    await take(desk_ledger, number, "confirm", second)
    due = select(Clock).where(Clock.kind == ClockKind.FORM_DUE, Clock.stopped_at.is_(None))
    (clock,) = await desk_ledger.all(due)
    assert (
        clock.due_at.astimezone(desk_ledger.policy.organisation.time_zone).date().isoformat() == "2026-12-31"
    )
    await take(desk_ledger, number, "lift", first, reason="改为书面联系后没有再发生")
    assert await desk_ledger.all(due) == []


async def test_the_complaint_goes_on_as_any_other(desk_ledger, first, second):
    """Never ignored: the same clocks run as for anybody, before and after it was confirmed."""
    hearing = await desk_ledger.complains()
    before = await desk_ledger.all(select(Clock.kind, Clock.due_at).where(Clock.form_id.is_(None)))
    number = await raised(desk_ledger, hearing.number, first, "malicious")
    await desk_ledger.fill(number, first, **PLAN)
    await take(desk_ledger, number, "confirm", second)
    case = await desk_ledger.case(hearing.number)
    assert (case.status, case.owner_id) == (CaseStatus.OPEN, None)
    assert await desk_ledger.all(select(Clock.kind, Clock.due_at).where(Clock.form_id.is_(None))) == before
