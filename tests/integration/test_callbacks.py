"""Journalists are owed a call, authorities an answer: tasks with clocks, for the right people, once."""

import pytest
import yaml
from sqlalchemy import select

from ledger.errors import NoSuchCase
from ledger.heard import Heard
from ledger.models import Clock, Staff, Task
from ledger.services import callbacks
from ledger.services.callbacks import NOTES, CallBack
from ledger.vocabulary import ClockKind, Kind, Language, Signal
from tests.ledger_world import CHAT, LedgerWorld

OUTSIDER = Heard("add_information", 0.9, Language.ZH_HANS, Kind.OTHER, None, (Signal.SPECIAL_IDENTITY,))


async def introduced(desk: LedgerWorld) -> int:
    """The message of somebody from outside, heard."""
    message_id = await desk.message(await desk.conversation(), "您好")
    await desk.hear(message_id, OUTSIDER)
    return message_id


async def have_called(desk: LedgerWorld, message_id: int) -> CallBack:
    return await desk.do(
        lambda session: callbacks.have_spokesperson_call(
            session, message_id=message_id, policy=desk.policy, now=desk.now
        )
    )


async def report(desk: LedgerWorld, message_id: int) -> CallBack:
    return await desk.do(
        lambda session: callbacks.report_official(
            session, message_id=message_id, policy=desk.policy, now=desk.now
        )
    )


async def tasks(desk: LedgerWorld) -> list[Task]:
    """What is owed to those outside."""
    owed = Clock.kind == ClockKind.PROMISED_CALL
    return await desk.all(select(Task).join(Clock, Clock.task_id == Task.id).where(owed).order_by(Task.id))


def test_every_note_stands_in_three_languages() -> None:
    notes = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    assert all(set(note) == set(Language) for note in notes.values())


async def test_the_spokesperson_on_duty_owes_the_call_in_opening_hours(desk_ledger: LedgerWorld) -> None:
    spokesperson: Staff = await desk_ledger.staff("sun", name="孙发言")
    await desk_ledger.on_duty("brand_operations", spokesperson)
    message_id = await introduced(desk_ledger)
    owed = await have_called(desk_ledger, message_id)
    assert owed == CallBack("品牌运营部", "2026-11-23T06:00:00+00:00")
    (task,) = await tasks(desk_ledger)
    assert task.assignee_id == spokesperson.id
    assert "发言人" in task.note


async def test_a_turn_that_is_run_again_owes_one_call(desk_ledger: LedgerWorld) -> None:
    message_id = await introduced(desk_ledger)
    assert await have_called(desk_ledger, message_id) == await have_called(desk_ledger, message_id)
    assert len(await tasks(desk_ledger)) == 1


async def test_an_authority_is_reported_at_once_and_every_department_has_a_task(
    desk_ledger: LedgerWorld,
) -> None:
    message_id = await introduced(desk_ledger)
    owed = await report(desk_ledger, message_id)
    assert owed.department == "技术部"
    assert [task.note.split("：")[0] for task in await tasks(desk_ledger)] == ["技术部", "体系管理部"]


async def test_an_authority_that_writes_again_changes_nothing(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    dues = []
    for _ in range(2):
        message_id = await desk_ledger.message(conversation, "这里是市场监管局")
        await desk_ledger.hear(message_id, OUTSIDER)
        dues.append((await report(desk_ledger, message_id)).due_at)
        desk_ledger.later(minutes=20)
    assert dues[0] == dues[1]
    assert len(await tasks(desk_ledger)) == 2


async def test_an_authoritys_case_bears_its_reason_and_its_department(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    message_id = await desk_ledger.message(conversation, "这里是市场监管局")
    await desk_ledger.hear(message_id, OUTSIDER)
    await report(desk_ledger, message_id)
    hearing = await desk_ledger.says(conversation, "请配合", OUTSIDER)
    assert hearing
    assert "official" in hearing.reasons
    assert hearing.department == "技术部"
    assert await desk_ledger.clocks(hearing.number, ClockKind.HEADQUARTERS)


async def test_without_a_case_nobody_owes_anything(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "您好")
    await desk_ledger.hear(message_id, CHAT)
    for owe in (have_called, report):
        with pytest.raises(NoSuchCase):
            await owe(desk_ledger, message_id)
