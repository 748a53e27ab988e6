"""People outside on a screen (playbook D6): a line of the list, and who stands ready beside a form."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.services import viewing
from ledger.views.forms import FormDetail
from ledger.views.outside_contacts import Beside, ContactLine, beside
from ledger.vocabulary import ViewKind

PATH = "/desk/contacts"


def where(line: ContactLine) -> str:
    """The organisation with its column or office."""
    return " ".join(filter(None, (line.organisation, line.office)))


def contact_line(visit: Visit, line: ContactLine) -> None:
    """One contact of a list: who keeps it, and how long until the next visit."""
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        ui.link(where(line), f"{PATH}/{line.number}").classes("qt-strong")
        marks.tag(say.word("contact_kind", line.kind))
        if line.region:
            ui.label(line.region).classes("qt-dim")
        ui.space()
        next_visit(visit, line)
    with ui.element("div").classes("qt-line qt-dim"):
        if line.keeper:
            ui.label(kept_by(visit, line))
        else:
            marks.tag(kept_by(visit, line), "warn")
        ui.label(visited(visit, line.visited_at))


def telephone(phone: str) -> None:
    """A number that a phone dials when it is pressed."""
    ui.link(phone, "tel:" + "".join(letter for letter in phone if letter.isdecimal() or letter in "+,"))


def next_visit(visit: Visit, line: ContactLine) -> None:
    """By which day somebody has to be there; amber once it is past."""
    say, day = visit.texts, f"{visit.local(line.due_at):%Y-%m-%d}"
    if line.due_at <= visit.now:
        marks.tag(say("contacts.due", day=day), "warn")
    else:
        ui.label(say("contacts.next", day=day)).classes("qt-dim")


def kept_by(visit: Visit, line: ContactLine) -> str:
    """Who of us keeps the contact."""
    say = visit.texts
    return say("contacts.kept_by", who=line.keeper) if line.keeper else say("contacts.nobody_keeps")


def visited(visit: Visit, at: datetime | None) -> str:
    """When somebody was there last."""
    say = visit.texts
    if at is None:
        return say("contacts.never_visited")
    return say("contacts.visited", day=f"{visit.local(at):%Y-%m-%d}")


async def contacts_beside(visit: Visit, session: AsyncSession, found: FormDetail) -> Callable[[], None]:
    """Reads who is needed for an open form and returns what shows them; whose number was shown is noted."""
    ready = await beside(
        session, form=found.line.kind, values=found.values, staff=visit.staff, policy=visit.desk.policy
    )
    for one in ready:
        if one.readable:
            await viewing.note(
                session,
                staff=visit.staff,
                kind=ViewKind.CONTACT,
                subject=one.line.number,
                policy=visit.desk.policy,
                now=visit.now,
            )
    return partial(_show, visit, ready, drill=found.line.drill)


def _show(visit: Visit, ready: Sequence[Beside], *, drill: bool) -> None:
    say = visit.texts
    ui.label(say("contacts.beside")).classes("qt-heading").props("role=heading aria-level=2")
    with ui.element("section").classes("qt-card qt-list"):
        if drill:
            ui.label(say("contacts.drill")).classes("qt-tag qt-drill")
        for one in ready:
            with ui.element("div"):
                _ready(visit, one)
        if not ready:
            ui.label(say("contacts.none_beside")).classes("qt-dim")


def _ready(visit: Visit, one: Beside) -> None:
    say, line = visit.texts, one.line
    with ui.element("div").classes("qt-line"):
        if one.readable:
            ui.link(where(line), f"{PATH}/{line.number}").classes("qt-strong")
        else:
            ui.label(where(line)).classes("qt-strong")
        marks.tag(say.word("contact_kind", line.kind))
        if one.named:
            marks.tag(say("contacts.named"), "calm")
    if one.readable:
        with ui.element("div").classes("qt-line"):
            if line.name:
                ui.label(line.name)
            if line.phone:
                telephone(line.phone)
            else:
                ui.label(say("contacts.no_phone")).classes("qt-dim")
        ui.label(kept_by(visit, line)).classes("qt-dim")
    else:
        key = "contacts.ask_keeper" if line.keeper else "contacts.ask_supervisor"
        ui.label(say(key, who=line.keeper or "")).classes("qt-dim")
