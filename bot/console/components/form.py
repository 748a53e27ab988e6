"""A form on a screen: where it stands, what to do now, what is missing, what is known, what happened."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.clocks import clock_table, countdowns
from bot.console.components.countdown import Countdown
from bot.console.components.form_words import NOTHING, in_words
from bot.console.components.forms import Field
from bot.console.visit import Visit
from ledger.form_book import FormDefinition, FormField, StepDefinition, book
from ledger.services import forms as papers
from ledger.views.forms import FormDetail, FormLine, StepLine

Then = Callable[[], Awaitable[None]]


def form_link(visit: Visit, line: FormLine, *, of: str | None = None) -> None:
    """A form in a list: what it is, its number, where it stands, whose case, unless ``of`` says."""
    definition = book()[line.kind]
    state = definition.states[line.state]
    with ui.element("div").classes("qt-line"):
        if line.drill:
            marks.drill(visit.texts)
        ui.label(definition.names[visit.texts.language]).classes("qt-strong")
        ui.link(line.number, f"/desk/forms/{line.number}").classes("qt-number")
        marks.tag(state.names[visit.texts.language], "plain" if line.closed_at else "calm")
        if line.case and line.case != of:
            ui.link(line.case, f"/desk/complaints/{line.case}").classes("qt-number")
        ui.label(visit.when(line.opened_at)).classes("qt-dim")
        if line.due_at:
            ui.space()
            Countdown(visit, line.due_at)


class FormCard:
    """One form, whole; ``people`` are names by user name, ``then`` is called when something was done here.

    ``aside`` builds what its kind shows beside the fields.
    """

    def __init__(
        self,
        visit: Visit,
        found: FormDetail,
        people: Mapping[str, str],
        then: Then,
        aside: Callable[[], None] | None = None,
    ) -> None:
        self.visit, self.found, self.people, self.then, self.aside = visit, found, people, then, aside
        self.say, self.language = visit.texts, visit.texts.language
        self.definition: FormDefinition = found.definition

    def show(self) -> None:
        """Build it here."""
        self._head()
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"):
                if self.found.line.closed_at is None:
                    self._now()
                self._known()
            with ui.element("div"):
                if self.aside:
                    self.aside()
                self._clocks()
                self._log()

    def _head(self) -> None:
        with ui.element("div").classes("qt-path"):
            with ui.element("div").classes("qt-line"):
                names = {name: state.names[self.language] for name, state in self._path()}
                marks.path(names, self.found.line.state)
                ui.space()
                printing = ui.button(self.say("form_page.print"), icon="print")
                printing.props("flat dense no-caps").classes("qt-unprinted")
                printing.on("click", js_handler="() => window.print()")
            self._origin()

    def _origin(self) -> None:
        with ui.element("div").classes("qt-line qt-dim"):
            if self.found.line.case:
                ui.link(self.found.line.case, f"/desk/complaints/{self.found.line.case}")
            who = self.found.line.opened_by or self.say("form_page.by_itself")
            ui.label(self.say("form_page.opened_by", at=self.visit.when(self.found.line.opened_at), who=who))
            ui.label(self.definition.about[self.language])

    def _path(self) -> list[tuple[str, Any]]:
        """The states passed, the present one, and those it may yet come to; not the ends it did not take."""
        passed = {self.definition.first, *(step.to_state for step in self.found.steps)}
        closed = self.found.line.closed_at is not None
        states = self.definition.states.items()
        return [(name, state) for name, state in states if name in passed or not (closed or state.end)]

    def _now(self) -> None:
        say, state = self.say, self.definition.states[self.found.line.state]
        ui.label(say("form_page.todo")).classes("qt-heading").props("role=heading aria-level=2")
        with ui.element("section").classes("qt-card qt-form qt-broad"):
            if state.todo:
                ui.label(state.todo[self.language]).classes("qt-strong")
            with ui.element("div").classes("qt-line"):
                running = (clock for clock in self.found.clocks if clock.stopped_at is None)
                countdowns(self.visit, sorted(running, key=lambda clock: clock.order))
            self._ask_for_missing()
            with ui.element("div").classes("qt-actions"):
                # What leads on stands before what is only noted.
                steps = sorted(
                    self.definition.steps_from(self.found.line.state), key=lambda one: not one[1].to
                )
                for place, (name, step) in enumerate(one for one in steps if self.visit.may(one[1].role)):
                    look = "unelevated" if place == 0 else "outline"
                    press = lasting(partial(self._take, name, step))
                    ui.button(step.names[self.language], on_click=press).props(f"{look} no-caps")

    def _ask_for_missing(self) -> None:
        """What a step from here needs comes first; what is merely empty follows."""
        asked = self.definition.asks(self.found.line.state)
        empty = [name for name in asked if self.found.values.get(name) in NOTHING]
        if not empty or not self._open_to_me():
            return
        needed = self.found.missing
        order = [*(name for name in empty if name in needed), *(name for name in empty if name not in needed)]
        fields = {name: self._field(name, self.definition.fields[name]) for name in order}
        if needed:
            names = self.say("format.and").join(self._name(name) for name in needed)
            ui.label(self.say("form_page.missing", fields=names)).classes("qt-reason")
        with ui.element("div").classes("qt-fields"):
            inputs = forms.build(self.say, fields)

        async def save() -> None:
            entered = forms.values(self.say, fields, inputs)
            if entered is not None:
                await self._fill({name: value for name, value in entered.items() if value not in NOTHING})

        ui.button(self.say("form_page.save"), on_click=lasting(save)).props("outline no-caps")

    def _open_to_me(self) -> bool:
        """Whether the visitor may fill something in here and now."""
        fixed = self.definition.fixes(self.found.line.state)
        return not fixed and self.visit.may(self.definition.role)

    def _known(self) -> None:
        stands = {name: value for name, value in self.found.values.items() if value not in NOTHING}
        if not stands:
            return
        ui.label(self.say("form_page.known")).classes("qt-heading").props("role=heading aria-level=2")
        with ui.element("section").classes("qt-card"):
            with ui.element("div").classes("qt-facts"):
                for name in (one for one in self.definition.fields if one in stands):
                    ui.label(self._name(name))
                    self._value(name, stands[name])
            if self._open_to_me():
                ui.button(self.say("form_page.correct"), on_click=lasting(self._correct)).props(
                    "flat dense no-caps"
                )

    def _value(self, name: str, value: Any) -> None:
        with ui.element("div").classes("qt-line"):
            ui.label(self._in_words(self.definition.fields[name], value)).classes("qt-text")
            if name not in self.found.entered:
                ui.label(self.say("form_page.known_itself")).classes("qt-dim")

    async def _correct(self) -> None:
        fields = {
            name: self._field(name, field, self.found.values.get(name))
            for name, field in self.definition.fields.items()
            if self.found.values.get(name) not in NOTHING
        }
        title = self.definition.names[self.language]
        entered = await forms.ask(self.say, title, self.say("form_page.save"), fields)
        if entered is not None:
            changed = {n: value for n, value in entered.items() if value != self.found.values.get(n)}
            await self._fill(changed)

    def _clocks(self) -> None:
        if self.found.clocks:
            ui.label(self.say("form_page.clocks")).classes("qt-heading").props("role=heading aria-level=2")
            with ui.element("section").classes("qt-card"):
                clock_table(self.visit, self.found.clocks)

    def _log(self) -> None:
        if self.found.children:
            ui.label(self.say("form_page.children")).classes("qt-heading").props("role=heading aria-level=2")
            with ui.element("section").classes("qt-card"):
                for child in self.found.children:
                    form_link(self.visit, child, of=self.found.line.case)
        if self.found.steps:
            ui.label(self.say("form_page.log")).classes("qt-heading").props("role=heading aria-level=2")
            with ui.element("section").classes("qt-card qt-entries"):
                for step in reversed(self.found.steps):
                    self._step(step)

    def _step(self, taken: StepLine) -> None:
        step = self.definition.steps[taken.name]
        with ui.element("div").classes("qt-entry"):
            ui.label(self.visit.when(taken.at)).classes("qt-dim")
            with ui.element("div"):
                with ui.element("div").classes("qt-line"):
                    ui.label(step.names[self.language]).classes("qt-strong")
                    ui.label(taken.by or self.say("form_page.by_itself")).classes("qt-dim")
                if taken.reason:
                    ui.label(self.say("entry.reason", reason=self.say.word("reason", taken.reason)))
                for name, value in taken.entered.items():
                    words = self._in_words(step.fields[name], value) if name in step.fields else str(value)
                    told = self.say.word("form_page", name)
                    label = step.fields[name].names[self.language] if name in step.fields else told
                    ui.label(self.say("entry.set", field=label, value=words)).classes("qt-text")

    async def _take(self, name: str, step: StepDefinition) -> None:
        fields = {key: self._field(key, field) for key, field in step.fields.items()}
        if step.reason:
            fields["reason"] = Field("form_page.reason", "text")
        entered: dict[str, Any] | None = {}
        if fields:
            title = step.names[self.language]
            entered = await forms.ask(self.say, title, title, fields)
        if entered is None:
            return
        reason = entered.pop("reason", None)

        async def deed() -> None:
            async with self.visit.desk.database.transaction() as session:
                await papers.take_step(
                    session,
                    number=self.found.line.number,
                    step=name,
                    staff=self.visit.staff,
                    policy=self.visit.desk.policy,
                    now=self.visit.now,
                    entered=entered,
                    reason=reason,
                )

        await self.visit.act(deed, done=self.say("form_page.done"))
        await self.then()

    async def _fill(self, filled: dict[str, Any]) -> None:
        async def deed() -> None:
            async with self.visit.desk.database.transaction() as session:
                await papers.fill(
                    session,
                    number=self.found.line.number,
                    filled=filled,
                    staff=self.visit.staff,
                    policy=self.visit.desk.policy,
                    now=self.visit.now,
                )

        await self.visit.act(deed, done=self.say("form_page.saved"))
        await self.then()

    def _field(self, name: str, field: FormField, value: Any = None) -> Field:
        options: Mapping[Any, str] | None = None
        if field.kind == "person":
            options = self.people
        elif field.options:
            options = {key: names[self.language] for key, names in field.options.items()}
        kind = "choice" if field.kind == "person" else field.kind
        start = [] if kind == "several" and value is None else value
        label = field.names[self.language]
        return Field(name, kind, options, start, required=name not in self.definition.fields, label=label)

    def _name(self, name: str) -> str:
        return self.definition.fields[name].names[self.language]

    def _in_words(self, field: FormField, value: Any) -> str:
        return in_words(self.visit, self.people, field, value)
