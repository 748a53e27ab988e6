"""Item 18, the customer register (客户档案, playbook C7): who a customer is, kept with consent, by need."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import (
    AlreadyOnePerson,
    BadLines,
    Missing,
    NoSuchCustomer,
    NotAllowed,
    StillOpen,
)
from ledger.models import Case, Customer, Fact, Identity, Message, Staff
from ledger.services import cases, erasing, forms, register, register_file, secrecy
from ledger.services.cases import Hearing
from ledger.views import customers
from ledger.views.customers import CustomerRow
from ledger.vocabulary import Category, FactKind, Role, SecretGrade, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

PHONE = "+8613800001234"
HEADER = "name,phone,email,language,consent\n"


async def customer_of(desk: LedgerWorld, number: str) -> int:
    return (await desk.case(number)).customer_id


async def gives(desk: LedgerWorld, conversation: int, words: str = "我叫张三丰,13800001234") -> None:
    message = await desk.message(conversation, words)
    await desk.do(
        lambda session: cases.give_contact(
            session, message_id=message, phone=PHONE, name="张三丰", now=desk.now
        )
    )


async def link(desk: LedgerWorld, one: int, other: int, staff: Staff, reason: str = "同一个电话") -> None:
    await desk.do(
        lambda session: register.link(
            session, customer_id=one, other_id=other, reason=reason, staff=staff, now=desk.now
        )
    )


async def entered(desk: LedgerWorld, staff: Staff, *, consented: bool = True) -> int:
    """Somebody calls; the customer's id."""
    case = await desk.do(
        lambda session: cases.enter_by_staff(
            session, staff=staff, channel="phone", narrative="洗衣机漏水", category=Category.PRODUCT_QUALITY,
            phone="13800001234", name="张三丰", consented=consented, policy=desk.policy, now=desk.now,
        )
    )  # fmt: skip
    return case.customer_id


async def person(desk: LedgerWorld, customer_id: int) -> customers.CustomerDetail:
    lead = Staff(id=0, role=Role.SUPERVISOR, on_duty=False)

    async def read(session: AsyncSession) -> customers.CustomerDetail | None:
        reader = await secrecy.reader_of(session, lead)
        return await customers.person(session, customer_id, reader=reader)

    found = await desk.do(read)
    assert found
    return found


async def reads(desk: LedgerWorld, customer_id: int, staff: Staff) -> None:
    await desk.do(lambda session: register.view(session, customer_id=customer_id, staff=staff, now=desk.now))


# Who the customer is, kept with consent: contacts, history and outcomes, marks and their reasons


async def test_one_page_holds_contacts_cases_outcomes_and_marks_with_their_reasons(
    desk_ledger: LedgerWorld,
) -> None:
    wang = await desk_ledger.staff("wang", name="王芳")
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, "我要找记者", signals=(Signal.MEDIA_THREAT,))
    assert hearing
    await gives(desk_ledger, conversation)
    await desk_ledger.do(
        lambda session: forms.open_form(
            session,
            kind="conduct",
            number=hearing.number,
            staff=wang,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
            filled={"kind": "malicious", "evidence": "同一张发票三次"},
        )
    )
    await desk_ledger.resolve(hearing.number, wang)
    found = await person(desk_ledger, await customer_of(desk_ledger, hearing.number))
    [row] = found.members
    [case] = found.cases
    assert (row.name, row.phone, row.consented) == ("张三丰", PHONE, True)
    assert (case.number, case.outcome, case.remedy) == (hearing.number, "换了新机", "replacement")
    assert [reason["code"] for reason in case.reasons] == ["media_threat"]
    evidence = {mark.kind: mark.filled.get("evidence") for mark in case.marks}
    assert evidence["conduct"] == "同一张发票三次"
    assert [address.channel for address in found.addresses] == ["web"]


