"""The case anthology as a book (案例选编, playbook C1): Markdown, and PDF.

The PDF names one of the standard Chinese fonts instead of carrying it: every reader has one for them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate

from ledger.views.anthology import STORY, Story

if TYPE_CHECKING:  # the console's pages import this module
    from bot.console.texts import Texts

FONT: Final = "STSong-Light"
"""It has the characters of both scripts, and Latin ones."""
BODY: Final = ParagraphStyle(
    "body", fontName=FONT, fontSize=10.5, leading=17, spaceAfter=6, wordWrap="CJK", alignment=TA_LEFT
)
HEADING: Final = ParagraphStyle("heading", BODY, fontSize=16, leading=24, spaceBefore=4, spaceAfter=8)
LABEL: Final = ParagraphStyle("label", BODY, fontSize=11.5, leading=18, spaceBefore=6, spaceAfter=2)
SMALL: Final = ParagraphStyle("small", BODY, fontSize=9, textColor="#5a676f")


class Format(StrEnum):
    """What the book is written as."""

    MD = "md"
    PDF = "pdf"


def book(stories: Sequence[Story], say: "Texts", *, day: date, format: Format) -> bytes:
    """The stories as a book, in their order, with headings in the language of ``say``."""
    return _pdf(stories, say, day) if format is Format.PDF else _markdown(stories, say, day).encode()


def _markdown(stories: Sequence[Story], say: "Texts", day: date) -> str:
    lines = [f"# {say('anthology.book')}", "", _imprint(stories, say, day), ""]
    for place, story in enumerate(stories, 1):
        lines += [f"## {place}. {_plain(story.title)}", "", _kind(story, say), ""]
        for label, text in _parts(story, say):
            lines += [f"### {label}", "", *_plain_lines(text), ""]
    return "\n".join(lines)


def _pdf(stories: Sequence[Story], say: "Texts", day: date) -> bytes:
    registerFont(UnicodeCIDFont(FONT))
    written, title = BytesIO(), say("anthology.book")
    pages = SimpleDocTemplate(
        written,
        pagesize=A5,
        title=title,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
    )
    flow: list[Flowable] = [Paragraph(escape(title), HEADING), Paragraph(_imprint(stories, say, day), SMALL)]
    for place, story in enumerate(stories, 1):
        flow += [*([PageBreak()] if place > 1 else []), Paragraph(f"{place}. {escape(story.title)}", HEADING)]
        flow.append(Paragraph(escape(_kind(story, say)), SMALL))
        for label, text in _parts(story, say):
            flow.append(Paragraph(escape(label), LABEL))
            flow += [Paragraph(escape(line), BODY) for line in text.splitlines() if line.strip()]
    pages.build(flow)
    return written.getvalue()


def _parts(story: Story, say: "Texts") -> Iterator[tuple[str, str]]:
    """What there is of a story besides its title, each under its label."""
    for part in STORY[1:]:
        if text := getattr(story, part):
            yield say(f"anthology.{part}"), text


def _kind(story: Story, say: "Texts") -> str:
    return say.word("category", story.category) if story.category else say("anthology.no_kind")


def _imprint(stories: Sequence[Story], say: "Texts", day: date) -> str:
    return say("anthology.imprint", count=len(stories), day=day.isoformat())


def _plain_lines(text: str) -> Iterator[str]:
    """Each line as a paragraph of its own."""
    for line in text.splitlines():
        if line.strip():
            yield _plain(line)
            yield ""


def _plain(line: str) -> str:
    """A line that Markdown takes for nothing but text."""
    told = line.strip()
    for mark in "\\`*_{}[]<>#|":
        told = told.replace(mark, f"\\{mark}")
    return told
