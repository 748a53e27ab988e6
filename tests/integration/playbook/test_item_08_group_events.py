"""Item 8: a group event is judged as its numbers are heard, has few speakers, and moves as one."""

from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import AlreadyLinked, AlreadyResolved, Missing, TooMany
from ledger.models import Notice, Staff
from ledger.services import cases, forms, group_cases
from ledger.services.together import for_each
from ledger.views import group_cases as view
from ledger.views.forms import FormDetail, form, open_forms
from ledger.vocabulary import CaseStatus, ClockKind, FactKind, NoticeKind, Role, Signal
from tests.ledger_world import LedgerWorld

CROWD = (Signal.GROUP_EVENT,)


def told(kind: FactKind, value: Any) -> dict[str, Any]:
    return {"entity": kind, "value": value, "said": str(value)}


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", role=Role.SUPERVISOR)


@pytest.fixture
async def li(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("li", role=Role.SUPERVISOR)


async def group(world: LedgerWorld) -> FormDetail:
    (line,) = await world.do(lambda session: open_forms(session, "group_event"))
    found = await world.do(lambda session: form(session, line.number))
    assert found is not None
    return found


async def judged(world: LedgerWorld) -> list[str]:
    return [step.name for step in (await group(world)).steps if step.name.startswith("judged")]


async def fills(world: LedgerWorld, staff: Staff, **filled: Any) -> None:
    number = (await group(world)).line.number
    await world.do(
        lambda session: forms.fill(
            session, number=number, filled=filled, staff=staff, policy=world.policy, now=world.now
        )
    )


async def takes(world: LedgerWorld, step: str, staff: Staff, **entered: Any) -> None:
    number = (await group(world)).line.number
    await world.do(
        lambda session: forms.take_step(
            session,
            number=number,
            step=step,
            staff=staff,
            policy=world.policy,
            now=world.now,
            entered=entered,
        )
    )


async def links(world: LedgerWorld, staff: Staff, number: str) -> None:
    of = (await group(world)).line.number
    await world.do(
        lambda session: group_cases.link(session, form=of, number=number, staff=staff, now=world.now)
    )


async def approve_statement(world: LedgerWorld, by: Staff, second: Staff) -> None:
    text = "健身卡一律按剩余次数退费。"
    filled = {"topic": "健身卡退费", "words": "健身卡", "since": "2026-11-20", "until": "2026-12-20"}
    filled |= {"text_zh_hans": text, "text_zh_hant": "健身卡一律依剩餘次數退費。", "text_en": "Refunds."}
    drafted = await world.do(
        lambda session: forms.open_form(
            session, kind="statement", staff=by, policy=world.policy, now=world.now, filled=filled
        )
    )
    for step, staff in (("propose", by), ("approve", second)):
        await world.do(
            lambda session, step=step, staff=staff: forms.take_step(
                session, number=drafted.number, step=step, staff=staff, policy=world.policy, now=world.now
            )
        )


async def test_the_numbers_heard_in_the_text_stand_in_the_form_and_judge_it(desk_ledger, wang):
    await desk_ledger.complains(signals=CROWD, entities=(told(FactKind.PEOPLE, 120),))
    found = await group(desk_ledger)
    assert (found.values["people"], found.entered) == (120, frozenset())
    assert await judged(desk_ledger) == ["judged_major"]
    assert (found.steps[0].by, found.steps[0].entered) == (None, {"people_then": 120})


async def test_how_many_are_hurt_and_dead_is_heard_and_judges_it_too(desk_ledger, wang):
    numbers = (told(FactKind.PEOPLE, 20), told(FactKind.INJURED, 10), told(FactKind.DEAD, 1))
    await desk_ledger.complains(signals=CROWD, entities=numbers)
    found = await group(desk_ledger)
    assert (found.values["injured"], found.values["dead"], found.entered) == (10, 1, frozenset())
    assert await judged(desk_ledger) == ["judged_especially_major"]


async def test_it_is_judged_anew_when_the_numbers_change_and_those_concerned_hear_of_it(desk_ledger, wang):
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, signals=CROWD, entities=(told(FactKind.PEOPLE, 30),))
    assert await judged(desk_ledger) == []
    await desk_ledger.says(conversation, signals=CROWD, entities=(told(FactKind.PEOPLE, 250),))
    assert await judged(desk_ledger) == ["judged_major"]
    await desk_ledger.says(conversation, signals=CROWD, entities=(told(FactKind.PEOPLE, 260),))
    assert (await group(desk_ledger)).values["people"] == 260
    # Those who will speak for the others make the crowd no smaller.
    await desk_ledger.says(conversation, signals=CROWD, entities=(told(FactKind.PEOPLE, 3),))
    assert (await group(desk_ledger)).values["people"] == 260
    assert await judged(desk_ledger) == ["judged_major"]
    about_forms = select(Notice).where(Notice.kind == NoticeKind.FORM, Notice.staff_id == wang.id)
    before = len(await desk_ledger.all(about_forms))
    await fills(desk_ledger, wang, violence=True)
    assert await judged(desk_ledger) == ["judged_major", "judged_especially_major"]
    assert len(await desk_ledger.all(about_forms)) == before + 1
    await fills(desk_ledger, wang, violence=False, people=40)
    assert (await judged(desk_ledger))[-1] == "judged_neither"
    await fills(desk_ledger, wang, dead=3)
    assert (await judged(desk_ledger))[-1] == "judged_especially_major"


