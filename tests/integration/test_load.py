"""What the desk carries at this moment (docs/api.md, "Numbers")."""

from sqlalchemy import Executable, text, update

from ledger.handoff import Move, after
from ledger.models import Conversation, Message
from ledger.views.load import Load, load
from ledger.vocabulary import Author, Delivery, Holding, Role, Signal
from tests.ledger_world import LedgerWorld


async def carried(world: LedgerWorld) -> Load:
    return await world.do(lambda session: load(session, now=world.now))


async def run(world: LedgerWorld, statement: Executable, **values: object) -> None:
    async with world.database.transaction() as session:
        await session.execute(statement, values)


async def test_open_cases_are_counted_by_type_and_whether_they_are_special(desk_ledger: LedgerWorld) -> None:
    staff = await desk_ledger.staff("lin", Role.AGENT)
    solved = await desk_ledger.complains()
    await desk_ledger.complains()
    await desk_ledger.complains("我要找记者", signals=(Signal.MEDIA_THREAT,))
    await desk_ledger.resolve(solved.number, staff)

    found = await carried(desk_ledger)

    assert found.open_cases == {("complaint", False): 1, ("complaint", True): 1}


async def test_a_clock_past_its_time_is_overdue_as_long_as_it_runs(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.complains("我要找记者", signals=(Signal.MEDIA_THREAT,))
    before = await carried(desk_ledger)
    desk_ledger.later(minutes=31)
    after_it = await carried(desk_ledger)

    assert (before.clocks_running["headquarters"], before.clocks_overdue.get("headquarters")) == (1, None)
    assert after_it.clocks_overdue["headquarters"] == 1


async def test_who_waits_for_a_person_longest_is_told_in_seconds(desk_ledger: LedgerWorld) -> None:
    for _ in range(2):
        conversation_id = await desk_ledger.conversation()
        to_queue = update(Conversation).where(Conversation.id == conversation_id)
        waiting = {"holding": after(Holding.BOT, Move.ASK), "waiting_since": desk_ledger.now}
        await run(desk_ledger, to_queue.values(waiting))
        desk_ledger.later(seconds=40)

    found = await carried(desk_ledger)

    assert (found.conversations, found.oldest_waiting) == ({"waiting": 2}, 80.0)


async def test_messages_without_answer_and_words_on_their_way_are_counted(
    desk_ledger: LedgerWorld,
) -> None:
    conversation_id = await desk_ledger.conversation()
    await desk_ledger.message(conversation_id, "喂")
    said = await desk_ledger.message(conversation_id, "您好")
    to_send = update(Message).where(Message.id == said)
    await run(desk_ledger, to_send.values(author=Author.BOT, delivery=Delivery.PENDING))
    desk_ledger.later(seconds=5)

    found = await carried(desk_ledger)

    assert (found.unsettled, found.oldest_unsettled, found.deliveries) == (1, 5.0, {"pending": 1})


async def test_jobs_are_waiting_due_later_or_being_done(desk_ledger: LedgerWorld) -> None:
    job = text(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) "
        "VALUES ('conversation', 'conversation.handle', CAST(:status AS procrastinate_job_status), :at)"
    )
    now = desk_ledger.now
    for status, at in (("todo", None), ("todo", now), ("doing", None), ("succeeded", None)):
        await run(desk_ledger, job, status=status, at=at)
    await run(desk_ledger, job, status="todo", at=now.replace(year=2099))

    found = await carried(desk_ledger)

    assert found.jobs == {
        ("conversation", "waiting"): 2,
        ("conversation", "later"): 1,
        ("conversation", "doing"): 1,
    }
