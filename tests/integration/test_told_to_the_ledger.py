"""What staff read of a case: its facts with what became of them, and how it felt, stage by stage."""

from ledger.services.stages import enter_stage
from ledger.views.complaints import ComplaintDetail, complaint
from ledger.vocabulary import Stage
from tests.ledger_world import CHAT, LedgerWorld

TUESDAY = {"entity": "date", "value": "-P1W-2", "said": "上周二"}
WEDNESDAY = {"entity": "date", "value": "-P1W-3", "said": "上周三"}


async def read(desk: LedgerWorld, number: str) -> ComplaintDetail:
    found = await desk.do(lambda session: complaint(session, number))
    assert found is not None
    return found


async def test_a_corrected_fact_stays_and_points_to_its_successor(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    hearing = await desk_ledger.says(talk, "上周二送来的", entities=(TUESDAY,))
    await desk_ledger.says(talk, "不对,是上周三", intent="correct", entities=(WEDNESDAY,))
    assert hearing is not None
    wrong, right = (await read(desk_ledger, hearing.number)).facts
    assert (wrong.said, wrong.replaced_by) == ("上周二", right.id)
    assert (right.said, right.value, right.replaced_by) == ("上周三", "2026-11-18", None)


async def test_every_feeling_stands_with_the_stage_it_was_said_in(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    hearing = await desk_ledger.hear(await desk_ledger.message(talk, "冰箱坏了", emotion=2))
    assert hearing is not None
    case = await desk_ledger.case(hearing.number)
    for stage, emotion in ((Stage.ACKNOWLEDGE, 3), (Stage.RESPOND, 1)):
        await desk_ledger.do(
            lambda session, stage=stage: enter_stage(
                session, case=case, stage=stage, evidence_message_id=None, now=desk_ledger.later(minutes=1)
            )
        )
        desk_ledger.later(minutes=1)
        await desk_ledger.hear(await desk_ledger.message(talk, "哼", emotion=emotion))
    trail = (await read(desk_ledger, hearing.number)).emotion_trail
    assert [(felt.level, felt.stage) for felt in trail] == [
        (2, Stage.LISTEN),
        (3, Stage.ACKNOWLEDGE),
        (1, Stage.RESPOND),
    ]


async def test_what_was_said_before_the_case_is_no_part_of_its_trail(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await desk_ledger.hear(await desk_ledger.message(talk, "你好", emotion=0), CHAT)
    hearing = await desk_ledger.hear(await desk_ledger.message(talk, "冰箱坏了", emotion=2))
    assert hearing is not None
    assert [felt.level for felt in (await read(desk_ledger, hearing.number)).emotion_trail] == [2]
