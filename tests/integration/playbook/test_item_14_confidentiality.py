"""Item 14 (playbook C6): who may read what, who speaks, who looked, what leaked; and that audits can tell."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, select, update

from bot import api
from ledger import errors
from ledger.errors import AlreadyGraded, Missing, NeedToKnow, NotAllowed, SecondPerson
from ledger.form_book import book
from ledger.handoff import LineHeld
from ledger.models import Case, Entry, Form, Message, SignIn, Staff, View
from ledger.services import (
    access,
    auditing,
    cases,
    clocks,
    departments,
    forms,
    handoff,
    log_keeping,
    secrecy,
    secret_grades,
    single_line,
)
from ledger.services.entries import verify
from ledger.views import complaints as lists
from ledger.views import queue as queues
from ledger.views.audits import FOUND, looks_at
from ledger.views.complaints import Wanted
from ledger.views.confidence import confidence
from ledger.views.transcripts import Filters, transcripts
from ledger.vocabulary import Category, ClockKind, Risk, Role, SecretGrade, Signal, SignInKind
from tests.ledger_world import LedgerWorld
from tests.served_desk import PASSWORD, ServedDesk

WORDS = "玳瑁匣"
NAME = "欧阳砚秋"
PHONE = "13911112222"
REASON = "涉及商业秘密"


@dataclass
class People:
    """Who works here: an owner, a stranger, two supervisors, the head of headquarters."""

    owner: Staff
    stranger: Staff
    supervisor: Staff
    second: Staff
    chief: Staff


@pytest.fixture
async def people(desk_ledger: LedgerWorld) -> People:
    world = desk_ledger
    found = People(
        owner=await world.staff("wang", name="王芳"),
        stranger=await world.staff("chen", name="陈杰"),
        supervisor=await world.staff("li", Role.SUPERVISOR, name="李霞"),
        second=await world.staff("zhao", Role.SUPERVISOR, name="赵明"),
        chief=await world.staff("sun", name="孙总"),
    )
    await world.do(
        lambda session: departments.set_head(
            session, key="headquarters", head=found.chief, by=None, now=world.now
        )
    )
    return found


async def a_case(world: LedgerWorld, owner: Staff | None, words: str = WORDS, **differs: Any) -> Case:
    hearing = await world.complains(words, **differs)
    owner_id = owner.id if owner else None
    await world.do(
        lambda session: session.execute(
            update(Case).where(Case.number == hearing.number).values(owner_id=owner_id)
        )
    )
    return await world.case(hearing.number)


async def grade(world: LedgerWorld, case: Case, to: SecretGrade, by: Staff) -> None:
    await world.do(
        lambda session: secret_grades.grade(
            session, number=case.number, grade=to, reason=REASON, staff=by, policy=world.policy, now=world.now
        )
    )


async def opens(world: LedgerWorld, case: Case, staff: Staff) -> bool:
    """Whether somebody gets in."""
    try:
        await world.do(
            lambda session: secrecy.open_case(
                session, number=case.number, staff=staff, policy=world.policy, now=world.now
            )
        )
    except NeedToKnow:
        return False
    return True


async def conversation_of(world: LedgerWorld, case: Case) -> int:
    said = await world.all(select(Message.conversation_id).order_by(Message.id.desc()).limit(1))
    return int(said[0])


# Secret grades on cases and on single entries.


async def test_nothing_is_graded_but_what_the_rule_says(desk_ledger: LedgerWorld, people: People) -> None:
    plain = await a_case(desk_ledger, people.owner)
    leak = await a_case(desk_ledger, people.owner, category=Category.PRIVACY_LEAK)
    later = await a_case(desk_ledger, people.owner, further=(Category.PRIVACY_LEAK,))
    assert (plain.secret_grade, leak.secret_grade) == (None, SecretGrade.CONFIDENTIAL)
    assert later.secret_grade is SecretGrade.CONFIDENTIAL
    assert "secrecy.graded" in await desk_ledger.actions(leak.number)
    assert await opens(desk_ledger, plain, people.stranger)


async def test_a_supervisor_grades_with_a_reason_and_it_is_in_the_ledger(
    desk_ledger: LedgerWorld, people: People
) -> None:
    case = await a_case(desk_ledger, people.owner)
    with pytest.raises(NotAllowed):
        await grade(desk_ledger, case, SecretGrade.SECRET, people.owner)
    await grade(desk_ledger, case, SecretGrade.SECRET, people.supervisor)
    [entry] = [one for one in await desk_ledger.entries(case.number) if one.action == "secrecy.graded"]
    assert (entry.actor, entry.reason) == ("li", REASON)
    assert entry.after == {"secret_grade": "secret"}
    with pytest.raises(AlreadyGraded):
        await grade(desk_ledger, case, SecretGrade.CONFIDENTIAL, people.supervisor)


async def test_lowering_takes_a_second_person(desk_ledger: LedgerWorld, people: People) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    await grade(world, case, SecretGrade.CONFIDENTIAL, people.supervisor)

    def ask(reason: str) -> Any:
        return world.do(
            lambda session: secret_grades.ask_lowering(
                session, number=case.number, grade=None, reason=reason, staff=people.supervisor, now=world.now
            )
        )

    def decide(by: Staff, agreed: bool = True) -> Any:
        return world.do(
            lambda session: secret_grades.decide_lowering(
                session, number=case.number, agreed=agreed, reason="同意", staff=by, now=world.now
            )
        )

    with pytest.raises(Missing):
        await ask(" ")
    await ask("已公开")
    assert (await world.case(case.number)).secret_grade is SecretGrade.CONFIDENTIAL
    with pytest.raises(SecondPerson):
        await decide(people.supervisor)
    await decide(people.second, agreed=False)
    assert (await world.case(case.number)).secret_grade is SecretGrade.CONFIDENTIAL
    await ask("已公开")
    await decide(people.second)
    assert (await world.case(case.number)).secret_grade is None
    assert (await world.actions(case.number))[-1] == "secrecy.lowered"
    assert await opens(world, case, people.stranger)


async def test_a_single_entry_is_graded_beside_its_hash(desk_ledger: LedgerWorld, people: People) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    await world.do(
        lambda session: cases.progress(
            session, number=case.number, text=WORDS, staff=people.owner, policy=world.policy, now=world.now
        )
    )
    told = next(one for one in await world.entries(case.number) if one.action == "case.progress")
    await world.do(
        lambda session: secret_grades.grade_entry(
            session,
            number=case.number,
            position=told.position,
            grade=SecretGrade.SECRET,
            reason=REASON,
            staff=people.supervisor,
            now=world.now,
        )
    )

    async def read_by(staff: Staff) -> lists.EntryLine:
        async def read(session: Any) -> list[lists.EntryLine]:
            permit = await secrecy.permit_for(session, number=case.number, staff=staff)
            return await lists.entries_of(session, case.id, permit)

        return next(line for line in await world.do(read) if line.position == told.position)

    closed, open_one = await read_by(people.owner), await read_by(people.supervisor)
    assert closed.sealed
    assert WORDS not in str(closed)
    assert (closed.hash, closed.grade) == (told.hash, SecretGrade.SECRET)
    assert not open_one.sealed
    assert WORDS in str(open_one)
    assert (await world.all(select(Entry.hash).where(Entry.id == told.id))) == [told.hash]
    assert await world.do(verify) is None


# Need-to-know.


async def test_a_confidential_case_is_for_those_who_have_to_do_with_it(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world = desk_ledger
    head, duty = await world.staff("he"), await world.staff("du")
    case = await a_case(world, people.owner, category=Category.PRIVACY_LEAK)
    await world.do(
        lambda session: departments.set_head(session, key="technology", head=head, by=None, now=world.now)
    )
    await world.on_duty("technology", duty)
    may = [people.owner, people.supervisor, people.chief, head]
    assert [await opens(world, case, one) for one in may] == [True] * 4
    assert not await opens(world, case, people.stranger)
    assert not await opens(world, case, duty)


async def test_who_is_on_duty_reads_a_case_nobody_owns(desk_ledger: LedgerWorld, people: People) -> None:
    duty = await desk_ledger.staff("du")
    await desk_ledger.on_duty("technology", duty)
    case = await a_case(desk_ledger, None, category=Category.PRIVACY_LEAK)
    assert await opens(desk_ledger, case, duty)
    assert not await opens(desk_ledger, case, people.stranger)


async def test_headquarters_duty_reads_while_its_clock_runs(desk_ledger: LedgerWorld, people: People) -> None:
    world, duty = desk_ledger, await desk_ledger.staff("duty")
    await world.on_duty("headquarters", duty)
    threat = {"category": Category.PRIVACY_LEAK, "signals": (Signal.MEDIA_THREAT,)}
    case = await a_case(world, people.owner, **threat)
    assert await opens(world, case, duty)
    await world.do(lambda session: clocks.acknowledge(session, number=case.number, staff=duty, now=world.now))
    assert not await opens(world, case, duty)


@pytest.mark.parametrize("to", [SecretGrade.SECRET, SecretGrade.TOP_SECRET])
async def test_the_upper_grades_are_for_named_readers_and_headquarters_head(
    desk_ledger: LedgerWorld, people: People, to: SecretGrade
) -> None:
    case = await a_case(desk_ledger, people.owner)
    await grade(desk_ledger, case, to, people.supervisor)
    assert await opens(desk_ledger, case, people.chief)
    assert await opens(desk_ledger, case, people.owner)
    assert not await opens(desk_ledger, case, people.second)
    readers = (await desk_ledger.do(lambda session: confidence(session, case.id))).readers
    assert [(one.name, one.by, one.why) for one in readers] == [
        ("李霞", "李霞", REASON),
        ("王芳", "李霞", REASON),
    ]


async def test_who_is_refused_hears_whom_to_ask_and_is_let_in_by_them(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    await grade(world, case, SecretGrade.SECRET, people.supervisor)
    with pytest.raises(NeedToKnow) as refused:
        await world.do(lambda session: secrecy.permit_for(session, number=case.number, staff=people.stranger))
    assert refused.value.ask == ("王芳", "孙总")
    asked = await world.do(
        lambda session: access.ask(
            session, number=case.number, staff=people.stranger, policy=world.policy, now=world.now
        )
    )
    assert {who for kind, who, _ in await world.told() if kind == "access_asked"} == {"wang", "sun"}

    def decide(by: Staff, reason: str) -> Awaitable[Any]:
        return world.do(
            lambda session: access.decide(
                session,
                number=case.number,
                access_id=asked.id,
                granted=True,
                reason=reason,
                staff=by,
                now=world.now,
            )
        )

    with pytest.raises(NeedToKnow):
        await decide(people.stranger, "我要看")
    with pytest.raises(Missing):
        await decide(people.owner, "")
    await decide(people.owner, "协助核查")
    assert await opens(world, case, people.stranger)
    await world.do(
        lambda session: access.end(
            session,
            number=case.number,
            access_id=asked.id,
            reason="已办完",
            staff=people.owner,
            now=world.now,
        )
    )
    assert not await opens(world, case, people.stranger)


async def test_lists_tell_a_graded_case_by_number_grade_and_countdown_alone(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world = desk_ledger
    case = await a_case(world, people.owner, category=Category.PRIVACY_LEAK)
    conversation = await conversation_of(world, case)
    await world.do(
        lambda session: handoff.ask_for_human(
            session,
            conversation_id=conversation,
            reason="customer_asked",
            policy=world.policy,
            now=world.now,
        )
    )
    board = await world.do(lambda session: queues.queue(session, now=world.now))
    [row], [talk] = board.cases, board.conversations
    assert (row.number, row.secret_grade) == (case.number, SecretGrade.CONFIDENTIAL)
    assert row.running
    assert not row.snippet
    assert row.category is None
    assert WORDS not in f"{board}"
    assert (talk.secret_grade, talk.words) == (SecretGrade.CONFIDENTIAL, "")


@pytest.mark.parametrize(("who", "found"), [("stranger", False), ("supervisor", True), (None, False)])
async def test_searching_for_words_does_not_tell_where_they_stand(
    desk_ledger: LedgerWorld, people: People, who: str | None, found: bool
) -> None:
    world = desk_ledger
    case = await a_case(world, people.owner, category=Category.PRIVACY_LEAK)

    async def look(session: Any) -> tuple[int, int, int]:
        reader = await secrecy.reader_of(session, getattr(people, who)) if who else None
        by_words = await lists.complaints(session, Wanted(q=WORDS, reader=reader))
        by_kind = await lists.complaints(session, Wanted(category=Category.PRIVACY_LEAK, reader=reader))
        talks = await transcripts(session, Filters(words=WORDS, reader=reader))
        assert WORDS not in f"{by_words}{by_kind}{talks}"
        assert len((await lists.complaints(session, Wanted(q=case.number))).items) == 1
        assert len((await transcripts(session, Filters(words=case.number))).items) == 1
        return len(by_words.items), len(by_kind.items), len(talks.items)

    assert await world.do(look) == ((1, 1, 1) if found else (0, 0, 0))


async def test_a_conversation_shared_with_a_graded_case_is_left_out_of_the_other_ones_page(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world = desk_ledger
    plain = await a_case(world, people.owner)
    conversation = await conversation_of(world, plain)
    secret = await a_case(world, people.owner, "另一件事", category=Category.PRIVACY_LEAK)
    await world.do(
        lambda session: cases.link(
            session,
            conversation_id=conversation,
            number=secret.number,
            pass_code=secret.pass_code,
            now=world.now,
        )
    )

    async def read_by(staff: Staff) -> int:
        async def read(session: Any) -> Any:
            permit = await secrecy.permit_for(session, number=plain.number, staff=staff)
            return await lists.complaint(session, plain.number, permit)

        return len((await world.do(read)).transcript)

    assert (await read_by(people.stranger), await read_by(people.supervisor)) == (0, 1)
    with pytest.raises(NeedToKnow):
        await world.do(
            lambda session: secrecy.check_conversation(
                session, conversation_id=conversation, staff=people.stranger
            )
        )


async def test_a_list_asks_no_more_of_the_database_for_graded_cases(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, counts = desk_ledger, []
    for _ in range(2):
        for _ in range(3):
            await a_case(world, people.owner, category=Category.PRIVACY_LEAK)
        statements: list[str] = []

        def note(*said: Any, into: list[str] = statements) -> None:
            into.append(said[2])

        engine = world.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await world.do(lambda session: queues.queue(session, now=world.now))
        await world.do(lambda session: lists.complaints(session, Wanted()))
        await world.do(lambda session: transcripts(session, Filters()))
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]


# Single-line contact.


async def test_one_named_person_speaks_and_others_hear_who_holds_the_line(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    conversation = await conversation_of(world, case)
    await grade(world, case, SecretGrade.SECRET, people.supervisor)

    def take(staff: Staff, force: bool = False) -> Awaitable[Any]:
        return world.do(
            lambda session: handoff.take(
                session, conversation_id=conversation, staff=staff, force=force, now=world.now
            )
        )

    with pytest.raises(LineHeld) as refused:
        await take(people.stranger)
    assert refused.value.holder == "王芳"
    await take(people.owner)
    with pytest.raises(LineHeld):
        await take(people.supervisor, force=True)
    with pytest.raises(LineHeld):
        await world.do(
            lambda session: cases.progress(
                session,
                number=case.number,
                text="正在核实",
                staff=people.supervisor,
                policy=world.policy,
                now=world.now,
            )
        )
    await world.do(
        lambda session: single_line.move(
            session,
            number=case.number,
            person=people.stranger,
            reason="王芳休假",
            staff=people.supervisor,
            policy=world.policy,
            now=world.now,
        )
    )
    with pytest.raises(LineHeld) as refused:
        await take(people.owner)
    assert refused.value.holder == "陈杰"
    await take(people.stranger)
    moved = [one for one in await world.entries(case.number) if one.action == "access.line"][-1]
    assert (moved.before, moved.after, moved.reason) == ({"staff": "wang"}, {"staff": "chen"}, "王芳休假")


async def test_whoever_takes_up_a_waiting_customer_of_a_confidential_case_reads_it(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner, category=Category.PRIVACY_LEAK)
    conversation = await conversation_of(world, case)

    def take() -> Awaitable[Any]:
        return world.do(
            lambda session: handoff.take(
                session, conversation_id=conversation, staff=people.stranger, now=world.now
            )
        )

    with pytest.raises(NeedToKnow):
        await take()
    await world.do(
        lambda session: handoff.ask_for_human(
            session,
            conversation_id=conversation,
            reason="customer_asked",
            policy=world.policy,
            now=world.now,
        )
    )
    await take()
    assert await opens(world, case, people.stranger)


# Views recorded.


async def test_every_look_is_written_down_once_and_a_graded_one_in_the_cases_book(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world = desk_ledger
    plain = await a_case(world, people.owner)
    secret = await a_case(world, people.owner, category=Category.PRIVACY_LEAK)
    for case in (plain, plain, secret, secret):
        assert await opens(world, case, people.supervisor)
    [look] = await world.do(lambda session: looks_at(session, plain.id))
    assert (look.who, look.kind, look.subject) == ("李霞", "case", plain.number)
    assert "case.viewed" not in await world.actions(plain.number)
    [viewed] = [one for one in await world.entries(secret.number) if one.action == "case.viewed"]
    assert (viewed.actor, viewed.after["ground"]) == ("li", "supervisor")
    world.later(minutes=31)
    assert await opens(world, plain, people.supervisor)
    assert len(await world.all(select(View).where(View.case_id == plain.id))) == 2


async def test_looks_and_sign_ins_are_kept_as_long_as_the_policy_says(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    assert await opens(world, case, people.stranger)
    secrecy_policy = world.policy.secrecy
    assert (
        await world.do(
            lambda session: log_keeping.expire(
                session, policy=world.policy, now=world.now + secrecy_policy.keep_views
            )
        )
        == 0
    )
    assert (
        await world.do(
            lambda session: log_keeping.expire(
                session, policy=world.policy, now=world.now + secrecy_policy.keep_views + timedelta(seconds=1)
            )
        )
        == 1
    )
    assert (await world.entries("desk"))[-1].after == {"views": 1, "sign_ins": 0}


# Audit: set up, scope, carry out, publish; non-repudiation.


async def test_an_audit_is_set_up_carried_out_and_published_under_a_name(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world = desk_ledger
    case = await a_case(world, people.owner, category=Category.PRIVACY_LEAK)
    other = await a_case(world, people.owner)
    for one in (people.owner, people.supervisor):
        assert await opens(world, case, one)
    assert await opens(world, other, people.stranger)
    scope = {"since": world.now - timedelta(days=1), "until": world.now + timedelta(days=1)}

    def as_supervisor(deed: Callable[..., Awaitable[Any]], **given: Any) -> Awaitable[Any]:
        return world.do(lambda session: deed(session, staff=people.supervisor, now=world.now, **given))

    with pytest.raises(NotAllowed):
        await world.do(
            lambda session: auditing.set_up(
                session, purpose="看看", staff=people.stranger, now=world.now, **scope
            )
        )
    audit = await as_supervisor(auditing.set_up, purpose="季度保密检查", cases=[case.number], **scope)
    found = (await as_supervisor(auditing.carry_out, audit_id=audit.id)).findings
    assert set(found) == set(FOUND)
    assert {line["who"] for line in found["graded_opened"]} == {"wang", "li"}
    assert [line["who"] for line in found["without_need"]] == ["li"]
    assert [line["what"] for line in found["grades"]] == [case.number]
    with pytest.raises(Missing):
        await as_supervisor(auditing.publish, audit_id=audit.id, conclusion=" ")
    published = await as_supervisor(auditing.publish, audit_id=audit.id, conclusion="无异常")
    entry = (await world.entries("desk"))[-1]
    assert (entry.action, entry.actor) == ("audit.published", "li")
    assert entry.after["sha256"] == auditing.sealed(published)
    published.findings = {**found, "graded_opened": []}
    assert entry.after["sha256"] != auditing.sealed(published)
    assert await world.do(verify) is None
    assert WORDS not in f"{found}"


# Leaks: both clocks by themselves, five risk levels each with a correction; what is missing too long is one.


async def form_of(world: LedgerWorld, case: Case, kind: str) -> Form:
    return (await world.all(select(Form).where(Form.case_id == case.id, Form.kind == kind)))[-1]


async def take(world: LedgerWorld, form: Form, step: str, by: Staff, **given: Any) -> Form:
    return await world.do(
        lambda session: forms.take_step(
            session, number=form.number, step=step, staff=by, policy=world.policy, now=world.now, **given
        )
    )


async def fill(world: LedgerWorld, form: Form, by: Staff, **filled: Any) -> None:
    await world.do(
        lambda session: forms.fill(
            session, number=form.number, filled=filled, staff=by, policy=world.policy, now=world.now
        )
    )


async def test_a_leak_reported_by_a_customer_opens_its_form_and_starts_both_clocks(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner, category=Category.PRIVACY_LEAK)
    assert (await form_of(world, case, "leak")).state == "found"
    lead = await world.clock(case.number, ClockKind.LEAK_TO_LEAD)
    authority = await world.clock(case.number, ClockKind.LEAK_TO_AUTHORITY)
    assert (lead.due_at, authority.due_at) == (
        world.now + timedelta(hours=8),
        world.now + timedelta(hours=24),
    )
    plain = await a_case(world, people.owner)
    assert await world.all(select(Form).where(Form.case_id == plain.id)) == []


async def test_a_leak_goes_from_found_to_closed_and_named_people_stop_its_clocks(
    desk_ledger: LedgerWorld, people: People
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner, category=Category.PRIVACY_LEAK)
    form = await form_of(world, case, "leak")
    with pytest.raises(Missing):
        await take(world, form, "report_lead", people.owner)
    await fill(world, form, people.owner, lead="li")
    assert (await take(world, form, "report_lead", people.owner)).state == "lead_told"
    stopped = await world.clock(case.number, ClockKind.LEAK_TO_LEAD)
    assert stopped.stopped_by_id == people.owner.id
    await fill(world, form, people.owner, authority="网信办", reference="2026-17")
    assert (await take(world, form, "report_authority", people.owner)).state == "authority_told"
    assert (await world.clock(case.number, ClockKind.LEAK_TO_AUTHORITY)).stopped_at == world.now
    told = {"how": "外包名单", "of_grade": "personal", "measures": "收回权限", "correct_by": "2026-12-10"}
    await fill(world, form, people.owner, risk="very_low", **told)
    with pytest.raises(Missing, match="correction"):
        await take(world, form, "contain", people.owner)
    await fill(world, form, people.owner, correction="外包账号改为专人专用")
    assert (await take(world, form, "contain", people.owner)).state == "contained"
    await fill(world, form, people.supervisor, result="已改")
    assert (await take(world, form, "correct", people.supervisor)).state == "corrected"
    with pytest.raises(errors.SecondPerson):
        await take(world, form, "close", people.supervisor, reason="核实")
    closed = await take(world, form, "close", people.second, reason="核实")
    assert (closed.state, closed.closed_at) == ("closed", world.now)


def test_risk_has_five_levels_in_a_leak_as_everywhere() -> None:
    assert list(book()["leak"].fields["risk"].options) == [level.value for level in Risk]
    assert {"risk", "correction", "correct_by"} <= set(book()["leak"].steps["contain"].needs)


@pytest.mark.parametrize(
    ("step", "kind", "days"),
    [("look_top_grade", ClockKind.MISSING_TOP_GRADE, 10), ("look", ClockKind.MISSING_ITEM, 60)],
)
async def test_what_is_missing_too_long_becomes_a_leak_by_itself(
    desk_ledger: LedgerWorld, people: People, step: str, kind: ClockKind, days: int
) -> None:
    world, case = desk_ledger, await a_case(desk_ledger, people.owner)
    await world.do(
        lambda session: forms.open_form(
            session,
            kind="missing_item",
            number=case.number,
            filled={"item": "存有名单的硬盘", "last_seen": "档案室"},
            staff=people.owner,
            policy=world.policy,
            now=world.now,
        )
    )
    missing = await form_of(world, case, "missing_item")
    await take(world, missing, step, people.owner)
    clock = await world.clock(case.number, kind)
    assert clock.due_at == world.now + timedelta(days=days)
    world.later(days=days)
    await world.do(
        lambda session: forms.fall_due(session, clock_id=clock.id, policy=world.policy, now=world.now)
    )
    assert (await form_of(world, case, "missing_item")).state == "leaked"
    leak = await form_of(world, case, "leak")
    assert (leak.state, leak.parent_id) == ("found", missing.id)
    lead = await world.clock(case.number, ClockKind.LEAK_TO_LEAD)
    assert lead.due_at == world.now + timedelta(hours=8)


# Identity, authorisation, network logs; and that no route shows a word of what is graded.


def staff_reads() -> Iterator[str]:
    """Every address of the staff's API that is read."""
    app = FastAPI()
    for router in api.routers:
        app.include_router(router)
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods and path.startswith("/api/") and not path.startswith("/api/v1/chat"):
            yield path