async def test_what_was_not_agreed_to_is_not_kept(desk_ledger: LedgerWorld) -> None:
    staff = await desk_ledger.staff("wang")
    found = await person(desk_ledger, await entered(desk_ledger, staff, consented=False))
    [row] = found.members
    assert (row.name, row.phone, row.consented) == (None, None, False)
    assert PHONE not in [one.address for one in await desk_ledger.all(select(Identity))]


# Shared between departments by need, and every reading on record


async def test_an_agent_reads_a_customer_of_their_own_or_their_departments_cases_only(
    desk_ledger: LedgerWorld,
) -> None:
    owner, colleague = await desk_ledger.staff("owner"), await desk_ledger.staff("colleague")
    stranger = await desk_ledger.staff("stranger", department="sales")
    member = await desk_ledger.staff("member", department="after_sales")
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)
    await desk_ledger.on_duty("after_sales", owner, colleague)
    hearing: Hearing = await desk_ledger.complains()
    customer_id = await customer_of(desk_ledger, hearing.number)
    for reader in (owner, colleague, member, lead):
        await reads(desk_ledger, customer_id, reader)
    with pytest.raises(NotAllowed):
        await reads(desk_ledger, customer_id, stranger)
    entries = [one for one in await desk_ledger.entries("desk") if one.action == "customer.viewed"]
    assert [one.actor for one in entries] == ["owner", "colleague", "member", "lead"]
    assert entries[0].after == {"customer": customer_id}
    found = [await found_by(desk_ledger, who) for who in (owner, stranger)]
    assert [[row.id for row in rows] for rows in found] == [[customer_id], []]


async def test_who_is_known_by_secret_cases_alone_is_known_to_those_alone_who_may_read_one(
    desk_ledger: LedgerWorld,
) -> None:
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)
    hearing = await desk_ledger.complains()
    customer_id = await customer_of(desk_ledger, hearing.number)

    async def graded(grade: SecretGrade) -> None:
        async with desk_ledger.database.transaction() as session:
            case = await session.scalar(select(Case).where(Case.number == hearing.number))
            assert case
            case.secret_grade = grade

    assert [row.id for row in await found_by(desk_ledger, lead)] == [customer_id]
    await graded(SecretGrade.CONFIDENTIAL)
    await reads(desk_ledger, customer_id, lead)
    assert await found_by(desk_ledger, lead) == []
    await graded(SecretGrade.SECRET)
    with pytest.raises(NotAllowed):
        await reads(desk_ledger, customer_id, lead)
    assert await found_by(desk_ledger, lead) == []


async def found_by(desk: LedgerWorld, staff: Staff, words: str = "") -> list[CustomerRow]:
    return await desk.do(lambda session: customers.search(session, words=words, staff=staff))


@pytest.mark.parametrize("words", ["三丰", "0001234", "number"])
async def test_a_customer_is_found_by_name_phone_and_number(desk_ledger: LedgerWorld, words: str) -> None:
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    assert hearing
    await desk_ledger.complains()
    await gives(desk_ledger, conversation)
    asked = hearing.number if words == "number" else words
    rows = await found_by(desk_ledger, lead, asked)
    assert [row.cases for row in rows] == [(hearing.number,)]


async def test_nobody_is_found_who_is_not_there(desk_ledger: LedgerWorld) -> None:
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)
    with pytest.raises(NoSuchCustomer):
        await reads(desk_ledger, 404, lead)

    async def read(session: AsyncSession) -> customers.CustomerDetail | None:
        reader = await secrecy.reader_of(session, lead)
        return await customers.person(session, 404, reader=reader)

    assert await desk_ledger.do(read) is None


# Across channels: linked, and told apart again


