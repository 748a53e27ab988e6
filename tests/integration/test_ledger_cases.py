"""A case from the first word: opening, growing, contact, status."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import Missing, NoSuchCase, NoSuchMessage
from ledger.heard import Heard
from ledger.hours import working_time_after
from ledger.models import Customer
from ledger.services import cases, gathering
from ledger.services.stages import enter_stage
from ledger.vocabulary import CaseStatus, CaseType, Category, ClockKind, Kind, Language, Remedy, Signal, Stage
from tests.ledger_world import CHAT, COMPLAINT, LedgerWorld

STORY = "第三次了,修的人来了又走,说配件没有"


async def test_the_first_complaint_opens_a_case_with_its_number_at_once(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    assert hearing.opened
    assert re.fullmatch(r"QT-2026-\d{6}", hearing.number)
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{6}", hearing.pass_code)
    assert hearing.type == "complaint"
    assert hearing.stage == "listen"


async def test_the_number_bears_the_year_it_is_at_the_organisation(desk_ledger: LedgerWorld) -> None:
    desk_ledger.now = desk_ledger.now.replace(year=2026, month=12, day=31, hour=17)
    assert (await desk_ledger.complains()).number.startswith("QT-2027-")


async def test_messages_gathered_for_one_turn_open_one_case_with_all_their_words(
    desk_ledger: LedgerWorld,
) -> None:
    conversation = await desk_ledger.conversation()
    for words in ("冰箱坏了", STORY):
        last = await desk_ledger.message(conversation, words)
    await desk_ledger.do(lambda session: gathering.bind(session, conversation))
    hearing = await desk_ledger.hear(last)
    assert hearing is not None
    assert hearing.narrative == f"冰箱坏了\n{STORY}"


async def test_small_talk_opens_nothing(desk_ledger: LedgerWorld) -> None:
    assert await desk_ledger.says(await desk_ledger.conversation(), "你好", CHAT) is None


async def test_what_nobody_wrote_cannot_be_heard(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(NoSuchMessage):
        await desk_ledger.hear(4711)


async def test_further_words_grow_the_case_instead_of_opening_another(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    first = await desk_ledger.says(conversation, "你们这破冰箱!!!", emotion=3)
    second = await desk_ledger.says(conversation, STORY, remedies=(Remedy.REFUND,), emotion=2)
    assert second.number == first.number
    assert not second.opened
    assert second.narrative == f"你们这破冰箱!!!\n{STORY}"
    assert second.remedies == ["refund"]


async def test_a_story_is_known_when_it_can_be_said_back(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    assert not (await desk_ledger.says(conversation, "你们这破冰箱!!!")).story_known
    assert (await desk_ledger.says(conversation, STORY)).story_known


async def test_an_english_story_is_measured_in_words(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains("My mother fell on your wet floor yesterday.")
    assert hearing.story_known


async def test_a_bare_phone_number_is_no_part_of_the_story(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, STORY)
    reach = ({"entity": "phone", "value": "+8613800000000"},)
    hearing = await desk_ledger.says(conversation, "13800000000", CHAT, entities=reach)
    assert hearing.narrative == STORY


async def test_the_emotion_trail_ends_with_this_message(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.message(conversation, "破冰箱", emotion=3)
    assert (await desk_ledger.says(conversation, STORY, emotion=2)).emotions == [3, 2]


async def test_a_better_category_replaces_other_and_brings_its_department(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    vague = await desk_ledger.says(conversation, category=Category.OTHER)
    clear = await desk_ledger.says(conversation, category=Category.MIS_SELLING)
    assert (vague.department, clear.department) == ("客户服务部", "销售部")
    assert clear.category == "mis_selling"


async def test_a_further_category_stands_beside_the_first(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await desk_ledger.says(conversation, category=Category.STAFF_ATTITUDE)
    case = await desk_ledger.case(hearing.number)
    assert case.category is Category.PRODUCT_QUALITY
    assert case.further_categories == ["staff_attitude"]


async def test_severity_only_rises(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    graver = await desk_ledger.says(conversation, signals=(Signal.INJURY_SAFETY,))
    calmer = await desk_ledger.says(conversation, emotion=0)
    assert graver.severity == calmer.severity == "severe"


async def test_the_matrix_names_the_department_in_the_customers_language(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains(language=Language.EN)
    assert hearing.department == "After-sales"


async def test_a_message_without_script_is_in_the_conversations_language(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains("???", language=None)
    assert (await desk_ledger.case(hearing.number)).language is Language.ZH_HANS


async def test_the_ledger_keeps_the_hash_of_the_words_and_not_the_words(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains("我叫张三,冰箱坏了")
    [_, _, heard, *_] = await desk_ledger.entries(hearing.number)
    assert heard.action == "case.heard"
    assert len(heard.after["text_sha256"]) == 64
    assert "张三" not in str([entry.after for entry in await desk_ledger.entries(hearing.number)])


async def test_a_second_matter_is_a_case_of_its_own(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    first = await desk_ledger.says(conversation)
    message = await desk_ledger.message(conversation, "另外,你们的发票也开错了")
    second = await desk_ledger.do(
        lambda session: cases.new_matter(
            session,
            message_id=message,
            heard=replace(COMPLAINT, category=Category.FEE_DISPUTE),
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert second.number != first.number
    assert second.opened
    assert (await desk_ledger.says(conversation, "发票金额不对")).number == second.number


async def test_one_message_may_open_two_cases_and_each_once(desk_ledger: LedgerWorld) -> None:
    message = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了,发票也开错了")
    first = await desk_ledger.hear(message)

    def again(session):
        return cases.new_matter(
            session, message_id=message, heard=COMPLAINT, policy=desk_ledger.policy, now=desk_ledger.now
        )

    second, repeated = await desk_ledger.do(again), await desk_ledger.do(again)
    assert first.number != second.number == repeated.number


async def test_the_owner_is_who_has_the_fewest_open_cases(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang", name="王芳"), await desk_ledger.staff("li", name="李强")
    await desk_ledger.on_duty("after_sales", wang, li)
    owners = [(await desk_ledger.complains()).owner for _ in range(4)]
    assert owners == ["王芳", "李强", "王芳", "李强"]


async def test_the_same_customer_keeps_the_same_person(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang", name="王芳"), await desk_ledger.staff("li", name="李强")
    await desk_ledger.on_duty("after_sales", wang, li)
    conversation = await desk_ledger.conversation()
    assert (await desk_ledger.says(conversation)).owner == "王芳"
    again = await desk_ledger.another_conversation(conversation)
    assert (await desk_ledger.says(again, category=Category.FEE_DISPUTE)).owner == "王芳"


async def test_with_nobody_on_duty_the_team_owns_it(desk_ledger: LedgerWorld) -> None:
    assert (await desk_ledger.complains()).owner is None


@pytest.mark.parametrize("words", ["王芳在电话里骂我", "your agent WANG shouted at me"])
async def test_who_is_complained_about_by_name_is_kept_off_the_case(
    desk_ledger: LedgerWorld, words: str
) -> None:
    wang, li = await desk_ledger.staff("wang", name="王芳"), await desk_ledger.staff("li", name="李强")
    await desk_ledger.on_duty("customer_service", wang, li)
    hearing = await desk_ledger.complains(words, category=Category.STAFF_ATTITUDE)
    assert hearing.owner == "李强"


async def test_who_is_complained_about_later_gives_the_case_up(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang", name="王芳"), await desk_ledger.staff("li", name="李强")
    await desk_ledger.on_duty("customer_service", wang, li)
    conversation = await desk_ledger.conversation()
    first = await desk_ledger.says(conversation, category=Category.STAFF_ATTITUDE)
    assert first.owner == "王芳"
    later = await desk_ledger.says(conversation, "就是王芳,笑我", category=Category.STAFF_ATTITUDE)
    assert later.owner == "李强"
    assert "case.assigned" in await desk_ledger.actions(later.number)


async def test_the_case_opens_with_a_first_response_clock(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    clock = await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE)
    length = desk_ledger.policy.clocks.first_response
    assert clock.due_at == working_time_after(desk_ledger.policy.calendar(), clock.started_at, length)
    assert hearing.due_at == clock.due_at.isoformat()


async def give(world: LedgerWorld, conversation: int, **contact: Any) -> None:
    message = await world.message(conversation, "13800001234")
    await world.do(lambda session: cases.give_contact(session, message_id=message, now=world.now, **contact))


async def test_a_given_contact_is_kept_with_consent_and_veiled_in_the_ledger(
    desk_ledger: LedgerWorld,
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    await give(desk_ledger, conversation, phone="+8613800001234")
    [customer] = await desk_ledger.all(select(Customer))
    assert customer.phone == "+8613800001234"
    assert customer.consented_at == desk_ledger.now
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert (entry.action, entry.after["given"]) == ("contact.given", {"phone": "…1234"})
    assert (await desk_ledger.says(conversation, "快点")).contact == "given"


async def test_contact_given_before_any_case_is_kept_too(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await give(desk_ledger, conversation, email="a@b.example")
    assert (await desk_ledger.says(conversation)).contact == "given"


async def test_refusing_a_contact_does_not_end_the_complaint(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation)
    message = await desk_ledger.message(conversation, "不留")
    await desk_ledger.do(
        lambda session: cases.refuse_contact(session, message_id=message, now=desk_ledger.now)
    )
    hearing = await desk_ledger.says(conversation, "就这里说")
    assert hearing.contact == "refused"
    assert hearing.status == "open"


async def test_an_empty_contact_is_none(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(Missing):
        await give(desk_ledger, await desk_ledger.conversation())


async def test_a_case_only_goes_forwards_through_its_stages(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    case = await desk_ledger.case(hearing.number)

    def enter(stage):
        return desk_ledger.do(
            lambda session: enter_stage(
                session, case=case, stage=stage, evidence_message_id=1, now=desk_ledger.now
            )
        )

    assert await enter(Stage.RESPOND)
    assert not await enter(Stage.RESPOND)
    assert not await enter(Stage.ACKNOWLEDGE)
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert entry.before == {"stage": "listen"}
    assert entry.after == {"stage": "respond", "message": 1}


async def status(world: LedgerWorld, conversation: int, **asked: Any) -> cases.CaseStatusView | None:
    return await world.do(lambda session: cases.status(session, conversation_id=conversation, **asked))


async def test_the_status_is_told_to_who_filed_the_case(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    view = await status(desk_ledger, await desk_ledger.another_conversation(conversation))
    assert (view.number, view.status, view.answered) == (hearing.number, "open", False)
    assert view.due_at == hearing.due_at


async def test_a_number_alone_opens_nothing(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    stranger = await desk_ledger.conversation()
    assert await status(desk_ledger, stranger) is None
    assert await status(desk_ledger, stranger, number=hearing.number) is None
    assert await status(desk_ledger, stranger, number=hearing.number, pass_code="AAAAAA") is None


async def test_number_and_pass_code_open_the_status_from_anywhere(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    stranger = await desk_ledger.conversation()
    asked = {"number": f" {hearing.number.lower()} ", "pass_code": hearing.pass_code.lower()}
    assert (await status(desk_ledger, stranger, **asked)).number == hearing.number


async def test_an_unknown_number_is_no_case(desk_ledger: LedgerWorld) -> None:
    assert await status(desk_ledger, await desk_ledger.conversation(), number="QT-2026-999999") is None
    with pytest.raises(NoSuchCase):
        await desk_ledger.do(lambda session: cases.case_numbered(session, "QT-2026-999999"))


async def test_a_withdrawn_case_is_closed_and_the_next_complaint_is_another(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    message = await desk_ledger.message(conversation, "算了不投诉了")
    number = await desk_ledger.do(
        lambda session: cases.withdraw(session, message_id=message, now=desk_ledger.now)
    )
    case = await desk_ledger.case(number)
    assert (case.status, case.stage) == (CaseStatus.WITHDRAWN, Stage.CLOSED)
    assert (await desk_ledger.clock(number, ClockKind.FIRST_RESPONSE)).stop_reason == "withdrawn"
    assert (await desk_ledger.says(conversation)).number != hearing.number


async def test_withdrawing_nothing_is_nothing(desk_ledger: LedgerWorld) -> None:
    message = await desk_ledger.message(await desk_ledger.conversation(), "算了")
    assert (
        await desk_ledger.do(lambda session: cases.withdraw(session, message_id=message, now=desk_ledger.now))
        is None
    )


async def test_a_contact_becomes_a_complaint_when_one_is_heard(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    journalist = Heard("introduce", 0.9, Language.ZH_HANS, Kind.OTHER, None, (Signal.SPECIAL_IDENTITY,))
    contact = await desk_ledger.says(conversation, "我是晚报记者", journalist)
    assert (contact.type, contact.department) == ("contact", "品牌运营部")
    complaint = await desk_ledger.says(conversation, "我家冰箱也坏了")
    assert complaint.number == contact.number
    assert complaint.department == "售后部"
    assert (await desk_ledger.case(contact.number)).type is CaseType.COMPLAINT


async def test_who_knows_the_pass_code_goes_on_with_the_case_in_another_conversation(
    desk_ledger: LedgerWorld,
) -> None:
    hearing = await desk_ledger.complains()
    elsewhere = await desk_ledger.conversation()
    for _ in range(2):
        await link(desk_ledger, elsewhere, hearing.number, hearing.pass_code.lower())
    grown = await desk_ledger.says(elsewhere, "工号是 2231")
    assert (grown.number, grown.opened) == (hearing.number, False)
    assert "工号是 2231" in grown.narrative
    assert (await desk_ledger.actions(hearing.number)).count("case.linked") == 1


async def test_a_number_alone_links_nothing(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    elsewhere = await desk_ledger.conversation()
    await link(desk_ledger, elsewhere, hearing.number, None)
    assert (await desk_ledger.says(elsewhere, "电费多扣了")).number != hearing.number


async def link(world: LedgerWorld, conversation: int, number: str, pass_code: str | None) -> bool:
    return await world.do(
        lambda session: cases.link(
            session, conversation_id=conversation, number=number, pass_code=pass_code, now=world.now
        )
    )
