"""Item 3, special users (特殊用户, playbook B1): reasons, approver, review, appeal, urging until done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from ledger.errors import Missing, SecondPerson
from ledger.lists import LISTS
from ledger.models import Clock, Form, Message, Notice, Staff
from ledger.services import case_lock, cases, forms
from ledger.views.forms import FormDetail, form
from ledger.vocabulary import CaseStatus, ClockKind, NoticeKind, Role, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

PRESS = replace(COMPLAINT, signals=(Signal.MEDIA_THREAT,))
REVIEWED = "2026-12-20"


@pytest.fixture
async def chief(desk_ledger: LedgerWorld) -> Staff:
    """Head of what headquarters decides."""
    staff = await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)
    await desk_ledger.on_duty("headquarters", staff)
    return staff


@pytest.fixture
async def other(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("sun", name="孙立", role=Role.SUPERVISOR)


async def special(world: LedgerWorld) -> str:
    return (await world.complains("修了三次，我找记者", signals=PRESS.signals)).number


async def register(world: LedgerWorld, kind: str = "special_user") -> FormDetail:
    (number,) = await world.all(
        select(Form.number).where(Form.kind == kind).order_by(Form.id.desc()).limit(1)
    )
    found = await world.do(lambda session: form(session, number))
    assert found is not None
    return found


async def confirmed(world: LedgerWorld, by: Staff) -> str:
    number = (await register(world)).line.number
    await world.do(
        lambda session: forms.fill(
            session,
            number=number,
            filled={"review_on": REVIEWED},
            staff=by,
            policy=world.policy,
            now=world.now,
        )
    )
    return number


async def listed(world: LedgerWorld) -> list[tuple[str, dict[str, Any]]]:
    rows = await world.do(
        lambda session: LISTS["special_users"].find(
            session, policy=world.policy, now=world.now, department=None
        )
    )
    return [(row.number, row.reasons[0].values) for row in rows]


async def urging(world: LedgerWorld) -> Clock:
    """The round of urging that runs."""
    rounds = select(Clock).where(Clock.kind == ClockKind.PURSUIT, Clock.stopped_at.is_(None))
    (clock,) = await world.all(rounds)
    return clock


async def round_is_over(world: LedgerWorld) -> None:
    clock = await urging(world)
    assert clock.due_at is not None
    world.now = clock.due_at
    await world.do(
        lambda session: forms.fall_due(session, clock_id=clock.id, policy=world.policy, now=world.now)
    )


async def test_the_register_opens_by_itself_with_the_reasons_in_words(desk_ledger):
    number = await special(desk_ledger)
    found = await register(desk_ledger)
    assert (found.line.case, found.line.opened_by) == (number, None)
    assert found.values["reasons"] == ["表示要找媒体或上网曝光"]


async def test_an_approver_confirms_it_and_sets_the_review_date(desk_ledger, chief, other):
    await special(desk_ledger)
    number = (await register(desk_ledger)).line.number
    with pytest.raises(Missing, match="review_on"):
        await desk_ledger.step(number, "confirm", chief)
    await confirmed(desk_ledger, other)
    await desk_ledger.step(number, "confirm", chief)
    found = await register(desk_ledger)
    assert (found.line.state, found.steps[-1].by) == ("confirmed", "赵敏")
    (clock,) = await desk_ledger.all(select(Clock).where(Clock.kind == ClockKind.FORM_DUE))
    assert clock.due_at.astimezone(desk_ledger.policy.organisation.time_zone).date().isoformat() == REVIEWED


async def test_a_review_that_keeps_it_says_why_and_until_when(desk_ledger, chief, other):
    await special(desk_ledger)
    number = await confirmed(desk_ledger, other)
    await desk_ledger.step(number, "confirm", chief)
    await desk_ledger.step(number, "review", chief, reason="还在联系记者", review_on="2027-01-10")
    due = select(Clock).where(Clock.kind == ClockKind.FORM_DUE, Clock.stopped_at.is_(None))
    (clock,) = await desk_ledger.all(due)
    assert (
        clock.due_at.astimezone(desk_ledger.policy.organisation.time_zone).date().isoformat() == "2027-01-10"
    )
    assert (await register(desk_ledger)).values["review_on"] == "2027-01-10"


async def test_an_appeal_is_decided_by_somebody_who_did_not_confirm_it(desk_ledger, chief, other):
    number = await special(desk_ledger)
    paper = await confirmed(desk_ledger, other)
    await desk_ledger.step(paper, "confirm", chief)
    agent = await desk_ledger.staff("wang")
    await desk_ledger.step(paper, "appeal", agent, why="只是随口一说")
    with pytest.raises(SecondPerson):
        await desk_ledger.step(paper, "lift", chief, reason="不撤")
    third = await desk_ledger.staff("qian", role=Role.SUPERVISOR)
    await desk_ledger.step(paper, "lift", third, reason="没有要曝光的意思")
    assert (await desk_ledger.case(number)).special is False


async def test_lifting_the_flag_leaves_the_complaint_and_headquarters_clock_as_they_are(
    desk_ledger, chief, other
):
    number = await special(desk_ledger)
    paper = await confirmed(desk_ledger, other)
    await desk_ledger.step(paper, "appeal", await desk_ledger.staff("wang"), why="误会")
    await desk_ledger.step(paper, "lift", chief, reason="误会")
    case = await desk_ledger.case(number)
    assert (case.status, case.narrative) == (CaseStatus.OPEN, "修了三次，我找记者")
    assert (await desk_ledger.clock(number, ClockKind.HEADQUARTERS)).stopped_at is None


async def test_headquarters_lists_every_one_until_it_is_done(desk_ledger, chief):
    number = await special(desk_ledger)
    ((listed_number, why),) = await listed(desk_ledger)
    assert (listed_number, why["state"], why["times"]) == (number, "special_user.flagged", 0)
    await desk_ledger.resolve(number, chief)
    assert await listed(desk_ledger) == []
    assert (await register(desk_ledger)).line.state == "done"


async def test_it_is_urged_about_again_and_again_until_it_is_done(desk_ledger, chief):
    number = await special(desk_ledger)
    begun = desk_ledger.now
    await round_is_over(desk_ledger)
    assert desk_ledger.now == begun + timedelta(days=1)
    await round_is_over(desk_ledger)
    assert [values["times"] for _, values in await listed(desk_ledger)] == [2]
    told = select(Notice.staff_id).where(Notice.kind == NoticeKind.FORM)
    assert (await desk_ledger.all(told)).count(chief.id) == 2
    await desk_ledger.resolve(number, chief)
    rounds = select(Clock).where(Clock.kind == ClockKind.PURSUIT)
    assert all(clock.stopped_at for clock in await desk_ledger.all(rounds))


async def test_a_round_of_urging_is_nobodys_breach(desk_ledger, chief):
    await special(desk_ledger)
    await round_is_over(desk_ledger)
    rounds = select(Clock.breached_at).where(Clock.kind == ClockKind.PURSUIT)
    assert set(await desk_ledger.all(rounds)) == {None}


async def test_a_case_that_comes_back_is_followed_again(desk_ledger, chief):
    number = await special(desk_ledger)
    await desk_ledger.resolve(number, chief)
    await desk_ledger.do(
        lambda session: cases.reopen(
            session,
            number=number,
            reason="又坏了",
            staff=chief,
            policy=desk_ledger.policy,
            now=desk_ledger.later(hours=1),
        )
    )
    assert [values["state"] for _, values in await listed(desk_ledger)] == ["special_user.flagged"]
    await urging(desk_ledger)


@pytest.mark.parametrize("claim", ["press", "law", "office", "influence", "connections"])
async def test_who_somebody_says_they_are_is_claimed_until_it_is_verified(desk_ledger, chief, claim):
    await desk_ledger.complains("我是记者", signals=(Signal.SPECIAL_IDENTITY,))
    found = await register(desk_ledger, "identity_claim")
    assert found.line.state == "claimed"
    await desk_ledger.do(
        lambda session: forms.fill(
            session,
            number=found.line.number,
            filled={"kind": claim},
            staff=chief,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    await desk_ledger.step(found.line.number, "verify", chief, how="打报社总机问过")
    assert (await register(desk_ledger, "identity_claim")).line.state == "verified"


async def test_the_words_of_the_claim_stand_in_it(desk_ledger):
    message = await desk_ledger.message(await desk_ledger.conversation(), "我是晚报的记者")
    await desk_ledger.do(
        lambda session: session.execute(
            update(Message).where(Message.id == message).values(signals=[Signal.SPECIAL_IDENTITY.value])
        )
    )
    await desk_ledger.hear(message, replace(COMPLAINT, signals=(Signal.SPECIAL_IDENTITY,)))
    assert (await register(desk_ledger, "identity_claim")).values["said"] == "我是晚报的记者"


async def test_the_flag_takes_nothing_from_the_service(desk_ledger):
    """The same clocks run as for everybody, at the same times, and headquarters' besides."""
    plain = await desk_ledger.complains()
    flagged = await special(desk_ledger)
    kinds = {}
    for number in (plain.number, flagged):
        running = await desk_ledger.do(lambda session, number=number: _due_times(session, number))
        kinds[number] = running
    assert kinds[plain.number].items() <= kinds[flagged].items()
    assert ClockKind.HEADQUARTERS in kinds[flagged]


async def _due_times(session: Any, number: str) -> dict[ClockKind, Any]:
    case = await case_lock.case_numbered(session, number)
    rows = await session.scalars(select(Clock).where(Clock.case_id == case.id))
    return {clock.kind: clock.due_at for clock in rows}
