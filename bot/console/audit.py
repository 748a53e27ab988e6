"""Audits (playbook C6): set up with a scope, carried out by the desk, read, signed and published."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.cases import link_to_case
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.models import Audit
from ledger.services import auditing
from ledger.services import staff as accounts
from ledger.views.audits import FOUND, MOST
from ledger.views.audits import audit as read
from ledger.views.audits import audits as read_all
from ledger.vocabulary import Role

PATH: Final = "/supervise/audit"
USUAL: Final = timedelta(days=30)
SHOWN: Final = 50


@staff_page(PATH, role=Role.SUPERVISOR)
async def audits(visit: Visit) -> None:
    """All audits, and the button that sets up another."""
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        found = await read_all(session)
    with frame(visit, say("nav.audit"), here=PATH):
        ui.label(say("audit.about")).classes("qt-dim")
        ui.button(say("audit.set_up"), on_click=lasting(lambda: _set_up(visit))).props("unelevated no-caps")
        with ui.element("div").classes("qt-list"):
            for audit in found:
                _row(visit, audit)
        if not found:
            ui.label(say("audit.none")).classes("qt-empty")


@staff_page(f"{PATH}/{{audit_id}}", role=Role.SUPERVISOR)
async def one_audit(visit: Visit, audit_id: int) -> None:
    """One audit: its scope, what was found, and what can be done next."""
    async with visit.desk.database.transaction() as session:
        found = await read(session, audit_id)
        people = {one.username: one.name for one in await accounts.list_staff(session, disabled=True)}
    if found is None:
        with frame(visit, visit.texts("audit.unknown"), here=PATH):
            return
    with frame(visit, found.purpose, here=PATH):
        _Page(visit, found, people).build()


async def _set_up(visit: Visit) -> None:
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        people = {one.username: one.name for one in await accounts.list_staff(session, disabled=True)}
    today = visit.local(visit.now).replace(hour=0, minute=0, second=0, microsecond=0)
    fields = {
        "purpose": Field("audit.purpose"),
        "since": Field("audit.since", "moment", value=f"{today - USUAL:%Y-%m-%dT%H:%M}"),
        "until": Field("audit.until", "moment", value=f"{today + timedelta(days=1):%Y-%m-%dT%H:%M}"),
        "people": Field("audit.people", "several", people, [], required=False),
        "cases": Field("audit.cases", required=False),
    }
    entered = await forms.ask(say, say("audit.set_up"), say("audit.set_up"), fields)
    if entered is None:
        return

    async def deed() -> Audit:
        async with visit.desk.database.transaction() as session:
            return await auditing.set_up(
                session,
                purpose=entered["purpose"],
                since=_moment(visit, entered["since"]),
                until=_moment(visit, entered["until"]),
                people=entered["people"] or [],
                cases=(entered["cases"] or "").upper().split(),
                staff=visit.staff,
                now=visit.now,
            )

    if audit := await visit.act(deed):
        ui.navigate.to(f"{PATH}/{audit.id}")


def _moment(visit: Visit, written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=visit.desk.policy.organisation.time_zone)


def _row(visit: Visit, audit: Audit) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.link(audit.purpose, f"{PATH}/{audit.id}").classes("qt-strong")
            ui.space()
            marks.tag(say(f"audit.state.{_step(audit)}"), "green" if audit.published_at else "plain")
        signed = audit.published_by.name if audit.published_by else ""
        who = say("audit.row", who=audit.set_up_by.name, at=visit.when(audit.set_up_at), signed=signed)
        ui.label(who).classes("qt-dim")


def _step(audit: Audit) -> str:
    if audit.published_at:
        return "published"
    return "carried_out" if audit.carried_out_at else "set_up"


class _Page:
    """The parts of one audit."""

    def __init__(self, visit: Visit, audit: Audit, people: Mapping[str, str]) -> None:
        self._visit, self._audit, self._people = visit, audit, people

    def build(self) -> None:
        """Scope, what to do now, findings, conclusion."""
        self._scope()
        self._deeds()
        if self._audit.conclusion:
            self._conclusion()
        # The database keeps what was found without an order.
        found = self._audit.findings or {}
        for name in (kind for kind in FOUND if kind in found):
            self._found(name, found[name])

    def _scope(self) -> None:
        say, audit, visit = self._visit.texts, self._audit, self._visit
        names = say("format.and").join(self._people.get(one, one) for one in audit.people)
        facts = {
            "audit.period": f"{visit.when(audit.since)} – {visit.when(audit.until)}",
            "audit.people": names or say("audit.everybody"),
            "audit.which": say("format.and").join(audit.cases) or say("audit.all_cases"),
            "audit.set_up_by": f"{audit.set_up_by.name} · {visit.when(audit.set_up_at)}",
            "audit.carried_out_at": visit.when(audit.carried_out_at),
        }
        with ui.element("section").classes("qt-card"), ui.element("div").classes("qt-facts"):
            for key, fact in facts.items():
                if fact:
                    ui.label(say(key))
                    ui.label(fact)

    def _deeds(self) -> None:
        if self._audit.published_at:
            return
        say, first = self._visit.texts, self._audit.findings is None
        with ui.element("div").classes("qt-actions"):
            look = "unelevated" if first else "outline"
            again = say("audit.carry_out" if first else "audit.carry_out_again")
            ui.button(again, on_click=lasting(self._carry_out)).props(f"{look} no-caps")
            if not first:
                publish = ui.button(say("audit.publish"), on_click=lasting(self._publish))
                publish.props("unelevated no-caps")

    def _conclusion(self) -> None:
        say, audit = self._visit.texts, self._audit
        with ui.element("section").classes("qt-card"):
            ui.label(say("audit.conclusion")).classes("qt-heading").props("role=heading aria-level=2")
            ui.label(audit.conclusion or "").classes("qt-text")
            name = audit.published_by.name if audit.published_by else ""
            ui.label(say("audit.signed", who=name, at=self._visit.when(audit.published_at))).classes("qt-dim")
            ui.label(say("audit.seal", sha256=auditing.sealed(audit))).classes("qt-dim qt-text")

    def _found(self, name: str, lines: Sequence[Mapping[str, Any]]) -> None:
        say = self._visit.texts
        with ui.element("section").classes("qt-card"):
            with ui.element("div").classes("qt-line"):
                ui.label(say(f"audit.found.{name}")).classes("qt-heading").props("role=heading aria-level=2")
                marks.tag(f"{len(lines)}{'+' if len(lines) == MOST else ''}", "warn" if lines else "plain")
            ui.label(say(f"audit.means.{name}")).classes("qt-dim")
            for line in lines[:SHOWN]:
                self._line(line)
            if len(lines) > SHOWN:
                ui.label(say("audit.further", count=len(lines) - SHOWN)).classes("qt-dim")

    def _line(self, line: Mapping[str, Any]) -> None:
        say, what, why = self._visit.texts, str(line["what"]), str(line["why"] or "")
        with ui.element("div").classes("qt-line"):
            ui.label(self._visit.when(datetime.fromisoformat(line["at"]))).classes("qt-dim")
            who = str(line["who"])
            ui.label(say("audit.nobody") if who == "?" else self._people.get(who, say.word("actor", who)))
            if what.startswith("QT-"):
                link_to_case(what)
            else:
                ui.label(say.word("sign_in", what))
            ui.label(say.word("action", why.partition("/")[0])).classes("qt-dim")

    async def _carry_out(self) -> None:
        async def deed() -> None:
            async with self._visit.desk.database.transaction() as session:
                await auditing.carry_out(
                    session, audit_id=self._audit.id, staff=self._visit.staff, now=self._visit.now
                )

        await self._visit.act(deed)
        ui.navigate.reload()

    async def _publish(self) -> None:
        say = self._visit.texts
        fields = {"conclusion": Field("audit.conclusion", "text")}
        entered = await forms.ask(say, say("audit.publish"), say("audit.sign"), fields)
        if entered is None:
            return

        async def deed() -> None:
            async with self._visit.desk.database.transaction() as session:
                await auditing.publish(
                    session,
                    audit_id=self._audit.id,
                    conclusion=entered["conclusion"],
                    staff=self._visit.staff,
                    now=self._visit.now,
                )

        await self._visit.act(deed)
        ui.navigate.reload()