async def test_two_customers_of_one_phone_are_shown_as_alike_and_linked_by_a_supervisor_with_a_reason(
    desk_ledger: LedgerWorld,
) -> None:
    agent, lead = await desk_ledger.staff("agent"), await desk_ledger.staff("lead", Role.SUPERVISOR)
    called = await entered(desk_ledger, agent)
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    assert hearing
    await gives(desk_ledger, conversation)
    wrote = await customer_of(desk_ledger, hearing.number)
    assert [row.id for row in (await person(desk_ledger, wrote)).alike] == [called]
    with pytest.raises(NotAllowed):
        await link(desk_ledger, wrote, called, agent)
    with pytest.raises(Missing):
        await link(desk_ledger, wrote, called, lead, " ")
    await link(desk_ledger, wrote, called, lead)
    found = await person(desk_ledger, wrote)
    assert ([row.id for row in found.members], len(found.cases), found.alike) == ([called, wrote], 2, [])
    with pytest.raises(AlreadyOnePerson):
        await link(desk_ledger, called, wrote, lead)
    entry = (await desk_ledger.entries("desk"))[-1]
    assert (entry.action, entry.reason, entry.after) == (
        "customer.linked", "同一个电话", {"customer": wrote, "with": called},
    )  # fmt: skip


async def test_what_was_linked_is_told_apart_again_and_nothing_was_moved(desk_ledger: LedgerWorld) -> None:
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)
    ids = [await customer_of(desk_ledger, (await desk_ledger.complains()).number) for _ in range(3)]
    await link(desk_ledger, ids[0], ids[1], lead)
    await link(desk_ledger, ids[1], ids[2], lead)
    assert len((await person(desk_ledger, ids[2])).members) == 3
    for one, left in ((ids[0], 2), (ids[1], 1)):
        await desk_ledger.do(
            lambda session, one=one: register.separate(
                session, customer_id=one, reason="不是一个人", staff=lead, now=desk_ledger.now
            )
        )
        assert len((await person(desk_ledger, one)).cases) == 1
        assert len((await person(desk_ledger, ids[2])).members) == left
    with pytest.raises(AlreadyOnePerson):
        await desk_ledger.do(
            lambda session: register.separate(
                session, customer_id=ids[2], reason="x", staff=lead, now=desk_ledger.now
            )
        )


# Nobody is asked twice


async def test_the_assistant_knows_the_contact_of_an_earlier_case(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation)
    await gives(desk_ledger, conversation)
    again = await desk_ledger.says(await desk_ledger.another_conversation(conversation))
    assert again
    assert again.contact == "given"


async def test_a_contact_given_on_another_channel_is_known_once_they_are_one_person(
    desk_ledger: LedgerWorld,
) -> None:
    agent, lead = await desk_ledger.staff("agent"), await desk_ledger.staff("lead", Role.SUPERVISOR)
    called = await entered(desk_ledger, agent)
    conversation = await desk_ledger.conversation("telegram")
    first = await desk_ledger.says(conversation)
    assert first
    assert first.contact == "unknown"
    await link(desk_ledger, called, await customer_of(desk_ledger, first.number), lead)
    then = await desk_ledger.says(conversation, "快点")
    assert then
    assert then.contact == "given"


async def test_one_person_on_two_channels_meets_the_same_member_of_staff(desk_ledger: LedgerWorld) -> None:
    agent, lead = await desk_ledger.staff("agent"), await desk_ledger.staff("lead", Role.SUPERVISOR)
    await desk_ledger.on_duty("after_sales", lead)
    called = await entered(desk_ledger, agent)
    conversation = await desk_ledger.conversation("telegram")
    first = await desk_ledger.says(conversation)
    assert first
    await link(desk_ledger, called, await customer_of(desk_ledger, first.number), lead)
    await desk_ledger.resolve(first.number, agent)
    again = await desk_ledger.says(await desk_ledger.another_conversation(conversation))
    assert again
    assert (first.owner, again.owner) == ("lead", "lead")


# Erased on request


