"""What is asked of a large ledger: answers as by reading everything, found without doing so."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from bot.bench import growth
from bot.bench.growth_reads import ZONE, Read, reads
from bot.bench.growth_world import MESSAGES, NOW, World, fill
from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.models import Case, Clock, FigureDay, Message
from ledger.policy import Policy
from ledger.script import fold
from ledger.services.counting import count_days
from ledger.views import paging
from ledger.views.complaints import Sort, Wanted, complaints
from ledger.views.figures import Figures, figures
from ledger.views.transcripts import Filters, transcripts
from ledger.vocabulary import Author, CaseStatus, ClockKind, Severity
from ledger.words import SHELF_BITS
from tests.conftest import TEMPLATE
from tests.ledger_world import LedgerWorld

COMPLAINTS = 1200
LARGE = ("messages", "cases", "entries", "conversations", "clocks", "customers")
LETTERS = "发發票退款冰箱坏壞了aAbBＡ１1 ,,!%_-[\\"


@pytest.fixture(scope="module")
def grown(migrated: EmbeddedServer) -> Any:
    """A made-up desk, three years old."""
    name = "grown"
    migrated.copy_database(TEMPLATE, name)
    fill(migrated.url(name, "postgresql"), COMPLAINTS)
    yield migrated.url(name)
    migrated.drop_database(name)


@pytest.fixture
async def desk(grown: str) -> AsyncIterator[Database]:
    opened = Database(grown)
    async with opened.transaction() as session:
        while await count_days(session, time_zone=ZONE, now=NOW):
            pass
    yield opened
    await opened.close()


async def found_by(database: Database, words: str, limit: int = 7) -> list[int]:
    """All conversations that a search finds, page by page."""
    ids: list[int] = []
    cursor: str | None = None
    while True:
        async with database.transaction() as session:
            page = await transcripts(session, Filters(words=words), cursor=cursor, limit=limit)
        ids += [row.id for row in page.items]
        if (cursor := page.next) is None:
            return ids


async def found_by_reading(database: Database, words: str) -> list[int]:
    """The same by reading every message, the newest first."""
    async with database.transaction() as session:
        rows = (
            await session.execute(select(Message.conversation_id, Message.text).order_by(Message.id.desc()))
        ).all()
    return list(dict.fromkeys(talk for talk, said in rows if fold(words) in fold(said)))


async def test_a_search_finds_what_reading_everything_finds(desk_ledger: LedgerWorld) -> None:
    random = Random(7)
    talks = [await desk_ledger.conversation() for _ in range(40)]
    texts = ["".join(random.choices(LETTERS, k=random.randrange(1, 14))) for _ in range(250)]
    async with desk_ledger.database.transaction() as session:
        for place, words in enumerate(texts, 1):
            # Over several shelves, and one in ten not in the index yet.
            session.add(
                Message(
                    id=place * (1 << SHELF_BITS) // 60,
                    conversation_id=random.choice(talks),
                    author=Author.CUSTOMER,
                    text=words,
                    at=desk_ledger.now,
                    settled_at=desk_ledger.now if place % 10 else None,
                )
            )
    for _ in range(150):
        words, length = random.choice(texts), random.randrange(1, 6)
        begin = random.randrange(len(words))
        asked = (
            "".join(random.sample(words, len(words)))[:length]
            if random.random() < 0.3
            else words[begin:][:length]
        )
        if asked.strip():
            naive = await found_by_reading(desk_ledger.database, asked.strip())
            assert await found_by(desk_ledger.database, asked) == naive, asked


@pytest.mark.parametrize(
    "words",
    [
        "退款",
        "压缩机又坏",
        "海棠湾",
        "發票補給我",
        "refund",
        "Compressor, ",
        "THORNBURY",
        "zeppelin",
        "QK0019",
        "贵",
        ",",
    ],
)
async def test_a_grown_desk_is_searched_to_the_end(desk: Database, words: str) -> None:
    assert await found_by(desk, words, limit=100) == await found_by_reading(desk, words)


async def test_words_are_looked_for_in_the_time_asked_for(desk: Database) -> None:
    since, until = NOW - timedelta(days=400), NOW - timedelta(days=380)
    async with desk.transaction() as session:
        page = await transcripts(session, Filters(words="退款", since=since, until=until), limit=100)
        said = select(Message.conversation_id).where(
            Message.text.contains("退款"), Message.at >= since, Message.at < until
        )
        assert {row.id for row in page.items} == set(await session.scalars(said)) != set()


async def test_what_changes_yet_is_not_indexed_and_is_found_all_the_same(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    message_id = await desk_ledger.message(talk, "海棠湾门店")
    for _ in range(2):
        assert await found_by(desk_ledger.database, "海棠") == [talk]
        async with desk_ledger.database.transaction() as session:
            (await session.get_one(Message, message_id)).settled_at = desk_ledger.now


def every_read(policy: Policy) -> list[Read]:
    return reads(World(COMPLAINTS, COMPLAINTS * MESSAGES), policy)


async def test_no_page_reads_a_table_from_end_to_end(grown: str, policy: Policy) -> None:
    wherever_possible = Database(
        f"{grown}&options=-c%20enable_seqscan%3Doff%20-c%20plan_cache_mode%3Dforce_custom_plan"
    )
    try:
        for read in every_read(policy):
            for plan in await growth.explain(read, wherever_possible):
                scanned = set(re.findall(r"Seq Scan on (\w+)", plan))
                assert not scanned & set(LARGE), f"{read.name}\n{plan}"
    finally:
        await wherever_possible.close()


async def test_words_are_looked_up_in_the_index_behind_the_newest_messages(
    grown: str, policy: Policy
) -> None:
    opened = Database(grown)
    [search] = [read for read in every_read(policy) if "rare (海棠湾)" in read.name]
    plans = await growth.explain(search, opened)
    await opened.close()
    assert any("ix_messages_grams" in plan for plan in plans)


@pytest.mark.parametrize("sort", list(Sort))
async def test_every_page_of_a_list_goes_on_where_the_one_before_ended(desk: Database, sort: Sort) -> None:
    numbers: list[str] = []
    cursor: str | None = None
    async with desk.transaction() as session:
        while True:
            page = await complaints(session, Wanted(), sort=sort, cursor=cursor, limit=97)
            numbers += [line.number for line in page.items]
            if (cursor := page.next) is None:
                break
        cases = (await session.scalars(select(Case))).all()
        due = dict(
            (
                await session.execute(
                    text("SELECT case_id, min(due_at) FROM clocks WHERE stopped_at IS NULL GROUP BY 1")
                )
            ).all()
        )
    far = datetime.max.replace(tzinfo=NOW.tzinfo)
    places: dict[Sort, Callable[[Case], Any]] = {
        Sort.NEWEST: lambda case: (-case.opened_at.timestamp(), -case.id),
        Sort.OLDEST: lambda case: (case.opened_at, case.id),
        Sort.DUE: lambda case: (due.get(case.id, far), case.id),
        Sort.SEVERITY: lambda case: (-list(Severity).index(case.severity), -case.id),
    }
    wanted = sorted(
        cases, key=lambda case: (not (case.special and case.status is CaseStatus.OPEN), *places[sort](case))
    )
    assert numbers == [case.number for case in wanted]


async def test_a_list_with_words_ends_its_page_when_enough_was_looked_at_and_goes_on(
    desk: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "WINDOW", 100)
    numbers: list[str] = []
    pages, cursor = 0, ""
    async with desk.transaction() as session:
        while cursor is not None:
            page = await complaints(session, Wanted(q="COMPRESSOR"), cursor=cursor or None, limit=20)
            numbers += [line.number for line in page.items]
            pages, cursor = pages + 1, page.next  # type: ignore[assignment]
        told = select(Case.number).where(Case.narrative.contains("compressor"))
        assert set(numbers) == set(await session.scalars(told)) != set()
    assert len(numbers) == len(set(numbers))
    assert pages >= COMPLAINTS // 100


async def the_figures(database: Database, days: int = 90) -> Figures:
    until = datetime.combine(NOW.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE))
    async with database.transaction() as session:
        return await figures(session, since=until - timedelta(days=days), until=until, time_zone=ZONE)


async def test_the_figures_are_what_counting_every_case_gives(desk: Database) -> None:
    found = await the_figures(desk)
    async with desk.transaction() as session:
        cases = (await session.scalars(select(Case).where(Case.opened_at >= found.since))).all()
        ids = {case.id for case in cases}
        clocks = [clock for clock in await session.scalars(select(Clock)) if clock.case_id in ids]
        heard = select(Message.conversation_id, Message.emotion).where(Message.emotion.is_not(None))
        trails: dict[int, list[int]] = {}
        for talk, emotion in await session.execute(heard.order_by(Message.id)):
            if talk in ids:
                trails.setdefault(talk, []).append(emotion)
    assert found.cases == sum(case.type == "complaint" for case in cases) > 0
    assert found.special == sum(case.special for case in cases)
    assert found.severities == Counter(case.severity for case in cases)
    assert dict(found.signals) == Counter(signal for case in cases for signal in case.signals)
    assert found.ratings == tuple(sum(case.rating == stars for case in cases) for stars in range(1, 6))
    first = [clock for clock in clocks if clock.kind is ClockKind.FIRST_RESPONSE]
    assert found.first_response.breached == sum(clock.breached_at is not None for clock in first)
    assert sum(found.first_response.minutes.values()) == sum(clock.stopped_at is not None for clock in first)
    assert found.feelings.fell == sum(trail[-1] < trail[0] for trail in trails.values())
    assert sum(sum(counts) for counts in found.per_day.values()) == found.cases


async def test_a_day_is_counted_again_when_something_happened_to_its_cases(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()

    async def counted() -> Counter[str]:
        await desk_ledger.do(lambda session: count_days(session, time_zone=ZONE, now=desk_ledger.now))
        return Counter((await desk_ledger.all(select(FigureDay.counts).order_by(FigureDay.day)))[0])

    assert (await counted())["stage:feedback"] == 0
    desk_ledger.later(days=3)
    await desk_ledger.do(lambda session: count_days(session, time_zone=ZONE, now=desk_ledger.now))
    await desk_ledger.resolve(hearing.number, await desk_ledger.staff("wang"))
    assert (await counted())["stage:feedback"] == 1


async def test_days_never_counted_are_counted_some_at_a_time_the_latest_first(grown: str) -> None:
    opened = Database(grown)
    async with opened.transaction() as session:
        await session.execute(text("TRUNCATE figure_days"))
        left = await count_days(session, time_zone=ZONE, now=NOW)
        days = (await session.scalars(select(FigureDay.day).order_by(FigureDay.day.desc()))).all()
        assert left > 0
        assert days[0] - days[-1] == timedelta(days=len(days) - 1)
        assert days[0] == NOW.astimezone(ZoneInfo(ZONE)).date()
        assert await count_days(session, time_zone=ZONE, now=NOW) == left - len(days)
        await session.rollback()
    await opened.close()


async def test_the_benchmark_asks_desks_of_two_sizes_and_prints_a_line_for_each_question(
    policy: Policy,
) -> None:
    found = await growth.bench_growth(policy, 600, home=None, small=300, times=2, plans=True)
    table = "\n".join(found.lines())
    for read in every_read(policy):
        assert read.name in table
    assert "ix_messages_grams" in table
