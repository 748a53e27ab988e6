"""A report in a reader's words, as Markdown: for the command line, and its beginning for a notice."""

from collections.abc import Iterator
from typing import Final

from bot.wording import Wording
from ledger.lists import Row
from ledger.reports import Content, Figure, Quote, Section
from ledger.views.reports import ReportLine

SAID_IN_A_NOTICE: Final = 3


def title(words: Wording, report: ReportLine) -> str:
    """What report it is: kind, day, about whom."""
    whose = words.department(report.department) if report.department else words.texts("reports.whole")
    kind = words.texts.word("report", report.kind)
    return words.texts("reports.title", kind=kind, day=report.day.isoformat(), whose=whose)


def analysis(words: Wording, content: Content) -> list[str]:
    """What the figures amount to, in sentences."""
    return [words.sentence("report_says", told) for told in content.analysis]


def period(words: Wording, report: ReportLine) -> str:
    """Which time it covers, and when it was made."""
    since, until = words.dated(report.since), words.dated(report.until)
    return words.texts("reports.period", since=since, until=until, made=words.dated(report.generated_at))


def figure(words: Wording, one: Figure) -> str:
    """A number beside what it was."""
    if one.before is None:
        return str(one.value)
    return words.texts("reports.beside", value=one.value, before=one.before)


def markdown(words: Wording, report: ReportLine) -> str:
    """All of it."""
    return "\n".join(_lines(words, report)) + "\n"


def _lines(words: Wording, report: ReportLine) -> Iterator[str]:
    yield f"# {title(words, report)}"
    yield f"\n{period(words, report)}\n"
    yield from (f"- {_plain(sentence)}" for sentence in analysis(words, report.content))
    for section in report.content.sections:
        if not section.empty:
            yield f"\n## {words.texts(f'report_section.{section.key}')}\n"
            yield from _section(words, section)


def _section(words: Wording, section: Section) -> Iterator[str]:
    yield from (f"- {words.about(one.about)}: {figure(words, one)}" for one in section.figures)
    yield from (_row(words, row) for row in section.rows)
    yield from (_quote(words, quote) for quote in section.quotes)
    if section.more:
        yield f"- {words.texts('reports.more', count=section.more)}"
    for note in section.notes:
        yield f"- {note.number} {words.department(note.department)} {note.who}: {_plain(note.text)}"


def _row(words: Wording, row: Row) -> str:
    reasons = words.texts("format.and").join(words.sentence("list_reason", one) for one in row.reasons)
    whose = f"{row.owner or words.texts('case.no_owner')} · {words.department(row.department)}"
    return f"- {row.number} {words.about(row.about)} ({whose}): {reasons}"


def _quote(words: Wording, quote: Quote) -> str:
    where = f"{words.texts.word('mention_kind', quote.kind)}, {words.when(quote.published_at)}"
    told = [quote.complaint, quote.url]
    return " ".join([f"- {_plain(quote.said)} ({where})", *(one for one in told if one)])


def _plain(text: str) -> str:
    """What a person wrote, in one line."""
    return " ".join(text.split())
