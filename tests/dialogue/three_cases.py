"""Writes docs/three-cases.md: `python -m tests.dialogue.three_cases`.

The cases are those of `tests/cases/`, played through the real system (`played.py`) and told as their books
tell them, in the words and the language of the case's page.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import select

from bot.auth import Guard
from bot.console.board import Board
from bot.console.components.delays import lasted
from bot.console.components.entries import Reader, actor_in_words, changes, form_told, reason_in_words
from bot.console.components.form_words import NOTHING, in_words
from bot.console.texts import texts
from bot.console.visit import Visit
from ledger.form_book import FormField, book
from ledger.models import Clock, Entry, Form, Notice, Staff
from ledger.services import departments
from ledger.services.entries import DESK, Broken, verify
from ledger.views import complaints
from ledger.views.clocks import ClockLine
from ledger.views.complaints import ComplaintDetail, EntryLine
from ledger.views.forms import FormDetail, form
from ledger.views.grading import grade_of
from ledger.views.messages import Line
from ledger.vocabulary import Author, ClockKind, NoticeKind, Stage
from tests.dialogue.played import Played, played, scripts
from tests.dialogue.transcripts import an_assistant

TARGET: Final = Path(__file__).parents[2] / "docs" / "three-cases.md"
HEAD: Final = """# Three severe cases, from the first message to the review

As the ledger tells them: somebody is hurt and the paper comes (简体中文), personal data got out and a
regulator has been told (繁體中文), a crowd stands at a shop (English).

- **What is real.** `make transcripts` writes this page anew. Customers' words are typed into the desk; what
  the assistant says is what the trained model and the actions answer. What staff do goes through the
  services that their screens call, with every rule in force: who may, what is missing, who must be a second
  person.
- **What is told.** The time. Nobody waited for weeks: desk and assistant are told what time it is, and
  before anything happens, each job of the queue that falls due until then is done at its own time. So
  reminders, breaches, urgings, notices and the question how it is now came by themselves, when they would
  have. Not played are the looks of every minute (a nudge after silence, warnings) and the daily reports.
- **What is invented.** The people, their numbers and their words; `tests/cases/` holds what customers and
  staff do, and nothing else on this page is written by hand.

How to read it: what customers say stands bold behind the time, what they are told is indented, and the
lines of the ledger follow as a list, several of one moment in one line. `…` in an entry stands for a name
or a number, which entries never hold; in a form, for the customer's own words as above. Each case ends with
its forms, its clocks and its figures. Numbers and hashes differ from run to run.
"""
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Told:
    """Some people were told of something at one moment; what it was about is a form's number or a clock."""

    at: datetime
    kind: str
    paper: str | None
    clock: str | None
    people: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """All that the ledger holds of a played case.

    ``details`` are its complaints, the first the one it is about; ``books`` the entries with the book each
    stands in; ``papers`` the forms in the order they were opened.
    """

    run: Played
    reader: Reader
    details: Sequence[ComplaintDetail]
    books: Sequence[tuple[str, EntryLine]]
    papers: Sequence[FormDetail]
    told: Sequence[Told]
    broken: Broken | None

    @property
    def main(self) -> ComplaintDetail:
        """The complaint it is about."""
        return self.details[0]

    @property
    def clocks(self) -> list[ClockLine]:
        """The clocks of all its complaints, in the order they were started."""
        return sorted((one for detail in self.details for one in detail.clocks), key=lambda one: one.id)

    @property
    def closed_at(self) -> datetime | None:
        """When the complaint it is about was closed."""
        return next((line.at for book, line in self.books if _closes(line) and book == self.number), None)

    @property
    def number(self) -> str:
        """The number of the complaint it is about."""
        return self.main.complaint.number


def _closes(line: EntryLine) -> bool:
    return line.action == "stage.entered" and (line.after or {}).get("stage") == Stage.CLOSED


async def story_of(run: Played) -> Story:
    """Read everything about a played case."""
    cases = await run.cases()
    async with run.desk.database.transaction() as session:
        found = [await complaints.complaint(session, case.number) for case in cases]
        details = [detail for detail in found if detail]
        statements = await session.scalars(
            select(Form.number)
            .where(Form.case_id.is_(None), Form.opened_by_id.in_([one.id for one in run.staff.values()]))
            .order_by(Form.id)
        )
        numbers = [*(line.number for detail in details for line in detail.forms), *statements]
        papers = [paper for number in numbers if (paper := await form(session, number))]
        places = await departments.list_departments(session)
        entries = [(one.complaint.number, line) for one in details for line in one.entries]
        entries += [(DESK, line) for line in await _of_desk(session, numbers)]
        notices = await _notices(session, [case.id for case in cases])
        broken = await verify(session)
    say = texts(run.script.language)
    visit = Visit(run.desk, Board(run.desk), next(iter(run.staff.values())), say, "", False, Guard(), "")
    reader = Reader(
        visit,
        people={person.username: person.name for person in run.staff.values()},
        departments={place.key: place.names[say.language] for place in places},
    )
    papers.sort(key=lambda one: one.line.opened_at)
    return Story(run, reader, details, entries, papers, notices, broken)


