"""The ledger is append-only, gapless and provably unchanged."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from ledger.services import cases, entries
from ledger.services.entries import SYSTEM, record
from tests.ledger_world import LedgerWorld


async def tamper(world: LedgerWorld, statement: str) -> None:
    """Somebody with all rights on the database rewrites it."""
    async with world.database.transaction() as session:
        await session.execute(text("ALTER TABLE entries DISABLE TRIGGER USER"))
        await session.execute(text(statement))
        await session.execute(text("ALTER TABLE entries ENABLE TRIGGER USER"))


async def test_a_ledger_nobody_touched_is_whole(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.complains()
    assert await desk_ledger.do(entries.verify) is None


async def test_entries_of_a_book_count_from_one_without_a_gap(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    book = await desk_ledger.entries(hearing.number)
    assert [entry.position for entry in book] == list(range(1, len(book) + 1))
    assert book[0].action == "case.opened"
    assert [entry.previous_hash for entry in book[1:]] == [entry.hash for entry in book[:-1]]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE entries SET reason = 'better'", "DELETE FROM entries", "TRUNCATE entries CASCADE"],
)
async def test_the_database_refuses_to_rewrite_entries(desk_ledger: LedgerWorld, statement: str) -> None:
    await desk_ledger.complains()
    with pytest.raises(DatabaseError, match="never changed or deleted"):
        await desk_ledger.do(lambda session: session.execute(text(statement)))


async def test_a_changed_content_is_named(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    await tamper(
        desk_ledger, f"UPDATE entries SET actor = 'nobody' WHERE book = '{hearing.number}' AND position = 2"
    )
    broken = await desk_ledger.do(entries.verify)
    assert (broken.book, broken.position) == (hearing.number, 2)
    assert broken.problem == "its content was changed"


async def test_a_removed_entry_is_named(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    await tamper(desk_ledger, f"DELETE FROM entries WHERE book = '{hearing.number}' AND position = 2")
    broken = await desk_ledger.do(entries.verify)
    assert (broken.book, broken.position, broken.problem) == (hearing.number, 3, "entry 2 is missing")


async def test_a_forged_entry_with_a_right_hash_breaks_the_next_link(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    [_, second, *_] = await desk_ledger.entries(hearing.number)
    second.actor = "nobody"
    forged = entries.content_hash(second)
    await tamper(
        desk_ledger, f"UPDATE entries SET actor = 'nobody', hash = '{forged}' WHERE id = {second.id}"
    )
    broken = await desk_ledger.do(entries.verify)
    assert (broken.position, broken.problem) == (3, "it does not follow the entry before it")


async def test_a_case_whose_book_is_gone_is_named(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    await tamper(desk_ledger, f"DELETE FROM entries WHERE book = '{hearing.number}'")
    broken = await desk_ledger.do(entries.verify)
    assert (broken.book, broken.position) == (hearing.number, 0)


async def test_a_seal_kept_elsewhere_tells_of_a_cut_off_end(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    kept = await desk_ledger.do(entries.seal)
    await desk_ledger.complains()
    assert await desk_ledger.do(lambda session: entries.matches(session, kept))
    last = (await desk_ledger.entries(hearing.number))[-1]
    await tamper(desk_ledger, f"DELETE FROM entries WHERE id = {last.id}")
    assert await desk_ledger.do(entries.verify) is None
    assert not await desk_ledger.do(lambda session: entries.matches(session, kept))


async def test_nonsense_is_no_seal(desk_ledger: LedgerWorld) -> None:
    assert not await desk_ledger.do(lambda session: entries.matches(session, "what?"))


async def test_an_entry_takes_no_floats(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(TypeError, match="no floats"):
        await desk_ledger.do(
            lambda session: record(
                session, case=None, actor=SYSTEM, action="x", now=desk_ledger.now, after={"n": 0.1}
            )
        )


async def test_many_writers_of_one_book_keep_its_order(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()

    async def write(session):
        case = await cases.case_numbered(session, hearing.number)
        await record(session, case=case, actor=SYSTEM, action="note", now=desk_ledger.now)

    await asyncio.gather(*(desk_ledger.do(write) for _ in range(8)))
    assert (await desk_ledger.actions(hearing.number)).count("note") == 8
    assert await desk_ledger.do(entries.verify) is None


async def test_many_writers_of_the_desks_book_keep_its_order(desk_ledger: LedgerWorld) -> None:
    def write(session):
        return record(session, case=None, actor=SYSTEM, action="note", now=desk_ledger.now)

    await asyncio.gather(*(desk_ledger.do(write) for _ in range(8)))
    assert await desk_ledger.do(entries.verify) is None
