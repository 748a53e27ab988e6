"""How grave a case is and why, and a supervisor's word on it (playbook B5, B7)."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.forms import Field
from bot.console.texts import Texts
from bot.console.visit import Visit
from ledger.services import cases
from ledger.severity import Point
from ledger.views.complaints import ComplaintDetail
from ledger.views.grading import Grade, PointLine, grade_of
from ledger.vocabulary import Risk, Role, Severity

TONES = {
    Risk.VERY_LOW: "plain",
    Risk.LOW: "plain",
    Risk.MEDIUM: "warn",
    Risk.HIGH: "warn",
    Risk.VERY_HIGH: "grave",
}


def grade_card(
    visit: Visit, found: ComplaintDetail, people: Mapping[str, str], after: Callable[[], Awaitable[None]]
) -> None:
    """The card's content; ``people`` are names by username, ``after`` is called when it was decided here."""
    say, grade = visit.texts, grade_of(found, visit.desk.policy)
    with ui.element("div").classes("qt-line"):
        marks.severity(say, grade.severity)
        marks.tag(say("grade.risk", level=say.word("risk", grade.risk)), TONES[grade.risk])
        if visit.may(Role.SUPERVISOR):
            ui.space()
            press = lasting(lambda: _overrule(visit, found, grade, after))
            ui.button(say("grade.overrule"), on_click=press).props("outline dense no-caps")
    _said_otherwise(visit, grade, people)
    ui.label(say("grade.why")).classes("qt-strong")
    _points(visit, grade)


def point_in_words(say: Texts, point: Point | PointLine) -> str:
    """The reason, and how much it counts."""
    return say("grade.point", reason=point.reason[say.language], points=point.points)


def _said_otherwise(visit: Visit, grade: Grade, people: Mapping[str, str]) -> None:
    say, verdict = visit.texts, grade.overruled
    if verdict is None:
        return
    who, at = people.get(verdict.by, verdict.by), visit.when(verdict.at)
    ui.label(say("grade.overruled", who=who, at=at, reason=verdict.reason))
    if grade.would_be_graver:
        level = say.word("severity", grade.computed)
        with ui.element("div").classes("qt-line"):
            marks.tag(say("grade.would_be", severity=level, total=grade.total), "grave")


def _points(visit: Visit, grade: Grade) -> None:
    say, grading = visit.texts, visit.desk.policy.grading
    if not grade.points:
        ui.label(say("grade.nothing")).classes("qt-dim")
    with ui.element("div").classes("qt-facts qt-points"):
        for point in grade.points:
            ui.label(f"+{point.points}").classes("qt-number")
            with ui.element("div").classes("qt-line"):
                ui.label(point.reason[say.language])
                ui.label(say.word("aspect", point.aspect)).classes("qt-dim")
    told = {"total": grade.total, "moderate": grading.moderate, "severe": grading.severe}
    ui.label(say("grade.total", **told)).classes("qt-dim")


async def _overrule(
    visit: Visit, found: ComplaintDetail, grade: Grade, after: Callable[[], Awaitable[None]]
) -> None:
    say = visit.texts
    levels = {level: say.word("severity", level) for level in Severity}
    fields = {
        "severity": Field("grade.to", "choice", levels, value=grade.severity),
        "reason": Field("case.reason", "text"),
    }
    entered = await forms.ask(say, say("grade.overrule_title"), say("grade.overrule"), fields)
    if entered is None:
        return

    async def deed() -> None:
        async with visit.desk.database.transaction() as session:
            await cases.overrule(
                session,
                number=found.complaint.number,
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
                **entered,
            )

    await visit.act(deed, done=say("grade.done"))
    await after()
