"""Item 9: a journalist's form fills itself, is verified, and answered by the spokesperson alone."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import Missing, NotThisStep
from ledger.models import Form, Notice, Staff
from ledger.services import callbacks, forms, undercover
from ledger.undercover import bears_a_sign
from ledger.views.forms import FormDetail, form, open_forms
from ledger.vocabulary import CaseType, ClockKind, FactKind, Kind, NoticeKind, Role, Signal, Stage, Way
from tests.ledger_world import COMPLAINT, LedgerWorld
from tests.unit.test_undercover import CUSTOMERS, REPORTERS

PRESS = (Signal.SPECIAL_IDENTITY, Signal.MEDIA_THREAT)
FACTS = tuple(
    {"entity": kind, "value": value, "said": value}
    for kind, value in (
        (FactKind.PERSON, "陈立"),
        (FactKind.OUTLET, "南方都市报"),
        (FactKind.COLUMN, "消费维权"),
        (FactKind.PRESS_CARD, "K44012345678901"),
    )
)
INTRODUCED = {"signals": PRESS, "kind": Kind.OTHER, "category": None, "intent": "out_of_scope"}


@pytest.fixture
async def spokesperson(desk_ledger: LedgerWorld) -> Staff:
    staff = await desk_ledger.staff("chen")
    await desk_ledger.on_duty("brand_operations", staff)
    return staff


@pytest.fixture
async def head(desk_ledger: LedgerWorld) -> Staff:
    staff = await desk_ledger.staff("hq", role=Role.SUPERVISOR)
    await desk_ledger.on_duty("headquarters", staff)
    return staff


async def journalist(world: LedgerWorld) -> FormDetail:
    (line,) = await world.do(lambda session: open_forms(session, "journalist"))
    found = await world.do(lambda session: form(session, line.number))
    assert found is not None
    return found


async def takes(world: LedgerWorld, step: str, staff: Staff, reason: str = "", **entered: Any) -> None:
    number = (await journalist(world)).line.number
    await world.do(
        lambda session: forms.take_step(
            session,
            number=number,
            step=step,
            staff=staff,
            policy=world.policy,
            now=world.now,
            entered=entered,
            reason=reason,
        )
    )


async def told_of_forms(world: LedgerWorld) -> set[int]:
    told = select(Notice.staff_id).where(Notice.kind == NoticeKind.FORM, Notice.way == Way.CONSOLE)
    return set(await world.all(told.where(Notice.round.startswith("form:JZ"))))


async def asks(world: LedgerWorld, messages: list[str], conversation: int | None = None) -> int:
    """Somebody asks, a message a turn; after each the desk looks, if there is reason to."""
    conversation = conversation or await world.conversation()
    for words in messages:
        await world.message(conversation, words)
        if bears_a_sign(words):
            await world.do(
                lambda session: undercover.watch(
                    session, conversation_id=conversation, policy=world.policy, now=world.now
                )
            )
    return conversation


async def test_who_they_are_is_taken_from_what_was_heard_and_reported_up_at_once(
    desk_ledger, spokesperson, head
):
    await desk_ledger.complains("我是南方都市报记者陈立", entities=FACTS, **INTRODUCED)
    found = await journalist(desk_ledger)
    assert found.line.number.startswith("JZ-2026-")
    assert {name: found.values[name] for name in ("name", "outlet", "column", "press_card")} == {
        "name": "陈立",
        "outlet": "南方都市报",
        "column": "消费维权",
        "press_card": "K44012345678901",
    }
    assert found.entered == frozenset()
    assert await told_of_forms(desk_ledger) == {spokesperson.id, head.id}


async def test_the_spokesperson_is_called_and_the_desk_has_one_sentence(desk_ledger, spokesperson):
    conversation = await desk_ledger.conversation()
    message = await desk_ledger.message(conversation, "我是记者")
    hearing = await desk_ledger.hear(message, replace(COMPLAINT, **INTRODUCED))
    await desk_ledger.do(
        lambda session: callbacks.have_spokesperson_call(
            session, message_id=message, policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    assert hearing.type == CaseType.CONTACT
    assert (await desk_ledger.clock(hearing.number, ClockKind.PROMISED_CALL)).task_id is not None
    assert all(desk_ledger.policy.press.holding_statement.values())


async def test_nobody_is_verified_before_card_and_outlet_were_checked(desk_ledger, spokesperson):
    await desk_ledger.complains(entities=FACTS, **INTRODUCED)
    with pytest.raises(Missing, match="card_checked, called_back"):
        await takes(desk_ledger, "verify", spokesperson)
    with pytest.raises(NotThisStep):
        await takes(desk_ledger, "answer", spokesperson, by="陈", answer="……")
    number = (await journalist(desk_ledger)).line.number
    await desk_ledger.do(
        lambda session: forms.fill(
            session,
            number=number,
            filled={"card_checked": True, "called_back": True},
            staff=spokesperson,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    await takes(desk_ledger, "verify", spokesperson)
    await takes(desk_ledger, "answer", spokesperson, by="陈", answer="同批次已停售")
    assert (await journalist(desk_ledger)).line.state == "answered"
    await takes(desk_ledger, "close", spokesperson, published="照实刊登")
    assert await desk_ledger.do(lambda session: open_forms(session, "journalist")) == []


async def test_an_authority_is_no_journalist(desk_ledger):
    authority = {"entity": FactKind.AUTHORITY, "value": "市场监督管理局", "said": "市场监管局"}
    await desk_ledger.complains(
        **{**INTRODUCED, "signals": (Signal.SPECIAL_IDENTITY,)}, entities=(authority,)
    )
    assert await desk_ledger.do(lambda session: open_forms(session, "journalist")) == []


@pytest.mark.parametrize("script", REPORTERS)
async def test_a_likely_undercover_interview_is_flagged_with_its_signs_and_the_spokesperson_told(
    desk_ledger, spokesperson, head, script
):
    conversation = await asks(desk_ledger, REPORTERS[script])
    found = await journalist(desk_ledger)
    assert found.values["likely_undercover"] is True
    assert len(found.values["signs"]) >= 3
    assert (found.values["conversation"], found.line.case) == (conversation, None)
    assert await told_of_forms(desk_ledger) == {spokesperson.id, head.id}
    await asks(desk_ledger, REPORTERS[script], conversation)
    assert len(await desk_ledger.all(select(Form).where(Form.kind == "journalist"))) == 1


@pytest.mark.parametrize("who", CUSTOMERS)
async def test_a_customer_who_asks_much_is_not_flagged(desk_ledger, who):
    await asks(desk_ledger, CUSTOMERS[who])
    assert await desk_ledger.all(select(Form)) == []


async def test_who_is_suspected_is_served_like_anybody(desk_ledger, spokesperson):
    conversation = await desk_ledger.conversation()
    before = await desk_ledger.says(conversation, "冰箱坏了")
    await asks(desk_ledger, REPORTERS["zh-Hans"], conversation)
    assert (await journalist(desk_ledger)).line.case == before.number
    after = await desk_ledger.says(conversation, "冰箱还是坏的")
    same = ("number", "type", "stage", "severity", "special", "reasons", "due_at", "owner")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


async def test_who_only_asked_is_not_asked_how_content_they_are_and_the_contact_is_closed(
    desk_ledger, spokesperson, head
):
    number = (await desk_ledger.complains("我是南方都市报记者陈立", entities=FACTS, **INTRODUCED)).number
    case = await desk_ledger.resolve(number, spokesperson)
    assert (case.type, case.stage) == (CaseType.CONTACT, Stage.CLOSED)
    assert await desk_ledger.clocks(number, ClockKind.REVISIT) == []