async def _of_desk(session: Any, numbers: Sequence[str]) -> list[EntryLine]:
    """What the desk's own book tells of forms that belong to no case."""
    wanted = select(Entry).where(Entry.book == DESK, Entry.after["form"].astext.in_(numbers))
    return [
        EntryLine(
            position=row.position, at=row.at, actor_kind=row.actor_kind, actor=row.actor, action=row.action,
            reason=row.reason, before=row.before, after=row.after, hash=row.hash,
        )
        for row in await session.scalars(wanted.order_by(Entry.position))
    ]  # fmt: skip


async def _notices(session: Any, cases: Sequence[int]) -> list[Told]:
    query = select(Notice.at, Notice.kind, Notice.round, Clock.kind, Staff.name).join(Notice.staff)
    query = query.outerjoin(Clock, Clock.id == Notice.clock_id)
    rows = await session.execute(query.where(Notice.case_id.in_(cases)).order_by(Notice.id))
    people: dict[tuple[datetime, str, str | None, str | None], dict[str, None]] = defaultdict(dict)
    for at, kind, round, clock, name in rows:
        paper = round.split(":")[1] if round.startswith("form:") else None
        people[at, kind, paper, clock][name] = None
    return [Told(*about, tuple(names)) for about, names in people.items()]


class Course:
    """What happened, in the order of time."""

    def __init__(self, story: Story) -> None:
        self.story, self.reader = story, story.reader
        self.visit, self.say = story.reader.visit, story.reader.visit.texts

    def lines(self) -> Iterator[str]:
        """Day by day, moment by moment."""
        messages = {line.id: line for detail in self.story.details for line in detail.transcript}
        things: list[Any] = [*messages.values(), *self.story.books, *self.story.told]
        for day, of_day in groupby(
            sorted(things, key=_at), key=lambda one: self.visit.local(_at(one)).date()
        ):
            yield from (f"#### {WEEKDAYS[day.weekday()]}, {day}", "")
            for _, moment in groupby(of_day, key=_at):
                yield from self._moment(list(moment))

    def _moment(self, things: Sequence[Any]) -> Iterator[str]:
        self.story.run.now = _at(things[0])  # times of the same day are told without the date
        said = sorted((one for one in things if isinstance(one, Line)), key=lambda one: one.id)
        noted = [*self._entries([one for one in things if isinstance(one, tuple)])]
        noted += [self._notice(one) for one in things if isinstance(one, Told)]
        listed = [*(f"- {one}" for one in noted), *([""] if noted else [])]
        words = [part for line in said for part in self._message(line)]
        begun_by_customer = bool(said) and said[0].author is Author.CUSTOMER
        yield from [*words, *listed] if begun_by_customer else [*listed, *words]

    def _message(self, line: Line) -> list[str]:
        talks = {talk: name for name, talk in self.story.run.talks.items()}
        whom = self.story.run.script.people[talks[line.conversation]]
        if line.author is Author.CUSTOMER:
            return [f"{self._time(line.at)} **{whom}　{line.text}**", ""]
        who = line.name if line.author is Author.AGENT else self.say.word("author", line.author)
        who = f"{who} → {whom}" if len(talks) > 1 else who
        quoted = "  \n> ".join(line.text.splitlines())
        return [f"> {self._time(line.at)} {who}　{quoted}", ""]

    def _entries(self, found: Sequence[tuple[str, EntryLine]]) -> Iterator[str]:
        seen = [(number, line) for number, line in found if not _is_trivial(line)]
        told_already: set[tuple[str, str]] = set()
        for number, line in seen:
            if line.action not in TOGETHER:
                if (told := self._told(line)) or line.action not in BARE:
                    yield self._entry(number, line, told)
            elif (number, line.action) not in told_already:
                told_already.add((number, line.action))
                alike = (one for where, one in seen if (where, one.action) == (number, line.action))
                told = [TOGETHER[line.action](self, one) for one in alike]
                yield self._entry(number, line, [self.say("format.and").join(dict.fromkeys(told))])

    def _told(self, line: EntryLine) -> list[str]:
        told = [one.replace("\n", " / ") for one in changes(self.reader, line)]
        after = line.after or {}
        if line.reason:
            told.insert(0, self.say("entry.reason", reason=reason_in_words(self.say, line.reason, after)))
        if about := form_told(self.say, after):
            told.insert(0, f"{about} {after['form']}")
        return told

    def _entry(self, number: str, line: EntryLine, told: Sequence[str]) -> str:
        where = "" if number in (self.story.number, DESK) else f" `{number}`"
        what = f"{self.say.word('action', line.action)} · {actor_in_words(self.reader, line)}"
        return f"{self._time(line.at)}{where} {what}{' — ' if told else ''}{' · '.join(told)}"

    def _notice(self, one: Told) -> str:
        names = self.say("format.and").join(one.people)
        about = [
            self.say.word("notice_kind", one.kind)
            if one.kind not in (NoticeKind.FORM, NoticeKind.TASK_DUE)
            else None,
            self._paper(one.paper) if one.paper else None,
            self.say.word("clock_kind", one.clock) if one.clock and one.kind not in NAMED else None,
        ]
        what = " · ".join(filter(None, about))
        return f"{self._time(one.at)} *{self.say.word('field', 'told')} {names} · {what}*"

    def _paper(self, number: str) -> str:
        kind = next(paper.line.kind for paper in self.story.papers if paper.line.number == number)
        return f"{book()[kind].names[self.say.language]} {number}"

    def _time(self, at: datetime) -> str:
        return f"`{self.visit.local(at):%H:%M}`"

    def clock_started(self, line: EntryLine) -> str:
        """Which clock, and by when."""
        told = line.after or {}
        kind, due = self.say.word("clock_kind", told["kind"]), told.get("due_at")
        return f"{kind} → {self.visit.when(datetime.fromisoformat(due))}" if due else kind

    def clock_stopped(self, line: EntryLine) -> str:
        """Which clock, and whether in time."""
        told = line.after or {}
        late = self.say("clock.breached" if told.get("late") else "clock.kept")
        return f"{self.say.word('clock_kind', told['kind'])} ({late})"

    def form_opened(self, line: EntryLine) -> str:
        """Which form."""
        return self._paper((line.after or {})["form"])

    def promised(self, line: EntryLine) -> str:
        """What was promised, or whoever was called for what."""
        return str((line.after or {})["note"])

    def entered_stage(self, line: EntryLine) -> str:
        """Which stage."""
        return self.say.word("stage", (line.after or {})["stage"])


