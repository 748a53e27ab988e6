"""Forms (处理单): opened by staff or by themselves, filled in, and led step by step to their end.

What a kind of form is stands in ``ledger/forms`` (``ledger/form_book.py``); this is what is true of all.
Everything that is done to a form is an entry in its case's book, or in the desk's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Sequence as NumberSequence
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyOpen, Missing, NoSuchForm, NotAllowed, NotThisStep, SecondPerson, StepBarred
from ledger.form_book import FormDefinition, FormField, StepDefinition, Trigger, book
from ledger.form_values import checked, moment_of
from ledger.live import notify
from ledger.models import Case, Form, FormStep, Staff
from ledger.policy import Policy
from ledger.services import clocks, facts
from ledger.services.case_lock import case_numbered, lock
from ledger.services.circle import members
from ledger.services.closing import lacking_to_close
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.form_effects import EFFECTS
from ledger.services.form_watchers import WATCHERS
from ledger.services.known import known
from ledger.services.notices import tell
from ledger.services.working import tell_customer
from ledger.vocabulary import Circle, ClockKind, Language, NoticeKind, Role

NUMBERS: Final = NumberSequence("form_numbers")
ROLES: Final = tuple(Role)
VEIL: Final = "…"
LETTER: Final = "letter"
"""What a step keeps of what the customer was told."""


async def open_form(
    session: AsyncSession,
    *,
    kind: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
    number: str | None = None,
    filled: Mapping[str, Any] | None = None,
) -> Form:
    """Open a form by hand, about the case with ``number`` if it is of a case.

    Raises:
        NoSuchCase
        NoSuchForm: no form of this kind is opened by hand, or not in this place.
        NotAllowed: the kind asks for a higher role.
        AlreadyOpen: the case has one that is not closed.
        WrongValue: something in ``filled`` does not fit.
    """
    definition = _definition(kind)
    if not definition.by_hand or (definition.of == "case") != (number is not None):
        raise NoSuchForm(kind)
    _may(staff, definition.role)
    case = await case_numbered(session, number) if number is not None else None
    if case and definition.once and await _open_kinds(session, case, [kind]):
        raise AlreadyOpen(kind)
    values = checked(definition.fields, filled or {})
    return await _open(session, kind, case, staff, values, policy, now)


async def open_by_themselves(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Open what the case, held by the caller, calls for: its signals, category, severity, reasons and facts.

    Once a case and kind: what people have closed does not come back by itself; what ended by itself may.
    What is open and watches what happens is led on by it.
    """
    called = [kind for kind, form in book().items() if any(_fits(one, case) for one in form.opens_itself)]
    if not called:
        return
    had = await _had(session, case, called)
    told: frozenset[str] | None = None
    for kind in called:
        if kind in had:
            await _go_on(session, kind, case, policy, now)
            continue
        if told is None:
            told = frozenset(fact.kind for fact in await facts.current(session, case.id))
        if any(_fits(one, case) and _has(one, told) for one in book()[kind].opens_itself):
            await _open(session, kind, case, None, {}, policy, now)


async def open_by_itself(
    session: AsyncSession,
    *,
    kind: str,
    case: Case | None,
    filled: Mapping[str, Any],
    policy: Policy,
    now: datetime,
) -> Form:
    """Open a form because something happened that no trigger tells of; the caller holds the case, if any."""
    return await _open(session, kind, case, None, checked(_definition(kind).fields, filled), policy, now)


