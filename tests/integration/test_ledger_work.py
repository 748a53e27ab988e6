"""What staff do with a case, how it ends, and how it comes back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import AlreadyDone, AlreadyResolved, Missing, NotResolved
from ledger.models import Case, Customer, Staff, Task
from ledger.queue import CLOCK_REMIND, PROACTIVE_TURN
from ledger.services import cases, clocks, departments
from ledger.vocabulary import CaseStatus, Category, ClockKind, Remedy, Signal, Stage
from tests.ledger_world import LedgerWorld


@pytest.fixture
async def agent(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


async def progress(world: LedgerWorld, number: str, agent: Staff, text: str = "配件明天到") -> Case:
    return await world.do(
        lambda session: cases.progress(
            session, number=number, text=text, staff=agent, policy=world.policy, now=world.now
        )
    )


async def enter(world: LedgerWorld, agent: Staff, **differs: Any) -> Case:
    said = {"channel": "phone", "narrative": "打电话来说冰箱坏了", "category": Category.PRODUCT_QUALITY}
    return await world.do(
        lambda session: cases.enter_by_staff(
            session, staff=agent, policy=world.policy, now=world.now, **(said | differs)
        )
    )


async def rate(world: LedgerWorld, conversation: int, **said: Any) -> cases.Rated | None:
    message = await world.message(conversation, "还行")
    return await world.do(
        lambda session: cases.rate(session, message_id=message, policy=world.policy, now=world.now, **said)
    )


async def test_a_progress_update_is_told_to_the_customer_and_the_next_is_promised(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    hearing = await desk_ledger.complains()
    case = await progress(desk_ledger, hearing.number, agent)
    assert case.stage is Stage.FEEDBACK
    [job] = await desk_ledger.jobs(PROACTIVE_TURN)
    assert job.args["intent"] == "EXTERNAL_progress"
    assert job.args["entities"]["text"] == "配件明天到"
    next_word = await desk_ledger.clock(hearing.number, ClockKind.PROGRESS_UPDATE)
    assert job.args["entities"]["next_due"] == next_word.due_at.isoformat()


async def test_who_tells_the_customer_of_a_case_nobody_owns_owns_it(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    hearing = await desk_ledger.complains()
    assert hearing.owner is None
    assert (await progress(desk_ledger, hearing.number, agent)).owner_id == agent.id


async def test_a_named_persons_update_is_a_first_response(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    await progress(desk_ledger, hearing.number, agent)
    clock = await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    assert (clock.stopped_by_id, clock.stop_reason) == (agent.id, "answered")


async def test_each_update_stops_the_promise_of_the_one_before(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    hearing = await desk_ledger.complains()
    await progress(desk_ledger, hearing.number, agent)
    desk_ledger.later(hours=3)
    await progress(desk_ledger, hearing.number, agent, "配件到了")
    first, second = await desk_ledger.clocks(hearing.number, ClockKind.PROGRESS_UPDATE)
    assert first.stop_reason == "updated"
    assert second.stopped_at is None


async def test_the_status_tells_the_last_update(desk_ledger: LedgerWorld, agent: Staff) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await progress(desk_ledger, hearing.number, agent)
    view = await desk_ledger.do(lambda session: cases.status(session, conversation_id=conversation))
    assert (view.last_progress, view.answered) == ("配件明天到", True)


async def test_an_empty_update_is_refused(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    with pytest.raises(Missing):
        await progress(desk_ledger, hearing.number, agent, " ")


async def test_without_a_conversation_the_update_becomes_a_call(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    case = await enter(desk_ledger, agent)
    await progress(desk_ledger, case.number, agent)
    [task] = await desk_ledger.all(select(Task))
    assert (task.note, task.assignee_id) == ("配件明天到", agent.id)
    assert await desk_ledger.jobs(PROACTIVE_TURN) == []


async def test_a_phone_complaint_is_answered_by_being_taken(desk_ledger: LedgerWorld, agent: Staff) -> None:
    case = await enter(desk_ledger, agent, remedies=[Remedy.REFUND], signals=[Signal.MEDIA_THREAT])
    clock = await desk_ledger.clock(case.number, ClockKind.FIRST_RESPONSE)
    assert clock.stopped_by_id == agent.id
    assert (case.owner_id, case.entered_by_id, case.stage) == (agent.id, agent.id, Stage.RESPOND)
    assert case.special
    assert (await desk_ledger.clock(case.number, ClockKind.HEADQUARTERS)).stopped_at is None


async def test_a_callers_number_is_kept_only_with_consent(desk_ledger: LedgerWorld, agent: Staff) -> None:
    await enter(desk_ledger, agent, phone="13800001234", name="张三")
    [customer] = await desk_ledger.all(select(Customer))
    assert (customer.phone, customer.name) == (None, None)


async def test_who_called_before_from_the_same_number_is_the_same_customer(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    first = await enter(desk_ledger, agent, phone="13800001234", consented=True)
    second = await enter(desk_ledger, agent, phone="138 0000 1234", consented=True)
    assert first.customer_id == second.customer_id


async def test_a_promised_call_is_a_task_with_a_clock(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    due = desk_ledger.now + timedelta(hours=2)
    task = await desk_ledger.do(
        lambda session: cases.promise_call(
            session,
            number=hearing.number,
            note="回电说检测结果",
            due_at=due,
            staff=agent,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert (await desk_ledger.clock(hearing.number, ClockKind.PROMISED_CALL)).due_at == due

    def done(session):
        return cases.complete(session, task_id=task.id, note="说好了", staff=agent, now=desk_ledger.now)

    await desk_ledger.do(done)
    assert (await desk_ledger.clock(hearing.number, ClockKind.PROMISED_CALL)).stopped_by_id == agent.id
    first_response = await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    assert first_response.stopped_by_id == agent.id
    with pytest.raises(AlreadyDone):
        await desk_ledger.do(done)


async def test_a_call_in_the_past_cannot_be_promised(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    with pytest.raises(Missing):
        await desk_ledger.do(
            lambda session: cases.promise_call(
                session,
                number=hearing.number,
                note="回电",
                due_at=desk_ledger.now,
                staff=agent,
                policy=desk_ledger.policy,
                now=desk_ledger.now,
            )
        )


async def test_nothing_is_passed_on_without_a_trace(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    sales = await desk_ledger.do(lambda session: departments.department(session, "sales"))

    def assign(reason):
        return desk_ledger.do(
            lambda session: cases.assign(
                session,
                number=hearing.number,
                reason=reason,
                staff=agent,
                now=desk_ledger.now,
                owner=agent,
                department=sales,
            )
        )

    with pytest.raises(Missing):
        await assign("")
    await assign("销售承诺的事")
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert entry.before == {"owner": None, "department": "after_sales"}
    assert entry.after == {"owner": "wang", "department": "sales"}
    assert (entry.actor, entry.reason) == ("wang", "销售承诺的事")


async def test_resolving_tells_the_customer_and_arranges_the_visit(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    hearing = await desk_ledger.complains()
    case = await desk_ledger.resolve(hearing.number, agent)
    assert (case.status, case.stage) == (CaseStatus.RESOLVED, Stage.FEEDBACK)
    [job] = await desk_ledger.jobs(PROACTIVE_TURN)
    assert job.args["intent"] == "EXTERNAL_resolved"
    revisit = await desk_ledger.clock(hearing.number, ClockKind.REVISIT)
    [ask] = [job for job in await desk_ledger.jobs(CLOCK_REMIND) if job.args["round"] == "ask"]
    assert ask.args["clock_id"] == revisit.id
    assert ask.scheduled_at == desk_ledger.now + desk_ledger.policy.clocks.revisit_asks


async def test_a_resolved_case_is_not_resolved_again(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    await desk_ledger.resolve(hearing.number, agent)
    with pytest.raises(AlreadyResolved):
        await desk_ledger.resolve(hearing.number, agent)


async def visit(world: LedgerWorld, number: str) -> None:
    clock = await world.clock(number, ClockKind.REVISIT)
    await world.do(
        lambda session: clocks.remind(
            session, clock_id=clock.id, round=clocks.ASK, policy=world.policy, now=world.now
        )
    )


async def test_the_assistant_visits_after_a_while(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    await desk_ledger.resolve(hearing.number, agent)
    desk_ledger.later(days=2)
    await visit(desk_ledger, hearing.number)
    assert (await desk_ledger.case(hearing.number)).stage is Stage.REVISIT
    job = (await desk_ledger.jobs(PROACTIVE_TURN))[-1]
    assert job.args["intent"] == "EXTERNAL_revisit"


async def test_nobody_is_visited_about_a_case_that_was_reopened(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    hearing = await desk_ledger.complains()
    await desk_ledger.resolve(hearing.number, agent)
    await desk_ledger.do(
        lambda session: cases.reopen(
            session,
            number=hearing.number,
            reason="又坏了",
            staff=agent,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    desk_ledger.later(days=2)
    await visit(desk_ledger, hearing.number)
    assert len(await desk_ledger.jobs(PROACTIVE_TURN)) == 1


async def test_who_cannot_be_written_to_is_visited_by_the_owner(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    case = await enter(desk_ledger, agent)
    await desk_ledger.resolve(case.number, agent)
    desk_ledger.later(days=2)
    await visit(desk_ledger, case.number)
    assert ("reminder", "wang", "console") in await desk_ledger.told()


async def test_a_content_customer_closes_the_case(desk_ledger: LedgerWorld, agent: Staff) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.resolve(hearing.number, agent)
    rated = await rate(desk_ledger, conversation, rating=4)
    assert not rated.reopened
    case = await desk_ledger.case(hearing.number)
    assert (case.status, case.stage, case.rating) == (CaseStatus.RESOLVED, Stage.CLOSED, 4)
    assert (await desk_ledger.clock(hearing.number, ClockKind.REVISIT)).stop_reason == "rated"


async def test_an_opinion_may_follow_the_rating(desk_ledger: LedgerWorld, agent: Staff) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.resolve(hearing.number, agent)
    await rate(desk_ledger, conversation, rating=4)
    await rate(desk_ledger, conversation, opinion="早点回电就好了")
    assert (await desk_ledger.case(hearing.number)).opinion == "早点回电就好了"


@pytest.mark.parametrize("rating", [1, 2])
async def test_an_unhappy_customer_reopens_the_case(
    desk_ledger: LedgerWorld, agent: Staff, rating: int
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.resolve(hearing.number, agent)
    assert (await rate(desk_ledger, conversation, rating=rating)).reopened
    case = await desk_ledger.case(hearing.number)
    assert (case.status, case.stage) == (CaseStatus.OPEN, Stage.RESPOND)
    promised = await desk_ledger.clock(hearing.number, ClockKind.PROGRESS_UPDATE)
    assert promised.stopped_at is None


@pytest.mark.parametrize("nonsense", [{"rating": 0}, {"rating": 6}, {}, {"opinion": " "}])
async def test_what_is_no_rating_is_refused(desk_ledger: LedgerWorld, nonsense: dict[str, Any]) -> None:
    with pytest.raises(Missing):
        await rate(desk_ledger, await desk_ledger.conversation(), **nonsense)


async def test_an_open_case_cannot_be_rated(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation)
    assert await rate(desk_ledger, conversation, rating=5) is None


async def test_a_complaint_before_the_visit_reopens_the_same_case(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.resolve(hearing.number, agent)
    again = await desk_ledger.says(conversation, "又坏了!")
    assert (again.number, again.reopened, again.status) == (hearing.number, True, "open")


async def test_a_complaint_after_the_case_was_closed_is_another(
    desk_ledger: LedgerWorld, agent: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.resolve(hearing.number, agent)
    await rate(desk_ledger, conversation, rating=5)
    again = await desk_ledger.says(conversation, "这次是洗衣机")
    assert again.number != hearing.number


async def test_a_revisit_by_phone_is_recorded_by_staff(desk_ledger: LedgerWorld, agent: Staff) -> None:
    case = await enter(desk_ledger, agent)
    await desk_ledger.resolve(case.number, agent)
    rated = await desk_ledger.do(
        lambda session: cases.revisited(
            session,
            number=case.number,
            rating=5,
            opinion="谢谢",
            staff=agent,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert not rated.reopened
    assert (await desk_ledger.clock(case.number, ClockKind.REVISIT)).stopped_by_id == agent.id


async def test_an_open_case_is_not_reopened(desk_ledger: LedgerWorld, agent: Staff) -> None:
    hearing = await desk_ledger.complains()
    with pytest.raises(NotResolved):
        await desk_ledger.do(
            lambda session: cases.reopen(
                session,
                number=hearing.number,
                reason="x",
                staff=agent,
                policy=desk_ledger.policy,
                now=desk_ledger.now,
            )
        )
