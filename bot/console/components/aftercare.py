"""After a case was solved (playbook A1, D5): what its customer says to it, and whether it comes up again."""

from collections.abc import Iterator

from nicegui import ui

from bot.console.components import marks
from bot.console.components.cases import link_to_case
from bot.console.components.form import form_link
from bot.console.components.form_words import in_words
from bot.console.components.quotes import outside
from bot.console.news import on_news
from bot.console.visit import Visit
from bot.wording import Wording
from ledger.views.aftercare import Aftermath, aftermath
from ledger.views.forms import FormDetail
from ledger.views.rekindled import Again

ASKED = ("right", "wrong", "hoped", "again", "rating")
"""What a visit in depth asks beyond the stars."""


def aftercare(visit: Visit, number: str) -> None:
    """The cards of the case with this number; nothing is shown where there is nothing to tell."""
    place = ui.element("div").classes("qt-cards")
    place.set_visibility(False)

    async def show() -> None:
        async with visit.desk.database.transaction() as session:
            found = await aftermath(session, number, policy=visit.desk.policy, now=visit.now)
        place.clear()
        place.set_visibility(found is not None)
        with place:
            if found:
                _cards(visit, found)

    on_news(visit.desk, show, "case", "form", about=lambda news: news.get("number") == number)
    ui.timer(0, show, once=True, immediate=True)


def _cards(visit: Visit, found: Aftermath) -> None:
    if found.again or found.earlier:
        _heading(visit.texts("aftercare.rekindled"))
        with ui.element("section").classes("qt-list"):
            for one in found.earlier:
                _row(visit, one, as_earlier=True)
            for one in found.again:
                _row(visit, one)
    if found.papers:
        _heading(visit.texts("aftercare.title"))
        with ui.element("section").classes("qt-card"):
            for paper in found.papers:
                _paper(visit, paper)


def _heading(text: str) -> None:
    ui.label(text).classes("qt-heading").props("role=heading aria-level=2")


def _row(visit: Visit, one: Again, *, as_earlier: bool = False) -> None:
    """One sign of coming up again, with its reasons."""
    words = Wording(visit.texts, visit.desk.policy, visit.now)
    first, *reasons = one.sentences
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            if as_earlier:
                link_to_case(one.before.number)
                ui.label(_earlier(visit, one))
            elif one.complaint is not None:
                link_to_case(one.complaint.number)
                ui.label(visit.texts("aftercare.after", at=visit.when(one.at)))
            else:
                ui.label(words.sentence("list_reason", first))
        if as_earlier and one.before.outcome and not one.secret:
            ui.label(visit.texts("aftercare.outcome", outcome=one.before.outcome)).classes("qt-said")
        if one.mention is not None:
            outside(one.mention.title or one.mention.said[:80], one.mention.url)
        with ui.element("div").classes("qt-line"):
            for reason in reasons:
                marks.tag(words.sentence("list_reason", reason), "warn")


def _earlier(visit: Visit, one: Again) -> str:
    say, owner = visit.texts, one.before.owner
    name = owner.name if owner else say("aftercare.nobody")
    return say("aftercare.before", at=visit.when(one.before.resolved_at), owner=name)


def _paper(visit: Visit, paper: FormDetail) -> None:
    """Where the form stands, and what the customer said."""
    form_link(visit, paper.line)
    with ui.element("div").classes("qt-facts"):
        for label, value in _told(visit, paper):
            ui.label(label)
            ui.label(value).classes("qt-text")


def _told(visit: Visit, paper: FormDetail) -> Iterator[tuple[str, str]]:
    language, definition = visit.texts.language, paper.definition
    for step in paper.steps:
        for name, field in definition.steps[step.name].fields.items():
            if name in step.entered:
                yield field.names[language], in_words(visit, {}, field, step.entered[name])
    for name in ASKED:
        if (value := paper.values.get(name)) not in (None, ""):
            yield definition.fields[name].names[language], in_words(visit, {}, definition.fields[name], value)
