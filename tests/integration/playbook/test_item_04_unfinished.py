"""Item 4: nail households (钉子户), unfinished cases (日清日毕), the daily report (日报) (playbook B2)."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists import LISTS, Row
from ledger.models import Drill, Staff
from ledger.services import cases
from ledger.vocabulary import Category
from tests.ledger_world import LedgerWorld


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


async def listed(world: LedgerWorld, key: str, department: str | None = None) -> list[Row]:
    return await world.do(
        lambda session: LISTS[key].find(session, policy=world.policy, now=world.now, department=department)
    )


async def reasons(world: LedgerWorld, key: str, number: str) -> list[str]:
    return [reason.code for row in await listed(world, key) if row.number == number for reason in row.reasons]


async def answered(world: LedgerWorld, number: str, by: Staff) -> None:
    await world.do(
        lambda session: cases.progress(
            session, number=number, text="已派师傅", staff=by, policy=world.policy, now=world.now
        )
    )


async def reopened(world: LedgerWorld, number: str, by: Staff) -> None:
    await world.resolve(number, by)
    await world.do(
        lambda session: cases.reopen(
            session, number=number, reason="又坏了", staff=by, policy=world.policy, now=world.now
        )
    )


async def test_who_comes_on_many_days_is_found_with_how_many(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    conversation = await world.conversation()
    hearing = await world.says(conversation)
    assert hearing is not None
    for _ in range(3):
        world.later(days=1)
        await world.message(conversation, "还没修好")
        await world.message(conversation, "你们管不管")
    assert await listed(world, "nail_households") == []

    world.later(days=1)
    await world.message(conversation, "第五天了")

    [row] = await listed(world, "nail_households")
    assert row.number == hearing.number
    assert [reason.model_dump() for reason in row.reasons] == [
        {"code": "came", "values": {"count": 5, "days": 90}}
    ]


async def test_who_comes_by_phone_comes_too(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    for _ in range(5):
        world.later(days=1)
        await world.do(
            lambda session: cases.enter_by_staff(
                session,
                channel="phone",
                narrative="冰箱不制冷",
                category=Category.PRODUCT_QUALITY,
                phone="13800138000",
                consented=True,
                staff=wang,
                policy=world.policy,
                now=world.now,
            )
        )

    assert {row.reasons[0].code for row in await listed(world, "nail_households")} == {"came"}


async def test_what_is_reopened_again_and_again_is_found(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await reopened(world, hearing.number, wang)
    assert await reasons(world, "nail_households", hearing.number) == []

    await reopened(world, hearing.number, wang)

    assert await reasons(world, "nail_households", hearing.number) == ["reopened"]


async def test_what_is_open_for_long_is_found_until_it_ends(desk_ledger: LedgerWorld, wang: Staff) -> None:
    world = desk_ledger
    hearing = await world.complains()
    world.later(days=29)
    assert await reasons(world, "nail_households", hearing.number) == []
    world.later(days=1)
    assert await reasons(world, "nail_households", hearing.number) == ["open_for"]

    await world.resolve(hearing.number, wang)

    assert await listed(world, "nail_households") == []


async def test_being_listed_changes_nothing_in_how_a_customer_is_served(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    hearing = await world.complains()
    world.later(days=40)
    before = (await world.case(hearing.number), await world.actions(hearing.number))

    assert await reasons(world, "nail_households", hearing.number) == ["open_for"]

    after = (await world.case(hearing.number), await world.actions(hearing.number))
    assert after[1] == before[1]
    assert (after[0].severity, after[0].owner_id) == (before[0].severity, before[0].owner_id)


async def test_the_days_end_names_what_is_overdue_what_is_due_today_and_what_nobody_touched(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    overdue = await world.complains()
    world.later(hours=2)
    due = await world.complains()
    assert await reasons(world, "day_end", overdue.number) == ["overdue", "untouched"]
    assert await reasons(world, "day_end", due.number) == ["due_today", "untouched"]

    await answered(world, overdue.number, wang)
    await answered(world, due.number, wang)

    assert await listed(world, "day_end") == []  # the next word is promised for tomorrow
    world.now += timedelta(hours=12)
    assert await reasons(world, "day_end", due.number) == ["due_today", "untouched"]


async def test_what_waits_for_its_customer_has_nothing_to_be_cleared(
    desk_ledger: LedgerWorld, wang: Staff
) -> None:
    world = desk_ledger
    hearing = await world.complains()
    await answered(world, hearing.number, wang)
    await world.do(
        lambda session: cases.wait(
            session, number=hearing.number, reason="发票", staff=wang, policy=world.policy, now=world.now
        )
    )
    world.later(days=3)

    assert await listed(world, "day_end") == []


async def test_each_office_sees_its_own(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    repair = await world.complains()
    fees = await world.complains("多收了钱", category=Category.FEE_DISPUTE)

    assert [row.number for row in await listed(world, "day_end", "after_sales")] == [repair.number]
    assert [row.number for row in await listed(world, "day_end", "customer_service")] == [fees.number]
    assert len(await listed(world, "day_end")) == 2


async def test_special_users_stand_first_then_what_is_due_next(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    first = await world.complains()
    world.later(minutes=10)
    second = await world.complains()
    world.later(minutes=10)
    special = await world.complains("再不管我找记者", signals=("media_threat",))

    found = [row.number for row in await listed(world, "day_end")]

    assert found == [special.number, first.number, second.number]


async def test_what_a_drill_plays_is_on_no_list(desk_ledger: LedgerWorld) -> None:
    world = desk_ledger
    played = await world.complains()
    assert [row.number for row in await listed(world, "day_end")] == [played.number]

    await world.do(lambda session: _make_drill(session, played.number, world))

    assert await listed(world, "day_end") == []


async def _make_drill(session: AsyncSession, number: str, world: LedgerWorld) -> None:
    drill = Drill(
        name="a", digest="b", script={}, faster=1, cast=False, started_at=world.now, seen_at=world.now
    )
    session.add(drill)
    await session.flush()
    (await cases.case_numbered(session, number)).drill_id = drill.id
