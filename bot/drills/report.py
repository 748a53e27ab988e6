"""The report of a drill in words: for its page, and as Markdown for the command (playbook D3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.drill_book import IN_REAL_TIME, Goal, Plot
from ledger.views.drill_report import DrillReport, Line
from ledger.views.drills import DrillLine

if TYPE_CHECKING:  # the console has a page of this
    from bot.console.texts import Texts

MINUTES_FROM = 120
HOURS_FROM = 7200
WHOLE_FROM = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One goal: what was planned, what it was, whether it was met."""

    planned: str
    was: str
    met: bool


def rows(report: DrillReport, plot: Plot, say: "Texts") -> list[Row]:
    """The plan, line by line."""
    return [Row(planned(line.goal, plot, say), _was(line, say), line.met) for line in report.lines]


def planned(goal: Goal, plot: Plot, say: "Texts") -> str:
    """A goal in a sentence."""
    values = {
        "share": say("drill.share", share=goal.share),
        "within": duration(goal.within.total_seconds(), say) if goal.within else "",
        "to": say.word("drill_seat", goal.to) if goal.to else "",
    }
    of = say.words("drill_who", list(dict.fromkeys(_whos(goal, plot)))) if goal.of else ""
    sentence = say(f"drill_goal.{goal.aim}", **values)
    clock = say("drill.by_the_wall") if goal.within and goal.aim in IN_REAL_TIME else ""
    return f"{say('drill.of', of=of) if of else ''}{sentence}{clock}"


def duration(seconds: float, say: "Texts") -> str:
    """A length of time in the largest unit that still tells it."""
    if seconds < MINUTES_FROM:
        return say("drill.seconds", n=_figure(seconds))
    if seconds < HOURS_FROM:
        return say("drill.minutes", n=_figure(seconds / 60))
    return say("drill.hours", n=_figure(seconds / 3600))


def _figure(number: float) -> str:
    return f"{number:.0f}" if number >= WHOLE_FROM else f"{number:.1f}".removesuffix(".0")


def counts(report: DrillReport, say: "Texts") -> list[tuple[str, str]]:
    """What there was of everything: label and number."""
    found = {
        "conversations": report.conversations,
        "messages": report.messages,
        "replies": report.replies,
        "cases": report.cases,
        "special": report.special,
        "notices": report.notices,
    }
    return [
        (say("drill.took"), duration(report.seconds, say)),
        *((say(f"drill_count.{name}"), str(number)) for name, number in found.items()),
    ]


def markdown(line: DrillLine, say: "Texts") -> str:
    """The whole report; of a drill without one, that it has none."""
    return "\n".join(_markdown(line, say))


def _markdown(line: DrillLine, say: "Texts") -> Iterator[str]:
    yield f"# {say('drill.report_of', name=line.plot.names[say.language])}"
    yield ""
    yield line.plot.purpose[say.language]
    yield ""
    yield _how(line, say)
    if line.report is None:
        return
    yield ""
    yield f"**{verdict(line.report, say)}**"
    yield ""
    yield f"| {say('drill.planned')} | {say('drill.was')} | {say('drill.met')} |"
    yield "|---|---|---|"
    for row in rows(line.report, line.plot, say):
        yield f"| {row.planned} | {row.was} | {say('drill.yes' if row.met else 'drill.no')} |"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for label, number in counts(line.report, say):
        yield f"| {label} | {number} |"
    yield ""
    heads = ("of_time", "came", "cases_opened", "special_opened", "answered_in")
    yield f"| {' | '.join(say(f'drill.{head}') for head in heads)} |"
    yield "|---|---|---|---|---|"
    for cells in stretches(line.report, say):
        yield f"| {' | '.join(cells)} |"


def verdict(report: DrillReport, say: "Texts") -> str:
    """How many goals were met, in a sentence."""
    return say("drill.verdict", met=report.met, all=len(report.lines))


def stretches(report: DrillReport, say: "Texts") -> list[tuple[str, ...]]:
    """The drill in tenths, a row of cells each."""
    return [
        (
            f"{number}/{len(report.stretches)}",
            str(part.came),
            str(part.cases),
            str(part.special),
            duration(part.answered, say) if part.answered is not None else "–",
        )
        for number, part in enumerate(report.stretches, 1)
    ]


def _how(line: DrillLine, say: "Texts") -> str:
    return say(
        "drill.how",
        lasts=duration(line.plot.lasts.total_seconds(), say),
        faster=line.plot.faster,
        people=say("drill.cast" if line.cast else "drill.real_people"),
        ending=say.word("drill_ending", line.ending) if line.ending else say("drill.runs"),
    )


def _was(line: Line, say: "Texts") -> str:
    if not line.total:
        return say("drill.nobody")
    share = say("drill.reached", reached=line.reached, total=line.total)
    if line.typical is None or line.slowest is None:
        return share
    times = {"typical": duration(line.typical, say), "slowest": duration(line.slowest, say)}
    return share + say("drill.times", **times)


def _whos(goal: Goal, plot: Plot) -> Iterator[str]:
    for name in goal.of:
        group = plot.group(name)
        yield str(group.who) if group else name
