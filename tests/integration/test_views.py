"""What screens read: the queue's order, the search of transcripts, the figures of a period."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from ledger.models import Conversation, Staff
from ledger.services import cases, clocks, handoff
from ledger.services.counting import count_days
from ledger.views.figures import Figures, figures
from ledger.views.queue import Queue, queue
from ledger.views.transcripts import Filters, TranscriptRow, conversation, transcripts
from ledger.vocabulary import Category, ClockKind, Role, Signal, Stage
from tests.ledger_world import NOON, LedgerWorld

THREAT = (Signal.MEDIA_THREAT,)


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def boss(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("li", Role.SUPERVISOR, name="李霞")


async def the_queue(world: LedgerWorld) -> Queue:
    return await world.do(lambda session: queue(session, now=world.now))


async def found(world: LedgerWorld, **filters: Any) -> list[TranscriptRow]:
    return (await world.do(lambda session: transcripts(session, Filters(**filters)))).items


async def the_figures(world: LedgerWorld) -> Figures:
    await world.do(lambda session: count_days(session, time_zone="Asia/Shanghai", now=world.now))
    return await world.do(
        lambda session: figures(
            session,
            since=NOON - timedelta(days=1),
            until=NOON + timedelta(days=30),
            time_zone="Asia/Shanghai",
        )
    )


async def talk(world: LedgerWorld, words: str = "冰箱坏了", **heard: Any) -> int:
    """A customer's conversation, written to now, in which something was complained about."""
    conversation_id = await world.conversation()
    await world.says(conversation_id, words, **heard)

    async def mark(session: Any) -> None:
        (await session.get_one(Conversation, conversation_id)).last_message_at = world.now

    await world.do(mark)
    return conversation_id


async def waits(world: LedgerWorld, conversation_id: int) -> None:
    await world.do(
        lambda session: handoff.ask_for_human(
            session,
            conversation_id=conversation_id,
            reason="customer_asked",
            policy=world.policy,
            now=world.now,
        )
    )


async def takes(world: LedgerWorld, conversation_id: int, staff: Staff) -> None:
    await world.do(
        lambda session: handoff.take(session, conversation_id=conversation_id, staff=staff, now=world.now)
    )