async def fill(
    session: AsyncSession,
    *,
    number: str,
    filled: Mapping[str, Any],
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Form:
    """Enter values; an empty one is taken out again, and then what the desk knows by itself stands there.

    Raises:
        NoSuchForm
        NotAllowed: the kind asks for a higher role.
        NotThisStep: the form is closed, or fixed where it stands.
        WrongValue: there is no such field, or the value does not fit it.
    """
    form, definition = await _held(session, number)
    _may(staff, definition.role)
    if definition.fixes(form.state):
        raise NotThisStep(form.state)
    values = checked(definition.fields, filled)
    before = {name: form.filled.get(name) for name in values}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return form
    form.filled = {name: value for name, value in {**form.filled, **changed}.items() if value is not None}
    form.filled_by_id = staff.id
    await _record(
        session,
        form,
        Actor.staff(staff),
        "form.filled",
        now,
        before=_booked(definition.fields, {name: before[name] for name in changed}),
        after=_booked(definition.fields, changed),
    )
    await _watch(session, form, policy, now)
    return form


async def take_step(
    session: AsyncSession,
    *,
    number: str,
    step: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
    entered: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Form:
    """Lead a form a step further, with what the step asks for.

    Raises:
        NoSuchForm
        NotThisStep: the form is not in a state where it begins.
        NotAllowed: the step asks for a higher role.
        StepBarred: a field says that this must not be; names it.
        SecondPerson: ``staff`` brought the form here, or filled it in last.
        Missing: a field the step needs, one of its own, or the reason; names what is missing.
        WrongValue: something in ``entered`` does not fit.
    """
    form, definition = await _held(session, number)
    taken = definition.steps.get(step)
    if taken is None or not taken.by_hand or form.state not in taken.source:
        raise NotThisStep(form.state)
    _may(staff, taken.role)
    if staff.id in await _barred(session, form, taken):
        raise SecondPerson(staff.username)
    values = checked(taken.fields, entered or {})
    await _complete(session, form, definition, taken, values, reason)
    await _take(session, form, step, staff, values, reason, policy, now)
    return form


async def step_by_itself(
    session: AsyncSession, *, form: Form, step: str, reason: str | None, policy: Policy, now: datetime
) -> None:
    """Lead a form, whose case the caller holds, a step further because something happened; else nothing.

    ``reason`` is a code with words in the console. A form that stands elsewhere stays there.
    """
    taken = book()[form.kind].steps[step]
    if form.state in taken.source:
        await _take(session, form, step, None, {}, reason, policy, now)


async def fall_due(
    session: AsyncSession, *, clock_id: int, policy: Policy, now: datetime, due_at: str | None = None
) -> None:
    """A clock's time has come: it is breached, and its form does what it does by itself then."""
    clock = await clocks.fall_due(session, clock_id=clock_id, policy=policy, now=now, due_at=due_at)
    if clock is None or clock.form_id is None:
        return
    form = await session.get_one(Form, clock.form_id)
    steps = book()[form.kind].steps_from(form.state)
    for name in [name for name, step in steps if step.when_due is clock.kind]:
        await step_by_itself(session, form=form, step=name, reason="deadline", policy=policy, now=now)


async def case_became(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Have the forms of a case, held by the caller, do what they do when it stands as it does now."""
    those = select(Form).where(Form.case_id == case.id, Form.closed_at.is_(None)).order_by(Form.id)
    for form in (await session.scalars(those)).all():
        steps = book()[form.kind].steps_from(form.state)
        for name in [name for name, step in steps if case.status in step.when_case]:
            await step_by_itself(session, form=form, step=name, reason=case.status, policy=policy, now=now)


async def values_of(session: AsyncSession, form: Form, language: Language | None = None) -> dict[str, Any]:
    """What stands in the form: what people entered, and where they entered nothing what the desk knows.

    The desk's own words are in ``language``, that of the case where none is given.
    """
    definition = book()[form.kind]
    if definition.fixes(form.state):
        return dict(form.filled)
    fields = definition.fields
    case = await session.get(Case, form.case_id) if form.case_id else None
    told = await known(session, case, (field.known for field in fields.values() if field.known), language)
    by_itself = {
        name: told[field.known] for name, field in fields.items() if field.known and field.known in told
    }
    return {**by_itself, **form.filled}


async def open_of(session: AsyncSession, case_id: int, kind: str) -> Form | None:
    """The case's form of this kind that is not closed, the newest."""
    those = select(Form).where(Form.case_id == case_id, Form.kind == kind, Form.closed_at.is_(None))
    return await session.scalar(those.order_by(Form.id.desc()).limit(1))


async def open_for_closing(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Open what must have ended before the case, held by the caller, is closed (playbook D4)."""
    lacking = await lacking_to_close(session, case)
    there = await _open_kinds(session, case, lacking)
    for kind in (one for one in lacking if one not in there):
        await _open(session, kind, case, None, {}, policy, now)


async def _open(
    session: AsyncSession,
    kind: str,
    case: Case | None,
    staff: Staff | None,
    filled: Mapping[str, Any],
    policy: Policy,
    now: datetime,
    parent: Form | None = None,
) -> Form:
    definition = _definition(kind)
    form = Form(
        number=await _next_number(session, definition, policy, now),
        kind=kind,
        case_id=case.id if case else None,
        parent_id=parent.id if parent else None,
        state=definition.first,
        filled={name: value for name, value in filled.items() if value is not None},
        filled_by_id=staff.id if staff and filled else None,
        opened_at=now,
        opened_by_id=staff.id if staff else None,
    )
    session.add(form)
    await session.flush()
    actor = Actor.staff(staff) if staff else SYSTEM
    booked = _booked(definition.fields, form.filled)
    await _record(session, form, actor, "form.opened", now, after={"state": form.state, **booked})
    await _start(session, form, case, definition.starts, policy, now)
    await _start_due(session, form, case, definition.due, policy, now)
    await _tell(session, form, case, definition.tells, f"form:{form.number}", policy, now)
    await _watch(session, form, policy, now)
    return form


async def _go_on(session: AsyncSession, kind: str, case: Case, policy: Policy, now: datetime) -> None:
    """More was heard of what the case's form of this kind was opened for."""
    if book()[kind].watches and (form := await open_of(session, case.id, kind)):
        await _watch(session, form, policy, now)


async def _watch(session: AsyncSession, form: Form, policy: Policy, now: datetime) -> None:
    """Have the form go the step that what it says calls for, if it calls for one."""
    watcher = book()[form.kind].watches
    if watcher is None:
        return
    values = partial(values_of, session, form)
    called = await WATCHERS[watcher](session, form=form, values=values, policy=policy)
    if called and form.state in book()[form.kind].steps[called.step].source:
        await _take(session, form, called.step, None, called.entered, None, policy, now)


async def _take(
    session: AsyncSession,
    form: Form,
    name: str,
    staff: Staff | None,
    entered: Mapping[str, Any],
    reason: str | None,
    policy: Policy,
    now: datetime,
) -> FormStep:
    definition = book()[form.kind]
    step, before = definition.steps[name], form.state
    after = step.to or before
    given = {field: value for field, value in entered.items() if field in definition.fields}
    form.filled = {**form.filled, **given}
    if definition.fixes(after):
        form.filled = await values_of(session, form)
    if definition.ends(after):
        form.closed_at = now
    form.state = after
    taken = FormStep(
        form_id=form.id,
        name=name,
        from_state=before,
        to_state=form.state,
        at=now,
        by_id=staff.id if staff else None,
        reason=reason.strip() if reason else None,
        entered={field: value for field, value in entered.items() if value is not None},
    )
    session.add(taken)
    await session.flush()
    await _record(
        session,
        form,
        Actor.staff(staff) if staff else SYSTEM,
        "form.step",
        now,
        reason=taken.reason,
        before={"state": before},
        after={"step": name, "state": form.state, **_booked(step.fields, taken.entered)},
    )
    case = await session.get(Case, form.case_id) if form.case_id else None
    await _move_clocks(session, form, case, step, taken, staff, policy, now)
    if step.letter and case and staff:
        await _write(session, form, case, step.letter, taken, staff, policy, now)
    if step.does:
        await EFFECTS[step.does](session, form=form, step=taken, staff=staff, policy=policy, now=now)
    for kind in step.opens:
        handed = {name: value for name, value in taken.entered.items() if name in book()[kind].fields}
        await _open(session, kind, case, staff, handed, policy, now, parent=form)
    await _tell(session, form, case, step.tells, f"form:{form.number}:{taken.id}", policy, now)
    return taken


async def _write(
    session: AsyncSession,
    form: Form,
    case: Case,
    letter: Mapping[Language, str],
    taken: FormStep,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> None:
    """Tell the customer in writing; the letter is kept with the step."""
    fields = {field: "" for field in book()[form.kind].fields}
    told = {**fields, **await values_of(session, form), **taken.entered, "reason": taken.reason}
    text = letter[case.language].format(**{**told, "form": form.number, "number": case.number})
    taken.entered = {**taken.entered, LETTER: text}
    key = f"form:{form.number}:{taken.id}"
    await tell_customer(session, case=case, text=text, key=key, staff=staff, policy=policy, now=now)


async def _move_clocks(
    session: AsyncSession,
    form: Form,
    case: Case | None,
    step: StepDefinition,
    taken: FormStep,
    staff: Staff | None,
    policy: Policy,
    now: datetime,
) -> None:
    if case is None:
        return
    ended = form.closed_at is not None
    for clock in await clocks.running_of_form(session, form):
        if ended or clock.kind in step.stops:
            reason = f"{form.kind}.{taken.name}"
            await clocks.stop(session, clock=clock, by=staff, reason=reason, now=now)
        elif clock.kind is step.extends:
            until = moment_of(taken.entered["until"], policy.organisation.time_zone)
            reason = taken.reason or taken.name
            await clocks.extend(
                session, clock=clock, until=until, reason=reason, staff=staff, policy=policy, now=now
            )
    if ended:
        return
    await _start(session, form, case, step.starts, policy, now)
    await _start_due(session, form, case, step.due, policy, now)


async def _start_due(
    session: AsyncSession, form: Form, case: Case | None, due: str | None, policy: Policy, now: datetime
) -> None:
    """The clock that ends on the day the form's field ``due`` names."""
    day = (await values_of(session, form)).get(due) if due and case else None
    if case and day:
        due_at = moment_of(day, policy.organisation.time_zone)
        await clocks.start(
            session, case=case, kind=ClockKind.FORM_DUE, policy=policy, now=now, due_at=due_at, form=form
        )


async def _start(
    session: AsyncSession,
    form: Form,
    case: Case | None,
    kinds: Sequence[ClockKind],
    policy: Policy,
    now: datetime,
) -> None:
    if case is not None:
        for kind in kinds:
            await clocks.start(session, case=case, kind=kind, policy=policy, now=now, form=form)


async def _tell(
    session: AsyncSession,
    form: Form,
    case: Case | None,
    circles: Sequence[Circle],
    round: str,
    policy: Policy,
    now: datetime,
) -> None:
    people = [one for circle in circles for one in await members(session, circle, case, policy, now)]
    if people:
        await tell(
            session, kind=NoticeKind.FORM, people=people, round=round, policy=policy, now=now, case=case
        )


async def _complete(
    session: AsyncSession,
    form: Form,
    definition: FormDefinition,
    step: StepDefinition,
    entered: Mapping[str, Any],
    reason: str | None,
) -> None:
    """Refuse a step that lacks something, and say what."""
    stands = await values_of(session, form)
    if barring := [name for name in step.forbids if stands.get(name)]:
        raise StepBarred(", ".join(barring))
    case = await session.get(Case, form.case_id) if form.case_id else None
    needed = step.needed(case.severity if case else None)
    lacking = [name for name in needed if stands.get(name) in (None, "", [], False)]
    lacking += [name for name in step.fields if entered.get(name) in (None, "", [])]
    if step.needs_form:
        those = select(Form.kind).where(Form.parent_id == form.id, Form.kind.in_(step.needs_form))
        opened = set(await session.scalars(those))
        lacking += [kind for kind in step.needs_form if kind not in opened]
    lacking += ["reason"] if step.reason and not (reason or "").strip() else []
    if lacking:
        raise Missing(", ".join(lacking))


async def _barred(session: AsyncSession, form: Form, step: StepDefinition) -> set[int | None]:
    """Who may not take ``step``, since somebody else has to."""
    took = select(FormStep.by_id).where(FormStep.form_id == form.id, FormStep.name.in_(step.not_by))
    barred = set(await session.scalars(took)) if step.not_by else set()
    return barred | (await _hands(session, form) if step.second else set())


async def _hands(session: AsyncSession, form: Form) -> set[int | None]:
    """Who brought the form to where it stands, and who filled it in last."""
    moved = select(FormStep.by_id).where(FormStep.form_id == form.id, FormStep.to_state == form.state)
    moved = moved.where(FormStep.from_state != FormStep.to_state).order_by(FormStep.id.desc())
    last = (await session.execute(moved.limit(1))).first()
    return {last.by_id if last else form.opened_by_id, form.filled_by_id}


def _may(staff: Staff, role: Role) -> None:
    if ROLES.index(staff.role) < ROLES.index(role):
        raise NotAllowed(staff.username)


def _definition(kind: str) -> FormDefinition:
    if kind not in book():
        raise NoSuchForm(kind)
    return book()[kind]


async def _held(session: AsyncSession, number: str) -> tuple[Form, FormDefinition]:
    """The form as it stands now, held; of a case, the case is held first."""
    wanted = select(Form).where(Form.number == "".join(number.split()).upper())
    form = await session.scalar(wanted)
    if form is None:
        raise NoSuchForm(number)
    if form.case_id is not None:
        await lock(session, form.case_id)
    await session.refresh(form, with_for_update={"key_share": True})
    return form, book()[form.kind]


def _fits(trigger: Trigger, case: Case) -> bool:
    return (
        trigger.special in (None, case.special)
        and (not trigger.signals or bool(trigger.signals & set(case.signals)))
        and (not trigger.categories or case.category in trigger.categories)
        and (not trigger.severities or case.severity in trigger.severities)
        and (
            not trigger.reasons or bool(trigger.reasons & {reason["code"] for reason in case.special_reasons})
        )
    )


def _has(trigger: Trigger, told: Collection[str]) -> bool:
    return not trigger.facts or bool(trigger.facts & set(told))


async def _had(session: AsyncSession, case: Case, kinds: Sequence[str]) -> set[str]:
    """Of ``kinds`` those that are open in the case, or that somebody has closed."""
    closed = select(FormStep.id).where(
        FormStep.form_id == Form.id, FormStep.to_state == Form.state, FormStep.by_id.is_not(None)
    )
    there = Form.closed_at.is_(None) | closed.exists()
    those = select(Form.kind).where(Form.case_id == case.id, Form.kind.in_(kinds), there)
    return set(await session.scalars(those))


async def _open_kinds(session: AsyncSession, case: Case, kinds: Sequence[str]) -> set[str]:
    those = select(Form.kind).where(Form.case_id == case.id, Form.kind.in_(kinds))
    return set(await session.scalars(those.where(Form.closed_at.is_(None))))


async def _next_number(
    session: AsyncSession, definition: FormDefinition, policy: Policy, now: datetime
) -> str:
    year = now.astimezone(policy.organisation.time_zone).year
    return f"{definition.prefix}-{year}-{await session.scalar(select(func.nextval(NUMBERS.name))):06d}"


def _booked(fields: Mapping[str, FormField], values: Mapping[str, Any]) -> dict[str, Any]:
    """Entries are for ever; who somebody is stands in the form alone."""
    return {name: VEIL if fields[name].personal and value else value for name, value in values.items()}


async def _record(
    session: AsyncSession,
    form: Form,
    actor: Actor,
    action: str,
    now: datetime,
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    case = await session.get(Case, form.case_id) if form.case_id else None
    said = {"form": form.number, "form_kind": form.kind, **(after or {})}
    await record(
        session, case=case, actor=actor, action=action, now=now, reason=reason, before=before, after=said
    )
    number = case.number if case else None
    await notify(session, "form", form=form.number, case=form.case_id, number=number)
