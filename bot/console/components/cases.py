"""A case as a card beside a conversation, and as a row on a list."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.console.components import marks
from bot.console.components.clocks import acknowledge_button, countdowns
from bot.console.visit import Visit
from ledger.views.rows import CaseRow
from ledger.vocabulary import Severity


def link_to_case(number: str) -> None:
    """The number, leading to the complaint's page."""
    ui.link(number, f"/desk/complaints/{number}").classes("qt-number")


def case_row(visit: Visit, case: CaseRow) -> None:
    """A case in a list: what it is, what time is left, what was said, whose it is and how far it has come."""
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        link_to_case(case.number)
        case_marks(visit, case)
    with ui.element("div").classes("qt-line"):
        countdowns(visit, case.running, graded=case.secret_grade is not None)
    with ui.element("div").classes("qt-line qt-dim"):
        unsaid = "secrecy.words_hidden" if case.secret_grade else "case.no_words"
        ui.label(case.snippet or say(unsaid)).classes("qt-snippet")
    with ui.element("div").classes("qt-line qt-dim"):
        ui.label(case_owner(visit, case))
        ui.label(say.word("stage", case.stage))
        ui.label(visit.when(case.opened_at))


def case_marks(visit: Visit, case: CaseRow) -> None:
    """The marks a case bears in every list: only what sets it apart."""
    say = visit.texts
    if case.demo:
        marks.demo(say)
    if case.drill:
        marks.drill(say)
    if case.special:
        marks.green_channel(say)
    if case.secret_grade:
        marks.tag(say.word("secret_grade", case.secret_grade), "warn")
    ui.label(category_in_words(visit, case)).classes("qt-strong")
    if case.severity is not Severity.MILD:
        marks.severity(say, case.severity)


def category_in_words(visit: Visit, case: CaseRow) -> str:
    """What it is about; a contact has no category."""
    if case.category is None:
        return visit.texts.word("case_type", case.type)
    return visit.texts.word("category", case.category)


def case_owner(visit: Visit, case: CaseRow) -> str:
    """Who answers for it: the person, the department, or nobody yet."""
    department = (case.department or {}).get(visit.texts.language, "")
    owner = case.owner or visit.texts("case.no_owner")
    return f"{owner} · {department}" if department else owner


def case_card(visit: Visit, case: CaseRow, then: Callable[[], Awaitable[None]]) -> None:
    """A case beside the conversation: what is known, and the clocks with what may be done about them."""
    say = visit.texts
    with ui.element("section").classes("qt-card" + (" qt-special" if case.special else "")):
        with ui.element("div").classes("qt-line"):
            link_to_case(case.number)
            case_marks(visit, case)
        for reason in marks.reasons(say, case.reasons):
            ui.label(reason).classes("qt-reason")
        if case.remedies:
            ui.label(say("case.wants", remedies=say.words("remedy", list(case.remedies))))
        ui.label(f"{case_owner(visit, case)} · {say.word('stage', case.stage)}").classes("qt-dim")
        with ui.element("div").classes("qt-clocks"):
            countdowns(visit, case.running)
        acknowledge_button(visit, case.number, case.running, then)