@asynccontextmanager
async def counted(world: LedgerWorld) -> AsyncIterator[list[str]]:
    """The statements sent to the database during the block."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def test_a_special_user_waits_before_whoever_waits_longer(desk_ledger: LedgerWorld) -> None:
    first = await talk(desk_ledger)
    await waits(desk_ledger, first)
    desk_ledger.later(minutes=5)
    second = await talk(desk_ledger)
    await waits(desk_ledger, second)
    desk_ledger.later(minutes=5)
    special = await talk(desk_ledger, "找记者曝光你们", signals=THREAT)
    await waits(desk_ledger, special)
    assert [row.id for row in (await the_queue(desk_ledger)).waiting] == [special, first, second]


async def test_special_users_open_cases_come_first(desk_ledger: LedgerWorld) -> None:
    special = await desk_ledger.complains("找记者曝光你们", signals=THREAT)
    desk_ledger.later(minutes=5)
    ordinary = await desk_ledger.complains()
    assert [case.number for case in (await the_queue(desk_ledger)).cases] == [special.number, ordinary.number]


async def test_who_holds_a_conversation_is_named(desk_ledger: LedgerWorld, wang: Staff) -> None:
    conversation_id = await talk(desk_ledger)
    await takes(desk_ledger, conversation_id, wang)
    [row] = (await the_queue(desk_ledger)).held
    assert (row.id, row.holder_id, row.holder) == (conversation_id, wang.id, "王芳")


async def test_a_conversation_the_assistant_ended_long_ago_is_not_in_the_queue(
    desk_ledger: LedgerWorld,
) -> None:
    recent = await talk(desk_ledger)
    assert [row.id for row in (await the_queue(desk_ledger)).with_assistant] == [recent]
    desk_ledger.later(hours=2)
    assert (await the_queue(desk_ledger)).with_assistant == ()


async def test_an_alert_lasts_until_somebody_acknowledges_even_if_the_case_is_resolved(
    desk_ledger: LedgerWorld, wang: Staff, boss: Staff
) -> None:
    hearing = await desk_ledger.complains("找记者曝光你们", signals=THREAT)
    await desk_ledger.resolve(hearing.number, wang)
    assert [case.number for case in (await the_queue(desk_ledger)).alerts] == [hearing.number]
    await acknowledge(desk_ledger, hearing.number, boss)
    assert (await the_queue(desk_ledger)).alerts == ()


async def acknowledge(world: LedgerWorld, number: str, staff: Staff) -> None:
    await world.do(lambda session: clocks.acknowledge(session, number=number, staff=staff, now=world.now))


async def test_the_queue_takes_as_many_queries_for_many_as_for_one(desk_ledger: LedgerWorld) -> None:
    await talk(desk_ledger)
    async with counted(desk_ledger) as for_one:
        await the_queue(desk_ledger)
    for _ in range(5):
        await waits(desk_ledger, await talk(desk_ledger, "找记者曝光你们", signals=THREAT))
    async with counted(desk_ledger) as for_many:
        await the_queue(desk_ledger)
    assert len(for_many) == len(for_one)


async def test_a_conversation_is_read_with_its_cases_and_the_customers_others(
    desk_ledger: LedgerWorld,
) -> None:
    first = await talk(desk_ledger, "洗衣机漏水", emotion=2)
    second = await desk_ledger.another_conversation(first)
    await desk_ledger.says(second, "空调不冷", emotion=1)
    read = await desk_ledger.do(lambda session: conversation(session, second))
    assert read is not None
    assert [line.text for line in read.messages] == ["空调不冷"]
    assert [case.snippet for case in read.cases] == ["空调不冷"]
    assert [case.snippet for case in read.other_cases] == ["洗衣机漏水"]


async def test_a_conversation_that_is_not_there_is_none(desk_ledger: LedgerWorld) -> None:
    assert await desk_ledger.do(lambda session: conversation(session, 10**15)) is None


@pytest.mark.parametrize("words", ["漏水", "The FRIDGE", "QT-2026-"])
async def test_transcripts_are_found_by_words_in_chinese_and_english_and_by_number(
    desk_ledger: LedgerWorld, words: str
) -> None:
    both = await talk(desk_ledger, "洗衣机漏水, the fridge too")
    assert [row.id for row in await found(desk_ledger, words=words)] == [both]


@pytest.mark.parametrize("words", ["%", "_", "\\"])
async def test_what_is_searched_for_is_meant_literally(desk_ledger: LedgerWorld, words: str) -> None:
    await talk(desk_ledger, "洗衣机漏水")
    meant = await talk(desk_ledger, f"打了五折{words}的")
    assert [row.id for row in await found(desk_ledger, words=words)] == [meant]


async def test_the_passage_with_the_words_is_shown(desk_ledger: LedgerWorld) -> None:
    conversation_id = await talk(desk_ledger, "你好")
    await desk_ledger.says(conversation_id, "洗衣机漏水")
    [row] = await found(desk_ledger, words="漏水")
    assert row.words == "洗衣机漏水"
    [row] = await found(desk_ledger)
    assert row.words == "你好"


async def test_each_filter_narrows_the_list(desk_ledger: LedgerWorld, wang: Staff) -> None:
    calm = await talk(desk_ledger, category=Category.FEE_DISPUTE)
    desk_ledger.later(days=1)
    angry = await talk(desk_ledger, "找记者曝光你们", signals=THREAT)
    await desk_ledger.message(angry, "气死人了", emotion=3)
    await takes(desk_ledger, angry, wang)

    async def ids(**filters: Any) -> list[int]:
        return [row.id for row in await found(desk_ledger, **filters)]

    assert await ids() == [angry, calm]
    assert await ids(special=True) == [angry]
    assert await ids(special=False) == [calm]
    assert await ids(category=Category.FEE_DISPUTE) == [calm]
    assert await ids(emotion=3) == [angry]
    assert await ids(handled_by=wang.id) == [angry]
    assert await ids(since=desk_ledger.now - timedelta(hours=1)) == [angry]
    assert await ids(until=desk_ledger.now - timedelta(hours=1)) == [calm]


async def test_the_list_of_transcripts_takes_as_many_queries_for_many_as_for_one(
    desk_ledger: LedgerWorld,
) -> None:
    await talk(desk_ledger)
    async with counted(desk_ledger) as for_one:
        await found(desk_ledger)
    for _ in range(5):
        await talk(desk_ledger)
    async with counted(desk_ledger) as for_many:
        assert len(await found(desk_ledger)) == 6
    assert len(for_many) == len(for_one)


async def test_complaints_are_counted_by_day_of_the_organisation_and_by_category(
    desk_ledger: LedgerWorld,
) -> None:
    await desk_ledger.complains()
    desk_ledger.later(hours=13)  # 01:00 of the next day in Shanghai, the same day in UTC
    await desk_ledger.complains(category=Category.FEE_DISPUTE)
    month = await the_figures(desk_ledger)
    place = month.days.index(NOON.date())
    assert month.per_day["product_quality"][place : place + 2] == (1, 0)
    assert month.per_day["fee_dispute"][place : place + 2] == (0, 1)
    assert month.cases == 2


async def test_a_headquarters_clock_counts_as_kept_breached_or_running(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    numbers = [(await desk_ledger.complains("找记者", signals=THREAT)).number for _ in range(3)]
    desk_ledger.later(minutes=10)
    await acknowledge(desk_ledger, numbers[0], boss)
    desk_ledger.later(minutes=30)
    await acknowledge(desk_ledger, numbers[1], boss)
    month = await the_figures(desk_ledger)
    assert (month.headquarters.kept, month.headquarters.breached, month.headquarters.running) == (1, 1, 1)
    assert month.headquarters.share_kept == 0.5
    assert month.headquarters.median == 25
    assert month.special == 3


async def test_a_figure_nobody_can_judge_yet_is_none(desk_ledger: LedgerWorld) -> None:
    month = await the_figures(desk_ledger)
    assert month.cases == 0
    assert month.mean_rating is None
    assert month.first_response.median is None
    assert month.headquarters.share_kept is None
    assert month.categories == []


async def test_stages_count_every_complaint_that_came_that_far(desk_ledger: LedgerWorld, wang: Staff) -> None:
    await desk_ledger.complains()
    hearing = await desk_ledger.complains()
    await desk_ledger.resolve(hearing.number, wang)
    reached = dict((await the_figures(desk_ledger)).stages)
    assert reached[Stage.LISTEN] == 2
    assert reached[Stage.FEEDBACK] == 1
    assert reached[Stage.CLOSED] == 0


async def test_feelings_compare_a_cases_first_message_with_its_last(desk_ledger: LedgerWorld) -> None:
    for levels in ((3, 1), (2, 2), (1, 3)):
        conversation_id = await talk(desk_ledger)
        for level in levels:
            await desk_ledger.message(conversation_id, "……", emotion=level)
    feelings = (await the_figures(desk_ledger)).feelings
    assert (feelings.fell, feelings.same, feelings.rose) == (1, 1, 1)
    assert feelings.before == feelings.after == 2


async def test_ratings_and_reopened_cases_are_counted(desk_ledger: LedgerWorld, wang: Staff) -> None:
    for rating in (5, 1):
        conversation_id = await talk(desk_ledger)
        number = (await the_queue(desk_ledger)).cases[0].number
        await desk_ledger.resolve(number, wang)
        message_id = await desk_ledger.message(conversation_id, str(rating))
        await rate(desk_ledger, message_id, rating)
        desk_ledger.later(minutes=1)
    month = await the_figures(desk_ledger)
    assert month.ratings == (1, 0, 0, 0, 1)
    assert month.mean_rating == 3
    assert month.reopened == 1


async def rate(world: LedgerWorld, message_id: int, rating: int) -> None:
    await world.do(
        lambda session: cases.rate(
            session, message_id=message_id, rating=rating, policy=world.policy, now=world.now
        )
    )


async def test_the_running_clocks_of_a_case_stand_with_it_the_next_due_first(
    desk_ledger: LedgerWorld,
) -> None:
    await desk_ledger.complains("找记者曝光你们", signals=THREAT)
    [case] = (await the_queue(desk_ledger)).cases
    assert [clock.kind for clock in case.running][:2] == [ClockKind.HEADQUARTERS, ClockKind.FIRST_RESPONSE]
    assert case.special
    assert case.headquarters is not None
