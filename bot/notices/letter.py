"""What a notice says: number, reasons, channel, department, due time, link; no more of the customer."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot import report_words
from bot.console.texts import texts
from bot.moments import clock_time
from bot.notices.texts import known, say
from bot.wording import Wording
from ledger.form_book import book
from ledger.models import Case, Clock, Notice, Staff
from ledger.policy import Policy
from ledger.views.reports import ReportLine
from ledger.vocabulary import ClockKind, Language, NoticeKind

CONVERSATION: Final = re.compile(r"(?:conversation|unanswered):(\d+)")
FORM: Final = re.compile(r"form:(([A-Z]{2})-[0-9]{4}-[0-9]+)")
TEAM: Final = re.compile(r"form:([A-Z]{2}-[0-9]{4}-[0-9]+):team:(\w+)")
# Robots differ in what a backslash does; the wide forms of these marks mean nothing to any of them.
HARMLESS: Final = str.maketrans("\\`*_[]<>#|@", "＼｀＊＿［］＜＞＃｜＠")
ASKS: Final = {
    NoticeKind.SPECIAL_USER,
    NoticeKind.REMINDER,
    NoticeKind.BREACH,
    NoticeKind.ESCALATION,
    NoticeKind.URGING,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows a notice is about, with what they refer to at hand."""

    notice: Notice
    clock: Clock | None
    report: ReportLine | None = None

    @property
    def case(self) -> Case | None:
        return self.notice.case

    @property
    def stopped_by(self) -> Staff | None:
        """Who has stopped the clock."""
        return self.clock.stopped_by if self.clock else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in one language's words. ``acknowledge`` is the case number to acknowledge, if it asks so;
    ``data`` is for programs."""

    language: Language
    title: str
    lines: tuple[tuple[str, str], ...]
    link: str
    acknowledge: str | None
    data: dict[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        """Everything a template may name (``webhooks.yml``)."""
        words = {"title": self.title, "text": self.text, "markdown": self.markdown, "link": self.link}
        return self.data | words

    @property
    def text(self) -> str:
        """Plain text, a line each."""
        colon = say("label_end", self.language)
        lines = [f"{label}{colon}{value}" for label, value in self.lines]
        return "\n".join([self.title, *lines, f"{say('label.link', self.language)}{colon}{self.link}"])

    @property
    def markdown(self) -> str:
        """The Markdown that group robots understand."""
        colon = say("label_end", self.language)
        lines = [f"> {escaped(label)}{colon}{escaped(value)}" for label, value in self.lines]
        link = f"[{say('label.link', self.language)}]({self.link})"
        return "\n\n".join([f"**{escaped(self.title)}**", *lines, link])


def write(facts: Facts, policy: Policy, language: Language, address: str, now: datetime) -> Letter:
    """The letter of ``facts``; ``address`` is the desk's, for the link."""
    return Writer(facts, policy, language, now).letter(address)


def escaped(text: str) -> str:
    """``text`` without a meaning in Markdown, and without calling on anybody."""
    return text.translate(HARMLESS)