TOGETHER: Final = {
    "clock.started": Course.clock_started,
    "clock.stopped": Course.clock_stopped,
    "form.opened": Course.form_opened,
    "task.promised": Course.promised,
    "stage.entered": Course.entered_stage,
}
"""What several entries of one moment tell in one line."""
NAMED: Final = frozenset({NoticeKind.SPECIAL_USER})
"""Notices that say by themselves what they are about."""
BARE: Final = frozenset({"case.heard"})
"""What tells nothing when it changed nothing."""


def _is_trivial(line: EntryLine) -> bool:
    """Stages stand in the words that show them, except the last; who was called, in the notices beside it."""
    return (line.action == "stage.entered" and not _closes(line)) or line.action == "form.team_called"


def _at(thing: Any) -> datetime:
    at: datetime = thing[1].at if isinstance(thing, tuple) else thing.at
    return at


class Sheet:
    """What stands around the course: the head, the forms, the clocks, the figures."""

    def __init__(self, story: Story) -> None:
        self.story, self.reader = story, story.reader
        self.visit, self.say = story.reader.visit, story.reader.visit.texts

    def head(self) -> Iterator[str]:
        """Which complaints, what kind, how grave and why, at which risk."""
        for detail in self.story.details:
            line, grade = detail.complaint, grade_of(detail, self.visit.desk.policy)
            risk = self.say("grade.risk", level=self.say.word("risk", grade.risk))
            what = [
                f"**{line.number}**",
                self.say.word("case_type", line.type),
                self.say.word("category", line.category) if line.category else None,
                self.say.word("severity", line.severity),
                risk,
                self.say.word("secret_grade", line.secret_grade) if line.secret_grade else None,
            ]
            yield f"- {' · '.join(filter(None, what))}  "
            why = [f"{one.reason[self.say.language]} +{one.points}" for one in grade.points]
            yield f"  {self.say('format.and').join(why)}"
        yield ""

    def papers(self) -> Iterator[str]:
        """Every form with what stands in it at the end, and who entered it."""
        yield from ("#### Forms", "")
        for paper in self.story.papers:
            definition, line = paper.definition, paper.line
            state = definition.states[line.state].names[self.say.language]
            yield from (f"**{definition.names[self.say.language]} {line.number}** · {state}", "")
            yield from self._fields(paper)
            yield ""

    def _fields(self, paper: FormDetail) -> Iterator[str]:
        by = dict(self._hands(paper.line.number))
        for name, field in paper.definition.fields.items():
            if (value := paper.values.get(name)) not in NOTHING:
                who = by.get(name) or self.say("form_page.known_itself")
                words = self._words(field, value)
                yield f"- {self.say('entry.set', field=field.names[self.say.language], value=words)} ({who})"

    def _hands(self, number: str) -> Iterator[tuple[str, str]]:
        """Which field was entered by whom, the last one last."""
        for _, line in self.story.books:
            after = line.after or {}
            if after.get("form") == number and line.action.startswith("form."):
                yield from ((name, actor_in_words(self.reader, line)) for name in after)

    def _words(self, field: FormField, value: Any) -> str:
        words = in_words(self.visit, self.reader.people, field, value)
        told = {detail.narrative for detail in self.story.details}
        return "…" if words in told else words.replace("\n", " / ")

    def clocks(self) -> Iterator[str]:
        """Every clock: from when to when, stopped when and by whom, in time or not."""
        yield from (
            "#### Clocks",
            "",
            "| clock | started | due | stopped | by | |",
            "|---|---|---|---|---|---|",
        )
        for one in self.story.clocks:
            kept = self.say("clock.breached" if one.breached_at else "clock.kept")
            cells = [
                self.say.word("clock_kind", one.kind),
                self._day(one.started_at),
                self._day(one.due_at),
                self._day(one.stopped_at),
                one.stopped_by or self.say("clock.nobody"),
                kept if one.stopped_at else self.say("clock.running"),
            ]
            yield f"| {' | '.join(cells)} |"
        yield ""

    def figures(self) -> Iterator[str]:
        """How long it took, how much there was of everything, and whether the chain holds."""
        yield from ("#### Figures", "", "| | |", "|---|---|")
        for label, value in (*self._took(), *self._counts()):
            yield f"| {label} | {value} |"
        yield from ("", self._chain(), "")

    def _took(self) -> Iterator[tuple[str, str]]:
        began, main = self.story.main.complaint.opened_at, self.story.main
        ends = {
            "headquarters acknowledged after": self._stopped(ClockKind.HEADQUARTERS),
            "a named person answered after": self._stopped(ClockKind.FIRST_RESPONSE),
            "the emergency team was complete after": self._stopped(ClockKind.ROLL_CALL),
            "solved after": main.complaint.resolved_at,
            "closed after": self.story.closed_at,
        }
        for label, at in ends.items():
            if at:
                yield label, lasted(self.say, at - began)

    def _stopped(self, kind: ClockKind) -> datetime | None:
        return next((one.stopped_at for one in self.story.main.clocks if one.kind is kind), None)

    def _counts(self) -> Iterator[tuple[str, str]]:
        lines = {line.id: line for detail in self.story.details for line in detail.transcript}.values()
        by = {author: sum(line.author is author for line in lines) for author in Author}
        yield "messages of customers", str(by[Author.CUSTOMER])
        yield "messages of the assistant", str(by[Author.BOT])
        yield "messages of staff", str(by[Author.AGENT])
        yield "entries in the ledger", str(len(self.story.books))
        yield "notices", str(sum(len(one.people) for one in self.story.told))
        late = sum(one.breached_at is not None for one in self.story.clocks)
        yield "clocks", f"{len(self.story.clocks)}, {late} of them late"

    def _chain(self) -> str:
        if self.story.broken:
            return f"The chain of hashes is broken: {self.story.broken}."
        heads = [f"`{one.complaint.number}` {one.entries[-1].hash[:16]}…" for one in self.story.details]
        return f"The chain of hashes is whole. The books end with {', '.join(heads)}"

    def _day(self, at: datetime | None) -> str:
        return f"{self.visit.local(at):%m-%d %H:%M}" if at else ""


def told(number: int, story: Story) -> Iterable[str]:
    """A played case, whole, as Markdown."""
    sheet = Sheet(story)
    return [
        f"## {number}. {story.run.script.title}",
        "",
        story.run.script.lesson,
        "",
        *sheet.head(),
        *Course(story).lines(),
        *sheet.papers(),
        *sheet.clocks(),
        *sheet.figures(),
    ]


async def write() -> None:
    """Play all the cases and write the page."""
    page = [HEAD]
    with TemporaryDirectory(prefix="qt-") as home:
        async with an_assistant() as assistant:
            for number, script in enumerate(scripts(), 1):
                run = await played(script, assistant, Path(home))
                page += told(number, await story_of(run))
    TARGET.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(write())