async def test_nobody_judges_it_by_hand(desk_ledger, wang):
    await desk_ledger.complains(signals=CROWD)
    with pytest.raises(forms.NotThisStep):
        await takes(desk_ledger, "judged_major", wang)


async def test_five_speak_for_the_group_and_a_sixth_is_refused_with_the_number(desk_ledger, wang):
    await desk_ledger.complains(signals=CROWD)
    for name in ("甲", "乙", "丙", "丁", "戊"):
        await takes(desk_ledger, "representative", wang, name=name, contact="139")
    with pytest.raises(TooMany, match="5"):
        await takes(desk_ledger, "representative", wang, name="己", contact="139")
    recorded = [step for step in (await group(desk_ledger)).steps if step.name == "representative"]
    assert [step.entered["name"] for step in recorded] == ["甲", "乙", "丙", "丁", "戊"]


async def test_every_talk_leaves_a_memo_and_who_is_named_in_it_stays_out_of_the_book(desk_ledger, wang):
    number = (await desk_ledger.complains(signals=CROWD)).number
    memo = {"at": "2026-11-23T15:00", "met_at": "会议室", "said": "要求退费", "agreed": "周五答复"}
    with pytest.raises(Missing, match="present"):
        await takes(desk_ledger, "talk", wang, **memo)
    await takes(desk_ledger, "talk", wang, present="甲、王", **memo)
    await takes(desk_ledger, "talk", wang, present="乙、王", **memo)
    found = await group(desk_ledger)
    assert [s.entered["present"] for s in found.steps] == ["甲、王", "乙、王"]
    assert "会议室" not in found.values.values()  # where they talked is not where the crowd is
    booked = [entry.after for entry in await desk_ledger.entries(number) if entry.action == "form.step"]
    assert [after["present"] for after in booked if after.get("step") == "talk"] == ["…", "…"]


async def test_who_was_told_and_when_is_on_record(desk_ledger, wang):
    await desk_ledger.complains(signals=CROWD)
    at = "2026-11-23T12:10:00"
    await takes(desk_ledger, "tell_outside", wang, whom="police", at=at, how="110，值班民警")
    (step,) = (await group(desk_ledger)).steps
    assert (step.by, step.entered["whom"], step.entered["at"]) == ("wang", "police", at)


async def test_what_is_promised_has_a_day_that_is_watched(desk_ledger, wang):
    number = (await desk_ledger.complains(signals=CROWD)).number
    await fills(desk_ledger, wang, solved_by="2026-12-01", solved_how="全额退费")
    await takes(desk_ledger, "promise", wang)
    assert (await desk_ledger.clock(number, ClockKind.FORM_DUE)).due_at is not None