async def a_secret(served: ServedDesk, owner: dict[str, str]) -> tuple[str, dict[str, int]]:
    """A graded case with words everywhere words can be, and the ids of what belongs to it."""
    client = served.client
    entered = await client.post(
        "/api/v1/complaints",
        headers=owner,
        json={
            "channel": "phone",
            "narrative": WORDS,
            "category": "privacy_leak",
            "name": NAME,
            "phone": PHONE,
            "consented": True,
        },
    )
    number = str(entered.json()["complaint"]["number"])
    world = LedgerWorld(served.desk.database, served.desk.policy, served.desk.now())
    conversation = await world.conversation()
    await world.message(conversation, WORDS)
    case = await world.case(number)
    await world.do(
        lambda session: cases.link(
            session, conversation_id=conversation, number=number, pass_code=case.pass_code, now=world.now
        )
    )
    due = (world.now + timedelta(days=1)).isoformat()
    at = f"/api/v1/complaints/{number}"
    task = await client.post(f"{at}/tasks", headers=owner, json={"note": WORDS, "due_at": due})
    ids = {"conversation_id": conversation, "task_id": task.json()["id"]}
    return number, {**ids, "file_id": 1}


async def test_no_route_of_the_api_shows_a_stranger_a_word_of_a_graded_case(served: ServedDesk) -> None:
    owner = await served.token_of(await served.staff())
    stranger = await served.token_of(await served.staff("chen", name="陈杰"))
    number, ids = await a_secret(served, owner)
    assert WORDS in (await served.client.get(f"/api/v1/complaints/{number}", headers=owner)).text
    refused = await served.client.get(f"/api/v1/complaints/{number}", headers=stranger)
    assert refused.status_code == 403
    told = refused.json()
    assert (told["code"], told["grade"], told["ask"]) == ("need_to_know", "confidential", ["王芳"])
    seen = 0
    for path in staff_reads():
        address = path.format(number=number, **{**dict.fromkeys(_names(path), 1), **ids})
        for query in ({}, {"q": WORDS}, {"complaint": number}):
            answer = await served.client.get(address, params=query, headers=stranger)
            seen += answer.status_code == 200
            assert not [word for word in (WORDS, NAME, PHONE) if word in answer.text], (path, query)
    assert seen >= 6


