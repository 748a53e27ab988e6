"""How confidential a case is: its grade, who reads it, who speaks with the customer, who has looked (C6)."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.forms import Field
from bot.console.texts import Texts
from bot.console.visit import Visit
from ledger.secrecy import rank
from ledger.services import access, secret_grades, single_line
from ledger.services import staff as accounts
from ledger.views.audits import Look
from ledger.views.complaints import ComplaintDetail, EntryLine
from ledger.views.confidence import Confidence, LoweringLine, ReaderLine
from ledger.vocabulary import Role, SecretGrade

UNGRADED = "none"
TONES = {
    SecretGrade.TOP_SECRET: "grave",
    SecretGrade.SECRET: "grave",
    SecretGrade.CONFIDENTIAL: "warn",
}
Then = Callable[[], Awaitable[None]]


def grade_tag(say: Texts, grade: SecretGrade | None) -> None:
    """The mark of what not everybody may read; nothing for what everybody may."""
    if grade is not None:
        marks.tag(say.word("secret_grade", grade), TONES[grade])


class SecrecyCard:
    """One card of a case's page; ``then`` reads the page again after a deed."""

    def __init__(self, visit: Visit, found: ComplaintDetail, how: Confidence, then: Then) -> None:
        self._visit, self._say = visit, visit.texts
        self._found, self._how, self._then = found, how, then
        self._number, self._grade = found.complaint.number, found.complaint.secret_grade
        self._supervises = visit.may(Role.SUPERVISOR)

    def build(self) -> None:
        """Everything that answers who may know; for an ungraded case hardly anything."""
        say = self._say
        with ui.element("div").classes("qt-line"):
            if self._grade is None:
                ui.label(say("secrecy.ungraded"))
            grade_tag(say, self._grade)
            if self._grade and self._how.line:
                ui.label(say("secrecy.line", name=self._how.line)).classes("qt-strong")
        if self._grade:
            ui.label(say(f"secrecy.rule.{self._grade}")).classes("qt-dim")
        if self._how.lowering:
            self._lowering(self._how.lowering)
        for line in self._how.readers:
            self._reader(line)
        self._deeds()
        if self._supervises or self._found.complaint.owner_username == self._visit.staff.username:
            self._looks()

    def _deeds(self) -> None:
        with ui.element("div").classes("qt-actions"):
            if self._supervises and self._grade is not SecretGrade.TOP_SECRET:
                self._button("secrecy.grade", self._ask_grade)
            if self._supervises:
                self._button("secrecy.grade_entry", self._ask_entry)
            if self._supervises and not self._how.lowering and self._lowerable():
                self._button("secrecy.lower", self._ask_lower)
            if self._grade:
                self._button("secrecy.name_reader", self._ask_reader)
            if self._grade and self._supervises:
                self._button("secrecy.move_line", self._ask_line)

    def _lowering(self, line: LoweringLine) -> None:
        say = self._say
        to = self._word(line.grade)
        what = say("secrecy.of_entry", position=line.entry) if line.entry else say("secrecy.of_case")
        told = say("secrecy.lowering", who=line.asked_by, what=what, grade=to, reason=line.reason)
        with ui.element("div").classes("qt-line"):
            marks.tag(say("secrecy.second"), "warn")
            ui.label(told)
        if self._supervises and line.asked_by_id != self._visit.staff.id:
            with ui.element("div").classes("qt-actions"):
                self._button("secrecy.agree", partial(self._decide_lowering, True))
                self._button("secrecy.refuse", partial(self._decide_lowering, False))
        else:
            ui.label(say("secrecy.waits_second")).classes("qt-dim")

    def _reader(self, line: ReaderLine) -> None:
        say, visit = self._say, self._visit
        with ui.element("div").classes("qt-line"):
            ui.label(line.name).classes("qt-strong")
            if line.speaks:
                marks.tag(say("secrecy.speaks"), "calm")
            if line.since is None:
                marks.tag(say("secrecy.asks"), "warn")
                ui.label(visit.when(line.asked_at)).classes("qt-dim")
                self._button("secrecy.grant", partial(self._decide_access, line, True))
                self._button("secrecy.refuse", partial(self._decide_access, line, False))
            else:
                named = say("secrecy.named", who=line.by or "", at=visit.when(line.since), why=line.why or "")
                ui.label(named).classes("qt-dim")
                self._button("secrecy.end", partial(self._end_access, line), "flat dense")

    def _looks(self) -> None:
        say = self._say
        with ui.expansion(say("secrecy.looks", count=len(self._how.looks))).classes("qt-wide"):
            for look in self._how.looks:
                ui.label(_look(self._visit, look)).classes("qt-dim")
            if not self._how.looks:
                ui.label(say("secrecy.no_looks")).classes("qt-dim")

    def _button(self, key: str, press: Then, look: str = "outline dense") -> None:
        ui.button(self._say(key), on_click=lasting(press)).props(f"{look} no-caps padding='2px 10px'")

    def _word(self, grade: SecretGrade | None) -> str:
        return self._say.word("secret_grade", grade) if grade else self._say("secrecy.ungraded")

    def _lowerable(self) -> bool:
        return self._grade is not None or any(entry.grade for entry in self._found.entries)

    def _grades(self, above: SecretGrade | None = None) -> dict[str, str]:
        return {
            grade.value: self._word(grade) for grade in reversed(SecretGrade) if rank(grade) > rank(above)
        }

    async def _ask_grade(self) -> None:
        fields = {
            "grade": Field("secrecy.which", "choice", self._grades(self._grade)),
            "reason": Field("case.reason", "text"),
        }
        if entered := await self._ask("secrecy.grade", fields):
            await self._do(
                secret_grades.grade,
                grade=SecretGrade(entered["grade"]),
                reason=entered["reason"],
                policy=self._visit.desk.policy,
            )

    async def _ask_entry(self) -> None:
        fields = {
            "position": Field("secrecy.entry", "choice", self._entries(self._found.entries)),
            "grade": Field("secrecy.which", "choice", self._grades()),
            "reason": Field("case.reason", "text"),
        }
        if entered := await self._ask("secrecy.grade_entry", fields):
            await self._do(
                secret_grades.grade_entry,
                position=entered["position"],
                grade=SecretGrade(entered["grade"]),
                reason=entered["reason"],
            )

    async def _ask_lower(self) -> None:
        graded = [entry for entry in self._found.entries if entry.grade and not entry.sealed]
        case = {0: self._say("secrecy.of_case")} if self._grade else {}
        to = {UNGRADED: self._say("secrecy.ungraded"), **self._grades()}
        # The case itself is 0: nothing chosen means the same.
        what = {**case, **self._entries(graded)}
        fields = {
            "what": Field("secrecy.what", "choice", what, next(iter(what), None), required=False),
            "grade": Field("secrecy.to", "choice", to),
            "reason": Field("case.reason", "text"),
        }
        if entered := await self._ask("secrecy.lower", fields):
            await self._do(
                secret_grades.ask_lowering,
                position=entered["what"] or None,
                grade=None if entered["grade"] == UNGRADED else SecretGrade(entered["grade"]),
                reason=entered["reason"],
            )

    async def _ask_reader(self) -> None:
        if chosen := await self._ask_person("secrecy.name_reader"):
            await self._do(access.name_reader, **chosen)

    async def _ask_line(self) -> None:
        if chosen := await self._ask_person("secrecy.move_line"):
            await self._do(single_line.move, policy=self._visit.desk.policy, **chosen)

    async def _ask_person(self, key: str) -> dict[str, Any] | None:
        async with self._visit.desk.database.transaction() as session:
            people = {person.id: person for person in await accounts.list_staff(session)}
        names = {key: person.name for key, person in people.items()}
        fields = {
            "person": Field("secrecy.person", "choice", names),
            "reason": Field("case.reason", "text"),
        }
        entered = await self._ask(key, fields)
        return {**entered, "person": people[entered["person"]]} if entered else None

    async def _decide_lowering(self, agreed: bool) -> None:
        key = "secrecy.agree" if agreed else "secrecy.refuse"
        if entered := await self._ask(key, {"reason": Field("case.reason", "text")}):
            await self._do(secret_grades.decide_lowering, agreed=agreed, reason=entered["reason"])

    async def _decide_access(self, line: ReaderLine, granted: bool) -> None:
        key = "secrecy.grant" if granted else "secrecy.refuse"
        if entered := await self._ask(key, {"reason": Field("case.reason", "text")}):
            await self._do(access.decide, access_id=line.id, granted=granted, reason=entered["reason"])

    async def _end_access(self, line: ReaderLine) -> None:
        if entered := await self._ask("secrecy.end", {"reason": Field("case.reason", "text")}):
            await self._do(access.end, access_id=line.id, reason=entered["reason"])

    async def _ask(self, key: str, fields: Mapping[str, Field]) -> dict[str, Any] | None:
        return await forms.ask(self._say, self._say(key), self._say("form.save"), fields)

    async def _do(self, service: Callable[..., Awaitable[Any]], **given: Any) -> None:
        visit = self._visit

        async def deed() -> None:
            async with visit.desk.database.transaction() as session:
                await service(session, number=self._number, staff=visit.staff, now=visit.now, **given)

        await visit.act(deed, done=self._say("secrecy.done"))
        await self._then()

    def _entries(self, lines: list[EntryLine]) -> dict[Any, str]:
        say = self._say
        open_ones = [line for line in lines if not line.sealed]
        names = (f"{say.word('action', line.action)} · {self._visit.when(line.at)}" for line in open_ones)
        return {
            line.position: f"{line.position} · {name}" for line, name in zip(open_ones, names, strict=True)
        }


def _look(visit: Visit, look: Look) -> str:
    kind = visit.texts.word("view_kind", look.kind)
    return visit.texts("secrecy.look", at=visit.when(look.at), who=look.who, what=kind)
