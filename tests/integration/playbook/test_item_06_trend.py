"""Item 6, the forecast (走势预判, playbook B6): stands, solvable, unreasonable, next; and its path."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ledger.forecast import Solvable, forecast
from ledger.form_book import book
from ledger.models import Form, Notice, Staff
from ledger.services import case_lock, forms, trend
from ledger.views.forms import FormDetail, form
from ledger.vocabulary import MentionKind, NoticeKind, Remedy, Role, Signal
from tests.ledger_world import LedgerWorld

ASKED = {"amount": "60000", "currency": "CNY"}


@pytest.fixture
async def spokesperson(desk_ledger: LedgerWorld) -> Staff:
    staff = await desk_ledger.staff("fa", name="发言人", role=Role.SUPERVISOR)
    await desk_ledger.on_duty("brand_operations", staff)
    return staff


async def going(world: LedgerWorld) -> FormDetail | None:
    """The case's trend form, if it has one."""
    forms_there = await world.all(select(Form.number).where(Form.kind == "trend"))
    if not forms_there:
        return None
    return await world.do(lambda session: form(session, forms_there[-1]))


async def comes_out(world: LedgerWorld, number: str, kind: MentionKind) -> None:
    async def said(session: Any) -> None:
        case = await case_lock.case_numbered(session, number)
        await trend.came_out(session, case=case, kind=kind, policy=world.policy, now=world.now)

    await world.do(said)


async def state(world: LedgerWorld) -> str:
    found = await going(world)
    assert found is not None
    return found.line.state


def foreseen(desk_ledger: LedgerWorld, *signals: Signal, remedies: tuple[Remedy, ...] = (), **amounts: Any):
    return forecast(
        signals=signals, remedies=remedies, amounts=amounts.get("amounts", ()), policy=desk_ledger.policy
    )


@pytest.mark.parametrize(
    ("signal", "next_stage"),
    [
        (Signal.MEDIA_THREAT, MentionKind.POST),
        (Signal.REGULATOR_THREAT, MentionKind.BYSTANDER),
        (Signal.GROUP_EVENT, MentionKind.BIG_ACCOUNT),
        (Signal.SPECIAL_IDENTITY, MentionKind.PRESS),
        (Signal.WANTS_HUMAN, None),
    ],
)
async def test_where_it_goes_next_follows_from_what_was_heard(desk_ledger, signal, next_stage):
    seen = foreseen(desk_ledger, signal)
    assert seen.next is next_stage
    assert seen.because == ((signal,) if next_stage else ())


async def test_of_several_dangers_the_furthest_counts(desk_ledger):
    seen = foreseen(desk_ledger, Signal.SPECIAL_IDENTITY, Signal.MEDIA_THREAT)
    assert seen.next is MentionKind.PRESS


@pytest.mark.parametrize(
    ("remedies", "solvable"),
    [
        ((Remedy.APOLOGY, Remedy.REPAIR), Solvable.NOW),
        ((Remedy.APOLOGY, Remedy.REFUND), Solvable.LATER),
        ((), Solvable.UNKNOWN),
    ],
)
async def test_whether_it_can_be_solved_now_follows_from_what_is_wanted(desk_ledger, remedies, solvable):
    assert foreseen(desk_ledger, remedies=remedies).solvable is solvable


async def test_a_sum_beyond_what_is_given_without_a_decision_is_excessive_if_it_is_asked_for(desk_ledger):
    asked = foreseen(desk_ledger, remedies=(Remedy.COMPENSATION,), amounts=[ASKED])
    cost = foreseen(desk_ledger, remedies=(Remedy.REPAIR,), amounts=[ASKED])
    assert (asked.excessive, asked.solvable) == (True, Solvable.LATER)
    assert cost.excessive is False


async def test_whether_it_stands_is_said_by_people_and_never_by_the_desk(desk_ledger):
    field = book()["trend"].fields["stands"]
    assert set(field.options) == {"yes", "partly", "no"}
    assert field.known is None


async def test_what_may_turn_into_bad_press_is_told_to_the_media_side_beforehand(desk_ledger, spokesperson):
    await desk_ledger.complains("再不修我发抖音", signals=(Signal.MEDIA_THREAT,))
    assert await state(desk_ledger) == "grumble"
    told = await desk_ledger.all(select(Notice.staff_id).where(Notice.kind == NoticeKind.SPECIAL_USER))
    assert spokesperson.id in told


async def test_an_ordinary_complaint_has_no_paper_and_is_a_grumble(desk_ledger):
    await desk_ledger.complains()
    assert await going(desk_ledger) is None


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        (MentionKind.POST, "posted"),
        (MentionKind.BYSTANDER, "bystanders"),
        (MentionKind.BIG_ACCOUNT, "big_account"),
        (MentionKind.PRESS, "press"),
    ],
)
async def test_what_is_said_elsewhere_moves_it_by_itself(desk_ledger, spokesperson, kind, reached):
    hearing = await desk_ledger.complains()
    await comes_out(desk_ledger, hearing.number, kind)
    assert await state(desk_ledger) == reached


async def test_it_never_goes_back_by_a_smaller_mention(desk_ledger):
    hearing = await desk_ledger.complains()
    await comes_out(desk_ledger, hearing.number, MentionKind.PRESS)
    await comes_out(desk_ledger, hearing.number, MentionKind.POST)
    assert await state(desk_ledger) == "press"


async def test_every_stage_says_what_to_do_there():
    states = book()["trend"].states
    assert [name for name, one in states.items() if not one.end and not one.todo] == []
    assert list(states)[:6] == ["grumble", "posted", "bystanders", "big_account", "press", "peak"]


async def test_a_right_answer_ends_it_where_it_is(desk_ledger, spokesperson):
    hearing = await desk_ledger.complains("再不修我发抖音", signals=(Signal.MEDIA_THREAT,))
    desk_ledger.later(hours=2)
    await desk_ledger.resolve(hearing.number, spokesperson)
    assert await state(desk_ledger) == "settled"


async def test_what_is_in_the_press_is_not_over_because_the_case_is_solved(desk_ledger, spokesperson):
    hearing = await desk_ledger.complains()
    await comes_out(desk_ledger, hearing.number, MentionKind.PRESS)
    await desk_ledger.resolve(hearing.number, spokesperson)
    assert await state(desk_ledger) == "press"
    found = await going(desk_ledger)
    assert found is not None
    desk_ledger.now += timedelta(days=1)
    await desk_ledger.do(
        lambda session: forms.take_step(
            session,
            number=found.line.number,
            step="calm",
            staff=spokesperson,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
            reason="三天没有新的报道",
        )
    )
    assert await state(desk_ledger) == "settled"