async def test_erasing_removes_who_they_are_everywhere_and_keeps_the_case(desk_ledger: LedgerWorld) -> None:
    agent, lead = await desk_ledger.staff("agent"), await desk_ledger.staff("lead", Role.SUPERVISOR)
    called = await entered(desk_ledger, agent)
    conversation = await desk_ledger.conversation()
    words = "我叫张三丰,电话13800001234,经理李四骂我"
    named = ({"entity": "person", "value": "李四", "said": "李四"},)
    hearing = await desk_ledger.says(conversation, words, replace(COMPLAINT, entities=named))
    assert hearing
    await gives(desk_ledger, conversation)
    wrote = await customer_of(desk_ledger, hearing.number)
    await link(desk_ledger, wrote, called, lead)

    async def erase(staff: Staff, reason: str = "本人要求") -> None:
        await desk_ledger.do(
            lambda session: erasing.erase(
                session, customer_id=wrote, reason=reason, staff=staff, now=desk_ledger.now
            )
        )

    with pytest.raises(NotAllowed):
        await erase(agent)
    with pytest.raises(StillOpen):
        await erase(lead)
    for number in [case.number for case in (await person(desk_ledger, wrote)).cases]:
        await desk_ledger.resolve(number, agent)
    await erase(lead)
    rows = await desk_ledger.all(select(Customer))
    assert [(row.name, row.phone, row.email, row.consented_at) for row in rows] == [(None,) * 4] * 2
    assert all(row.erased_at == desk_ledger.now for row in rows)
    kept = [one.text for one in await desk_ledger.all(select(Message))]
    kept += [one.address for one in await desk_ledger.all(select(Identity))]
    kept += [fact.said for fact in await desk_ledger.all(select(Fact)) if fact.kind is FactKind.PERSON]
    kept += [(await desk_ledger.case(hearing.number)).narrative]
    kept += [str(entry.after) for entry in await desk_ledger.entries("desk")]
    assert not [text for text in kept for word in ("张三丰", "13800001234", "李四") if word in text]
    assert (await desk_ledger.case(hearing.number)).outcome == "换了新机"
    assert (await desk_ledger.entries("desk"))[-1].action == "customer.erased"


# Taken over from a file


async def take(desk: LedgerWorld, text: str) -> register_file.Imported:
    return await desk.do(
        lambda session: register_file.import_customers(
            session, text=text, by=None, policy=desk.policy, now=desk.now
        )
    )


async def test_a_file_brings_customers_with_their_consent_and_names_every_line_it_leaves_out(
    desk_ledger: LedgerWorld,
) -> None:
    lines = [
        "陈小姐,13800001234,,zh-Hant,yes",
        "无同意,13800005678,,,no",
        "没电话,,,,yes",
        "Bad,12,,en,yes",
        "Bad,,no address,en,yes",
        "Bad,13800009999,,fr,yes",
        "Ann,,ann@example.com,en,同意",
    ]
    taken = await take(desk_ledger, HEADER + "\n".join(lines))
    assert (taken.new, taken.known) == (2, 0)
    assert taken.faults == ((3, "consent"), (4, "contact"), (5, "phone"), (6, "email"), (7, "language"))
    assert (await take(desk_ledger, HEADER + "陈美玲,13800001234,,zh-Hant,yes")).known == 1
    found = await desk_ledger.all(select(Customer).order_by(Customer.id))
    assert [(one.name, one.phone, one.email) for one in found] == [
        ("陈美玲", PHONE, None),
        ("Ann", None, "ann@example.com"),
    ]
    entry = (await desk_ledger.entries("desk"))[-1]
    assert (entry.action, entry.after) == ("customer.imported", {"new": 0, "known": 1, "left_out": 0})


async def test_who_was_imported_is_the_same_customer_when_they_call(desk_ledger: LedgerWorld) -> None:
    await take(desk_ledger, HEADER + "张三丰,138 0000 1234,,,yes")
    [known] = await desk_ledger.all(select(Customer))
    assert await entered(desk_ledger, await desk_ledger.staff("agent")) == known.id


async def test_a_file_without_its_columns_is_refused_whole(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(BadLines) as refused:
        await take(desk_ledger, "name,phone\n张,13800001234\n")
    assert refused.value.faults == ((1, "column:email"), (1, "column:language"), (1, "column:consent"))