async def test_what_looks_like_it_belongs_is_proposed_with_the_reason_and_never_linked_by_itself(
    desk_ledger, wang
):
    product = told(FactKind.PRODUCT, "health_card")
    lead = await desk_ledger.complains(signals=CROWD, entities=(product,))
    same_product = await desk_ledger.complains(entities=(product,))
    another = await desk_ledger.complains(entities=(told(FactKind.PRODUCT, "fridge"),))
    desk_ledger.later(days=8)
    late = await desk_ledger.complains(entities=(product,))
    number = (await group(desk_ledger)).line.number
    found = await desk_ledger.do(lambda session: view.alike(session, number, policy=desk_ledger.policy))
    assert [(one.number, dict(one.reasons)) for one in found] == [
        (same_product.number, {"product": "health_card"})
    ]
    assert {another.number, late.number} & {one.number for one in found} == set()
    members = await desk_ledger.do(lambda session: view.members(session, number))
    assert [one.number for one in members] == [lead.number]


async def test_a_case_is_linked_once_and_let_go_with_a_reason_each_an_entry(desk_ledger, wang):
    await desk_ledger.complains(signals=CROWD)
    other = (await desk_ledger.complains()).number
    await links(desk_ledger, wang, other)
    with pytest.raises(AlreadyLinked):
        await links(desk_ledger, wang, other)
    number = (await group(desk_ledger)).line.number
    await desk_ledger.do(
        lambda session: group_cases.unlink(
            session, form=number, number=other, reason="另一件事", staff=wang, now=desk_ledger.now
        )
    )
    actions = await desk_ledger.actions(other)
    assert actions[-2:] == ["form.case_linked", "form.case_unlinked"]


async def test_one_word_of_progress_reaches_all_and_one_that_fails_holds_up_no_other(desk_ledger, wang, li):
    lead = (await desk_ledger.complains(signals=CROWD)).number
    solved = (await desk_ledger.complains()).number
    other = (await desk_ledger.complains()).number
    for number in (solved, other):
        await links(desk_ledger, wang, number)
    await desk_ledger.resolve(solved, li)
    of = (await group(desk_ledger)).line.number
    members = await desk_ledger.do(lambda session: view.members(session, of))
    outcome = await for_each(
        desk_ledger.database,
        [one.number for one in members],
        lambda session, number: cases.progress(
            session,
            number=number,
            text="周五前答复",
            staff=wang,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        ),
    )
    assert outcome.done == [lead, other]
    assert [type(error) for error in outcome.refused.values()] == [AlreadyResolved]
    for number in outcome.done:
        assert "case.progress" in await desk_ledger.actions(number)


async def test_all_hear_one_statement_the_approved_one_if_there_is_one(desk_ledger, wang, li):
    lead = (await desk_ledger.complains("健身卡退费，我们一百多人", signals=CROWD)).number
    of = (await group(desk_ledger)).line.number

    async def tell(number: str) -> str:
        await desk_ledger.do(
            lambda session: group_cases.tell(
                session, form=of, number=number, staff=wang, policy=desk_ledger.policy, now=desk_ledger.now
            )
        )
        told = [entry for entry in await desk_ledger.entries(number) if entry.action == "case.progress"]
        return str(told[-1].after["text"])

    with pytest.raises(Missing, match="statement"):
        await tell(lead)
    await fills(desk_ledger, wang, statement="周五前逐户答复。")
    assert await tell(lead) == "周五前逐户答复。"
    await approve_statement(desk_ledger, wang, li)
    assert await tell(lead) == "健身卡一律按剩余次数退费。"


async def test_the_lead_is_solved_and_all_with_it(desk_ledger, wang):
    lead = (await desk_ledger.complains(signals=CROWD)).number
    other = (await desk_ledger.complains()).number
    await links(desk_ledger, wang, other)
    await for_each(
        desk_ledger.database,
        [lead, other],
        lambda session, number: cases.resolve(
            session,
            number=number,
            remedy="refund",
            outcome="全额退费",
            root_cause="停业",
            staff=wang,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        ),
    )
    assert {(await desk_ledger.case(number)).status for number in (lead, other)} == {CaseStatus.RESOLVED}