def _names(path: str) -> Iterator[str]:
    """What is to be filled into an address, beside the number of the case."""
    return (part[1:-1] for part in path.split("/") if part.startswith("{") and part != "{number}")


DEEDS = {
    "progress": {"text": "x"},
    "wait": {"reason": "x"},
    "go-on": None,
    "resolve": {"remedy": "x", "outcome": "x", "root_cause": "x"},
    "reopen": {"reason": "x"},
    "revisit": {"rating": 1},
}


async def test_who_may_not_read_a_case_does_nothing_with_it_either(served: ServedDesk) -> None:
    owner = await served.token_of(await served.staff())
    stranger = await served.token_of(await served.staff("chen", name="陈杰"))
    number, ids = await a_secret(served, owner)
    posts = [(f"complaints/{number}/{name}", body) for name, body in DEEDS.items()]
    posts.append((f"tasks/{ids['task_id']}/done", {"note": "x"}))
    posts.append((f"conversations/{ids['conversation_id']}/take", None))
    for address, body in posts:
        answer = await served.client.post(f"/api/v1/{address}", json=body, headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (403, "need_to_know"), address


async def test_sign_ins_refused_ones_and_tokens_are_in_the_network_log(served: ServedDesk) -> None:
    person = await served.staff()
    header = await served.token_of(person)
    for password in (PASSWORD, "wrong"):
        await served.client.post("/api/v1/session", json={"username": "wang", "password": password})
    await served.client.post("/api/v1/session", json={"username": "a-password", "password": "wrong"})
    for _ in range(2):
        await served.client.get("/api/v1/complaints", headers=header)
    async with served.desk.database.transaction() as session:
        rows = (await session.scalars(select(SignIn).order_by(SignIn.id))).all()
    assert [(row.kind, row.staff_id) for row in rows] == [
        (SignInKind.OPENED, person.id),
        (SignInKind.REFUSED, person.id),
        (SignInKind.REFUSED, None),
        (SignInKind.TOKEN, person.id),
    ]
    assert {row.address for row in rows} == {"127.0.0.1"}


async def test_a_read_case_stays_one_insert_when_nobody_graded_it(
    desk_ledger: LedgerWorld, people: People
) -> None:
    case = await a_case(desk_ledger, people.owner)
    statements: list[str] = []

    def note(*said: Any) -> None:
        statements.append(said[2])

    engine = desk_ledger.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    assert await opens(desk_ledger, case, people.stranger)
    event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in statements if "INSERT" in one]) == 1
    assert len(statements) <= 6
