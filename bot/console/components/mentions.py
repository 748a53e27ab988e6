"""What was said elsewhere, as rows: how bad, where, by whom, and what can be done about it (playbook C8)."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.cases import link_to_case
from bot.console.components.forms import Field
from bot.console.components.quotes import LOUD, outside
from bot.console.news import on_news
from bot.console.visit import Visit
from ledger.models import Case, Mention
from ledger.services import mentions
from ledger.views import opinion
from ledger.views.opinion import MentionLine
from ledger.vocabulary import Category, Feeling, Language

TONES = {Feeling.NEGATIVE: "grave", Feeling.NEUTRAL: "plain", Feeling.POSITIVE: "calm"}
Then = Callable[[], Awaitable[None]]


def said_elsewhere(visit: Visit, number: str) -> None:
    """What is said elsewhere about a case, with its heading; nothing is shown where nothing is said."""
    place = ui.element("div").classes("qt-cards")
    place.set_visibility(False)

    async def show() -> None:
        async with visit.desk.database.transaction() as session:
            lines = await opinion.of_case(session, number, policy=visit.desk.policy)
        place.clear()
        place.set_visibility(bool(lines))
        with place:
            heading = visit.texts("opinion.of_case")
            ui.label(heading).classes("qt-heading").props("role=heading aria-level=2")
            with ui.element("section").classes("qt-list"):
                for line in lines:
                    _row(visit, line)

    on_news(visit.desk, show, "case", about=lambda news: news.get("number") == number)
    ui.timer(0, show, once=True, immediate=True)


def mention_rows(visit: Visit, lines: Sequence[MentionLine], then: Then) -> None:
    """Each with what can be done; ``then`` is called when it was."""
    with ui.element("div").classes("qt-list"):
        for line in lines:
            with _row(visit, line):
                ui.space()
                with ui.element("div").classes("qt-actions"):
                    _deeds(visit, line, then)


def topic_name(visit: Visit, key: str) -> str:
    """What the policy calls a topic in the reader's language."""
    topics = visit.desk.policy.opinion.topics
    names = next((topic.names for topic in topics if topic.key == key), None)
    return names[visit.texts.language] if names else key


def _row(visit: Visit, line: MentionLine) -> ui.element:
    """A mention; its last line, to which more may be added."""
    with ui.element("div").classes("qt-row"):
        _tags(visit, line)
        _words(line)
        with ui.element("div").classes("qt-line") as last:
            _origin(visit, line)
    return last


def _tags(visit: Visit, line: MentionLine) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        marks.tag(say.word("mention_kind", line.kind), "warn" if line.kind in LOUD else "plain")
        if line.feeling is None:
            marks.tag(say("opinion.not_judged"))
        else:
            marks.tag(say.word("feeling", line.feeling), TONES[line.feeling])
        if line.risk:
            marks.tag(say("opinion.risk"), "warn")
        marks.signals(say, line.signals)
        if line.demo:
            marks.demo(say)
        for key in line.topics:
            marks.tag(topic_name(visit, key))


def _words(line: MentionLine) -> None:
    if heading := line.title or line.url:
        outside(heading, line.url)
    if line.text:
        ui.label(line.text).classes("qt-said")


def _origin(visit: Visit, line: MentionLine) -> None:
    say = visit.texts
    ui.label(visit.when(line.published_at)).classes("qt-dim")
    ui.label(line.author or say("opinion.unknown_author")).classes("qt-dim")
    ui.label(line.source).classes("qt-dim")
    if line.reach:
        ui.label(say("opinion.reach", count=f"{line.reach:,}")).classes("qt-dim")


def _deeds(visit: Visit, line: MentionLine, then: Then) -> None:
    if line.complaint:
        link_to_case(line.complaint)
        return
    say = visit.texts
    look = "outline dense no-caps padding='2px 10px'"
    ui.button(say("opinion.link"), on_click=lambda: _link(visit, line, then)).props(look)
    ui.button(say("opinion.open"), on_click=lambda: _open(visit, line, then)).props(look)


async def _link(visit: Visit, line: MentionLine, then: Then) -> None:
    say = visit.texts
    fields = {"number": Field("opinion.number")}
    asked = await forms.ask(say, say("opinion.link_title"), say("opinion.link"), fields)
    if asked is None:
        return

    async def deed() -> Mention:
        async with visit.desk.database.transaction() as session:
            return await mentions.link(
                session,
                mention_id=line.id,
                number=asked["number"],
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )

    if await visit.act(deed, done=say("opinion.linked", number=asked["number"])):
        await then()


async def _open(visit: Visit, line: MentionLine, then: Then) -> None:
    say = visit.texts
    fields = {
        "category": Field("opinion.category", "choice", say.options("category")),
        "language": Field("opinion.language", "choice", say.options("language"), say.language.value),
    }
    asked = await forms.ask(say, say("opinion.open_title"), say("opinion.open"), fields)
    if asked is None:
        return

    async def deed() -> Case:
        async with visit.desk.database.transaction() as session:
            return await mentions.open_case(
                session,
                mention_id=line.id,
                category=Category(asked["category"]),
                language=Language(asked["language"]),
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )

    if case := await visit.act(deed):
        ui.notify(say("opinion.opened", number=case.number), type="positive")
        await then()
