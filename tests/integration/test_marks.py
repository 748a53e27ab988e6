"""Marks: raised by the assistant or staff, decided by a second person, never accusing (playbook B8)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from ledger.errors import AlreadyDecided, AlreadyMarked, Missing, NoSuchMark, NotAllowed, OwnMark
from ledger.models import Case, Entry, Mark, Staff
from ledger.services import cases
from ledger.views.marks import open_marks
from ledger.vocabulary import MarkKind, Role, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

THREAT = replace(COMPLAINT, signals=(Signal.EXTORTION,))


@pytest.fixture
async def first(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳", role=Role.SUPERVISOR)


@pytest.fixture
async def second(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


async def threatened(world: LedgerWorld) -> tuple[int, str]:
    conversation = await world.conversation()
    hearing = await world.says(conversation, "给五万就算了，不然全网见", THREAT)
    assert hearing is not None
    return conversation, hearing.number


async def raised(world: LedgerWorld, number: str, staff: Staff) -> Mark:
    return await world.do(
        lambda session: cases.mark(
            session, number=number, kind=MarkKind.MALICIOUS, reason="同一人第七次", staff=staff, now=world.now
        )
    )


async def decided(
    world: LedgerWorld, number: str, mark_id: int, staff: Staff, reason: str = "看过原话"
) -> Mark:
    return await world.do(
        lambda session: cases.decide(
            session,
            number=number,
            mark_id=mark_id,
            confirmed=False,
            reason=reason,
            staff=staff,
            now=world.now,
        )
    )


async def waiting(world: LedgerWorld) -> list[int]:
    return [line.id for line in await world.do(open_marks)]


async def test_what_sounds_like_extortion_waits_for_a_second_person_and_is_served_like_any_other(
    desk_ledger: LedgerWorld,
) -> None:
    _, number = await threatened(desk_ledger)
    async with desk_ledger.database.transaction() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        mark = (await session.scalars(select(Mark).where(Mark.case_id == case.id))).one()
        actions = set(await session.scalars(select(Entry.action).where(Entry.case_id == case.id)))
    assert (mark.kind, mark.raised_by_id, mark.confirmed) == (MarkKind.EXTORTION, None, None)
    assert "mark.raised" in actions
    assert case.status == "open"
    assert await waiting(desk_ledger) == [mark.id]


async def test_the_same_threat_said_again_is_marked_once_also_after_it_was_dismissed(
    desk_ledger: LedgerWorld, first: Staff
) -> None:
    conversation, number = await threatened(desk_ledger)
    await desk_ledger.says(conversation, "不给钱就曝光", THREAT)
    [mark] = await waiting(desk_ledger)
    await decided(desk_ledger, number, mark, first)
    await desk_ledger.says(conversation, "五万，一分不能少", THREAT)
    assert await waiting(desk_ledger) == []


async def test_who_raised_a_mark_does_not_decide_it(
    desk_ledger: LedgerWorld, first: Staff, second: Staff
) -> None:
    _, number = await threatened(desk_ledger)
    mark = await raised(desk_ledger, number, first)
    with pytest.raises(OwnMark):
        await decided(desk_ledger, number, mark.id, first)
    settled = await decided(desk_ledger, number, mark.id, second)
    assert (settled.confirmed, settled.decided_by_id) == (False, second.id)


async def test_a_decision_needs_a_supervisor_a_reason_and_a_mark_of_that_case_and_is_made_once(
    desk_ledger: LedgerWorld, first: Staff
) -> None:
    _, number = await threatened(desk_ledger)
    [mark] = await waiting(desk_ledger)
    agent = await desk_ledger.staff("li", name="李雷")
    with pytest.raises(NotAllowed):
        await decided(desk_ledger, number, mark, agent)
    with pytest.raises(Missing):
        await decided(desk_ledger, number, mark, first, reason=" ")
    with pytest.raises(NoSuchMark):
        await decided(desk_ledger, number, mark + 1, first)
    await decided(desk_ledger, number, mark, first)
    with pytest.raises(AlreadyDecided):
        await decided(desk_ledger, number, mark, first)


async def test_a_second_mark_of_a_kind_waits_until_the_first_is_decided(
    desk_ledger: LedgerWorld, first: Staff, second: Staff
) -> None:
    _, number = await threatened(desk_ledger)
    mark = await raised(desk_ledger, number, first)
    with pytest.raises(AlreadyMarked):
        await raised(desk_ledger, number, second)
    await decided(desk_ledger, number, mark.id, second)
    assert (await raised(desk_ledger, number, first)).id != mark.id
