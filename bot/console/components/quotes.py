"""What was said elsewhere, as a report quotes it: headlines that lead to where they stand (playbook C8)."""

from nicegui import ui

from bot.console.components import marks
from bot.console.components.cases import link_to_case
from bot.console.visit import Visit
from bot.wording import Wording
from ledger.reports import Quote, Section
from ledger.vocabulary import MentionKind

LOUD = frozenset({MentionKind.BIG_ACCOUNT, MentionKind.PRESS})


def quotes(visit: Visit, words: Wording, section: Section) -> None:
    """A card: the gravest first, as they were told."""
    with ui.element("section").classes("qt-card"):
        with ui.element("h2").classes("qt-heading"):
            ui.label(words.texts(f"report_section.{section.key}"))
            ui.label(str(len(section.quotes) + section.more)).classes("qt-count")
        for quote in section.quotes:
            with ui.element("div").classes("qt-line"):
                _quote(visit, words, quote)
        if section.more:
            ui.label(words.texts("opinion.more", count=section.more)).classes("qt-dim")


def _quote(visit: Visit, words: Wording, quote: Quote) -> None:
    say = visit.texts
    marks.tag(say.word("mention_kind", quote.kind), "warn" if quote.kind in LOUD else "plain")
    outside(quote.said, quote.url)
    ui.label(words.when(quote.published_at)).classes("qt-dim")
    if quote.reach:
        ui.label(say("opinion.reach", count=f"{quote.reach:,}")).classes("qt-dim")
    if quote.complaint:
        link_to_case(quote.complaint)


def outside(text: str, url: str | None) -> None:
    """Words from elsewhere, set as text; their address leads out in a tab that learns nothing of us."""
    if url is None:
        ui.label(text).classes("qt-strong qt-text")
        return
    link = ui.link(text, url, new_tab=True).classes("qt-strong qt-text")
    link.props('rel="noopener noreferrer nofollow"')