class Writer:
    """Finds the words for ``facts``."""

    def __init__(self, facts: Facts, policy: Policy, language: Language, now: datetime) -> None:
        self._facts = facts
        self._policy = policy
        self._language = language
        self._now = now

    def letter(self, address: str) -> Letter:
        """All of it."""
        case = self._facts.case
        return Letter(
            language=self._language,
            title=self._title(),
            lines=tuple((say(f"label.{key}", self._language), value) for key, value in self._lines()),
            link=f"{address}{self._page()}",
            acknowledge=case.number if case and self._asks() else None,
            data=self._data(),
        )

    def _data(self) -> dict[str, Any]:
        case, clock = self._facts.case, self._facts.clock
        return {
            "kind": self._facts.notice.kind.value,
            "organisation": self._policy.organisation.names[self._language],
            "number": case.number if case else None,
            "reasons": self._reasons(),
            "channel": case.channel if case else None,
            "department": self._department(),
            "due_at": clock.due_at.isoformat() if clock and clock.due_at else None,
            "drill": self._facts.notice.drill_id is not None,
            "acknowledged": bool(clock and clock.stopped_at),
        }

    def _asks(self) -> bool:
        """Whether headquarters still has to acknowledge."""
        clock = self._facts.clock
        waits = clock is None or (clock.kind is ClockKind.HEADQUARTERS and clock.stopped_at is None)
        return waits and self._facts.notice.kind in ASKS

    def _title(self) -> str:
        """What it is; of a drill it begins with saying so."""
        drill = say("drill", self._language) if self._facts.notice.drill_id else ""
        return f"{drill}{self._subject()}"

    def _subject(self) -> str:
        case, clock, by = self._facts.case, self._facts.clock, self._facts.stopped_by
        number = case.number if case else ""
        if clock and clock.stopped_at and by:
            key = "title.acknowledged" if clock.kind is ClockKind.HEADQUARTERS else "title.done"
            return say(key, self._language, number=number, name=by.name, at=self._moment(clock.stopped_at))
        due, kind = self._due_at(clock) if clock else "", self._facts.notice.kind.value
        if call := TEAM.match(self._facts.notice.round):
            return self._call_to_team(call[1], call[2])
        if form := FORM.match(self._facts.notice.round):
            return say("title.form", self._language, form=self._form(form[2]), number=form[1])
        if report := self._facts.report:
            return report_words.title(self._words(), report)
        values = {"number": number, "due": due, "subject": self._alarm()} | self._grave()
        return say(f"title.{kind}", self._language, **values).strip()

    def _grave(self) -> dict[str, str]:
        """How grave it is, in words: the case, or the wave that the round names with its level."""
        case, level = self._facts.case, self._facts.notice.round.rpartition(":")[2]
        found = {"severity": f"severity.{case.severity}" if case else "", "level": f"level.{level}"}
        return {name: say(key, self._language) if known(key) else "" for name, key in found.items()}

    def _call_to_team(self, number: str, role: str) -> str:
        """To which part somebody is called, and what they have to do."""
        part = self._policy.team.roles.get(role)
        name, duties = (part.names[self._language], part.duties[self._language]) if part else (role, "")
        return say("title.team", self._language, number=number, role=name, duties=duties)

    def _alarm(self) -> str:
        key = f"alarm.{self._facts.notice.round.split(':')[0]}"
        return say(key if known(key) else "alarm.other", self._language)

    def _form(self, prefix: str) -> str:
        """What the forms are called whose numbers begin so."""
        return next(form.names[self._language] for form in book().values() if form.prefix == prefix)

    def _page(self) -> str:
        """Where in the console it is dealt with."""
        if form := FORM.match(self._facts.notice.round):
            return f"/desk/forms/{form[1]}"
        if self._facts.report:
            return f"/supervise/reports/{self._facts.report.id}"
        if self._facts.case:
            return f"/desk/complaints/{self._facts.case.number}"
        if self._facts.notice.kind is NoticeKind.WAVE:
            return "/supervise/warnings"
        conversation = CONVERSATION.match(self._facts.notice.round)
        return f"/desk/conversations/{conversation[1]}" if conversation else "/desk"

    def _lines(self) -> list[tuple[str, str]]:
        case, clock = self._facts.case, self._facts.clock
        found = [
            ("drill", say("drill_only", self._language) if self._facts.notice.drill_id else ""),
            ("reasons", say("between", self._language).join(self._reasons())),
            ("grade", self._grade()),
            ("channel", self._channel(case.channel) if case else ""),
            ("department", self._department() or ""),
            ("due", self._due(clock) if clock else ""),
            ("report", self._analysis()),
        ]
        return [(key, value) for key, value in found if value]

    def _reasons(self) -> list[str]:
        """Why it is special, in words; of a graded case they do not leave the desk (playbook C6)."""
        case = self._facts.case
        if case is None or case.secret_grade is not None:
            return []
        return [str(reason["words"][self._language]) for reason in case.special_reasons]

    def _grade(self) -> str:
        grade = self._facts.case.secret_grade if self._facts.case else None
        return say(f"grade.{grade}", self._language) if grade else ""

    def _analysis(self) -> str:
        """What a report says first."""
        if self._facts.report is None:
            return ""
        said = report_words.analysis(self._words(), self._facts.report.content)
        return " ".join(said[: report_words.SAID_IN_A_NOTICE])

    def _words(self) -> Wording:
        return Wording(texts(self._language), self._policy, self._now)

    def _due(self, clock: Clock) -> str:
        return f"{self._due_at(clock)} ({say(f'clock.{clock.kind.value}', self._language)})"

    def _due_at(self, clock: Clock) -> str:
        return self._moment(clock.due_at) if clock.due_at else "–"

    def _channel(self, name: str) -> str:
        key = f"channel.{name}"
        return say(key, self._language) if known(key) else name

    def _department(self) -> str | None:
        case = self._facts.case
        return str(case.department.names[self._language]) if case and case.department else None

    def _moment(self, at: datetime) -> str:
        return clock_time(at, self._now, self._policy.organisation.time_zone, self._language)
