"""How a drill fared against its plan (playbook D3): read from the ledger and the log, like anything real.

Times are in seconds of the drill, but for what only the desk's own speed decides (``IN_REAL_TIME``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.drill_book import IN_REAL_TIME, Aim, Goal, Plot, Seat, Who
from ledger.models import Case, Clock, Conversation, Drill, Entry, Message, Notice, Task, case_conversations
from ledger.parts import Part
from ledger.policy import Policy
from ledger.services.casting import BY_RUNG
from ledger.vocabulary import Author, ClockKind, Delivery, Holding, Language, NoticeKind

PRESS_SCRIPTS: Final = frozenset(
    {"utter_listen_outlet", "utter_listen_details", "utter_respond_press", "utter_respond_spokesperson"}
)
"""All a journalist may hear (playbook B10)."""
GROUP_SCRIPTS: Final = frozenset({"utter_acknowledge_group", "utter_respond_meeting"})
"""What asks a crowd for at most five who speak for all (playbook B9)."""
UNSAID: Final = (Delivery.DROPPED, Delivery.FAILED)
PARTS: Final = 10
MOST_OF: Final = 0.95


class Line(Part):
    """A goal and how it was met: ``reached`` of ``total``; ``typical`` is what 95 of 100 were within.

    ``typical`` and ``slowest`` are seconds, None where nothing is timed. A goal about nobody is met.
    """

    goal: Goal
    reached: int
    total: int
    typical: float | None
    slowest: float | None
    met: bool

    @property
    def in_real_time(self) -> bool:
        """Whether its times are the wall clock's, and not the drill's."""
        return self.goal.aim in IN_REAL_TIME


class Stretch(Part):
    """A tenth of the drill: who came, what was opened, in how many real seconds 95 of 100 were answered."""

    came: int
    cases: int
    special: int
    answered: float | None


class DrillReport(Part):
    """All of it. ``seconds`` is how long it took in real time."""

    seconds: float
    conversations: int
    messages: int
    replies: int
    cases: int
    special: int
    notices: int
    lines: tuple[Line, ...]
    stretches: tuple[Stretch, ...]

    @property
    def met(self) -> int:
        """How many goals were met."""
        return sum(line.met for line in self.lines)


@dataclass(slots=True)
class Talk:
    """One conversation of the drill, as the goals look at it."""

    id: int
    part: str
    language: Language
    holding: Holding
    said: list[datetime] = field(default_factory=list)
    replies: list[tuple[datetime, str | None, str]] = field(default_factory=list)
    case: Case | None = None

    @property
    def answered_after(self) -> float | None:
        """Seconds from the first message to the first answer."""
        return self.replied_after(self.said[0]) if self.said else None

    def replied_after(self, moment: datetime) -> float | None:
        """Seconds from ``moment`` to the next words of ours."""
        return next(((at - moment).total_seconds() for at, _, _ in self.replies if at >= moment), None)

    @property
    def scripts(self) -> set[str]:
        """The scripts it was answered with; one answer may be spoken from several. A person's words: none."""
        return {one for _, script, _ in self.replies for one in (script or "").split("+")}

    @property
    def is_left(self) -> bool:
        """Whether the last word is the customer's, and nobody has it."""
        return bool(self.said) and self.holding is Holding.BOT and self.replied_after(self.said[-1]) is None


Times = list[float | None]
"""Of each whom a goal is about: after how many seconds it was so, None for never. Untimed: zero."""


async def measure(session: AsyncSession, drill: Drill, policy: Policy, now: datetime) -> DrillReport:
    """The drill as it stands now, against its plan."""
    facts = await _facts(session, drill, policy, now)
    plot, talks = facts.plot, facts.talks
    cases = {talk.case.id: talk.case for talk in talks if talk.case}
    notices = select(func.count()).select_from(Notice).where(Notice.drill_id == drill.id)
    return DrillReport(
        seconds=(now - drill.started_at).total_seconds(),
        conversations=len(talks),
        messages=sum(len(talk.said) for talk in talks),
        replies=sum(len(talk.replies) for talk in talks),
        cases=len(cases),
        special=sum(case.special_since is not None for case in cases.values()),
        notices=await session.scalar(notices) or 0,
        lines=tuple(_line(goal, facts) for goal in plot.plan),
        stretches=tuple(_stretches(facts, drill.started_at, plot.takes)),
    )


@dataclass(slots=True)
class _Facts:
    """All rows of the drill the goals are asked of, read once."""

    plot: Plot
    policy: Policy
    started_at: datetime
    ended_at: datetime
    faster: int
    talks: list[Talk]
    clocks: dict[tuple[int, ClockKind], Clock]
    told: Mapping[int, datetime]
    escalated: Mapping[tuple[int, str], datetime]
    queued: Mapping[int, datetime]
    taken: Mapping[int, datetime]
    tasks: frozenset[int]

    def of(self, goal: Goal) -> list[Talk]:
        """The conversations a goal is about."""
        return [talk for talk in self.talks if talk.said and (not goal.of or talk.part in goal.of)]

    def is_over(self, begun: datetime, goal: Goal) -> bool:
        """Whether the time a goal gives had gone by when the drill ended."""
        passed = self.in_drill(begun, self.ended_at)
        return goal.within is None or passed is None or passed >= goal.within.total_seconds()

    def in_drill(self, begun: datetime, done: datetime | None) -> float | None:
        """Seconds of the drill between two moments."""
        return (done - begun).total_seconds() * self.faster if done else None


def _line(goal: Goal, facts: _Facts) -> Line:
    times = AIMS[goal.aim](goal, facts)
    within = goal.within.total_seconds() if goal.within else None
    done = sorted(time for time in times if time is not None)
    reached = sum(within is None or time <= within for time in done)
    return Line(
        goal=goal,
        reached=reached,
        total=len(times),
        typical=_typical(done) if any(done) else None,
        slowest=round(done[-1], 1) if any(done) else None,
        met=reached * 100 >= goal.share * len(times),
    )


def _typical(times: Sequence[float]) -> float:
    return round(times[ceil(MOST_OF * len(times)) - 1], 1)


def _answered(goal: Goal, facts: _Facts) -> Times:
    return [talk.answered_after for talk in facts.of(goal)]


def _filed(goal: Goal, facts: _Facts) -> Times:
    return [_so(talk.case is not None) for talk in facts.of(goal)]


def _flagged(goal: Goal, facts: _Facts) -> Times:
    return [_so(talk.case is not None and talk.case.special) for talk in _special(goal, facts)]


def _told(goal: Goal, facts: _Facts) -> Times:
    found: Times = []
    for talk in _special(goal, facts):
        at = facts.told.get(talk.case.id) if talk.case else None
        found.append((at - talk.said[0]).total_seconds() if at else None)
    return found


def _acknowledged(goal: Goal, facts: _Facts) -> Times:
    return _stopped(goal, facts, ClockKind.HEADQUARTERS)


def _first_response(goal: Goal, facts: _Facts) -> Times:
    return _stopped(goal, facts, ClockKind.FIRST_RESPONSE)


def _stopped(goal: Goal, facts: _Facts, kind: ClockKind) -> Times:
    """By a named person, not by the end of the drill; who came too late for it to be late does not count."""
    found: Times = []
    for talk in facts.of(goal):
        clock = facts.clocks.get((talk.case.id, kind)) if talk.case else None
        if clock and clock.stopped_by_id:
            found.append(facts.in_drill(clock.started_at, clock.stopped_at))
        elif clock and facts.is_over(clock.started_at, goal):
            found.append(None)
    return found


def _escalated(goal: Goal, facts: _Facts) -> Times:
    found: Times = []
    for talk in _special(goal, facts):
        at = facts.escalated.get((talk.case.id, goal.to or Seat.DELEGATE)) if talk.case else None
        begun = talk.case.special_since if talk.case else None
        found.append(facts.in_drill(begun, at) if begun else None)
    return found


def _taken(goal: Goal, facts: _Facts) -> Times:
    asked = [(facts.queued[talk.id], talk.id) for talk in facts.of(goal) if talk.id in facts.queued]
    return [facts.in_drill(at, facts.taken.get(talk)) for at, talk in asked]


def _bridged(goal: Goal, facts: _Facts) -> Times:
    """Of whoever wrote while the engine was away: until they heard something, if only that a person comes."""
    found: Times = []
    for event in facts.plot.events:
        begins = facts.started_at + event.at / facts.faster
        ends = begins + event.lasts / facts.faster
        for talk in facts.of(goal):
            met = [at for at in talk.said if begins <= at < ends]
            found += [talk.replied_after(met[0])] if met else []
    return found


def _holding_statement(goal: Goal, facts: _Facts) -> Times:
    found: Times = []
    for talk in _those(goal, facts, Who.JOURNALIST):
        said = facts.policy.press.holding_statement[talk.language]
        heard = any(said in text for _, _, text in talk.replies)
        found.append(_so(heard and talk.scripts <= PRESS_SCRIPTS))
    return found


def _representatives(goal: Goal, facts: _Facts) -> Times:
    crowd = _those(goal, facts, Who.CROWD)
    return [_so(bool(talk.scripts & GROUP_SCRIPTS)) for talk in crowd]


def _numbers(goal: Goal, facts: _Facts) -> Times:
    found: Times = []
    for talk in facts.of(goal):
        number = facts.policy.emergency.numbers(talk.language).ambulance
        heard = (at for at, _, text in talk.replies if number in text)
        at = next(heard, None)
        found.append((at - talk.said[0]).total_seconds() if at else None)
    return found


def _call_promised(goal: Goal, facts: _Facts) -> Times:
    return [_so(talk.case is not None and talk.case.id in facts.tasks) for talk in facts.of(goal)]


def _nobody_left(goal: Goal, facts: _Facts) -> Times:
    return [_so(not talk.is_left) for talk in facts.of(goal)]


AIMS: Final[Mapping[Aim, Callable[[Goal, _Facts], Times]]] = {
    Aim.ANSWERED: _answered,
    Aim.FILED: _filed,
    Aim.FLAGGED: _flagged,
    Aim.TOLD: _told,
    Aim.ACKNOWLEDGED: _acknowledged,
    Aim.FIRST_RESPONSE: _first_response,
    Aim.ESCALATED: _escalated,
    Aim.TAKEN: _taken,
    Aim.BRIDGED: _bridged,
    Aim.HOLDING_STATEMENT: _holding_statement,
    Aim.REPRESENTATIVES: _representatives,
    Aim.NUMBERS: _numbers,
    Aim.CALL_PROMISED: _call_promised,
    Aim.NOBODY_LEFT: _nobody_left,
}


def _so(it_is: bool) -> float | None:
    return 0.0 if it_is else None


def _special(goal: Goal, facts: _Facts) -> list[Talk]:
    """Those headquarters must know of by the file, whether or not the desk has seen it."""
    special = {group.name for group in facts.plot.people if group.special}
    return [talk for talk in facts.of(goal) if talk.part in special]


def _those(goal: Goal, facts: _Facts, who: Who) -> list[Talk]:
    such = {group.name for group in facts.plot.people if group.who is who}
    return [talk for talk in facts.of(goal) if talk.part in such]


def _stretches(facts: _Facts, started_at: datetime, takes: timedelta) -> list[Stretch]:
    found = []
    for number in range(PARTS):
        since, until = started_at + takes * number / PARTS, started_at + takes * (number + 1) / PARTS
        until = until if number < PARTS - 1 else datetime.max.replace(tzinfo=started_at.tzinfo)
        came = [talk for talk in facts.talks if talk.said and since <= talk.said[0] < until]
        answered = sorted(after for talk in came if (after := talk.answered_after) is not None)
        cases = [talk.case for talk in came if talk.case]
        found.append(
            Stretch(
                came=len(came),
                cases=len(cases),
                special=sum(case.special for case in cases),
                answered=_typical(answered) if answered else None,
            )
        )
    return found


async def _facts(session: AsyncSession, drill: Drill, policy: Policy, now: datetime) -> _Facts:
    talks = await _talks(session, drill)
    cases = [talk.case.id for talk in talks if talk.case]
    queued, taken = await _moves(session, drill)
    clocks = await session.scalars(select(Clock).where(Clock.case_id.in_(cases)).order_by(Clock.id.desc()))
    tasks = await session.scalars(select(Task.case_id).where(Task.case_id.in_(cases)))
    told = select(Notice.case_id, func.min(Notice.at)).where(
        Notice.drill_id == drill.id, Notice.kind == NoticeKind.SPECIAL_USER
    )
    return _Facts(
        plot=Plot.model_validate(drill.script),
        policy=policy,
        started_at=drill.started_at,
        ended_at=now,
        faster=drill.faster,
        talks=talks,
        clocks={(clock.case_id, clock.kind): clock for clock in clocks},
        told={case: at for case, at in await session.execute(told.group_by(Notice.case_id)) if case},
        escalated=await _escalations(session, cases),
        queued=queued,
        taken=taken,
        tasks=frozenset(tasks),
    )


async def _talks(session: AsyncSession, drill: Drill) -> list[Talk]:
    rows = await session.scalars(
        select(Conversation).where(Conversation.drill_id == drill.id).order_by(Conversation.id)
    )
    talks = {row.id: Talk(row.id, row.drill_part or "", row.language, row.holding) for row in rows}
    columns = (Message.conversation_id, Message.author, Message.at, Message.script, Message.text)
    said = select(*columns, Message.delivery).where(Message.conversation_id.in_(talks)).order_by(Message.id)
    for conversation, author, at, script, text, delivery in await session.execute(said):
        if author is Author.CUSTOMER:
            talks[conversation].said.append(at)
        elif delivery not in UNSAID:
            talks[conversation].replies.append((at, script, text))
    linked = select(case_conversations.c.conversation_id, Case).join(
        Case, Case.id == case_conversations.c.case_id
    )
    found = await session.execute(
        linked.where(case_conversations.c.conversation_id.in_(talks)).order_by(Case.id.desc())
    )
    for conversation, case in found:
        talks[conversation].case = case
    return list(talks.values())


async def _escalations(session: AsyncSession, cases: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """When each case was first brought before each seat, with somebody there to hear it."""
    entries = await session.scalars(
        select(Entry).where(Entry.case_id.in_(cases), Entry.action == "clock.escalated").order_by(Entry.id)
    )
    seats = {str(rung): str(seat) for rung, seat in BY_RUNG.items()}
    found: dict[tuple[int, str], datetime] = {}
    for entry in entries:
        after: dict[str, Any] = entry.after or {}
        if entry.case_id and after.get("told"):
            found.setdefault((entry.case_id, seats[after["to"]]), entry.at)
    return found


async def _moves(session: AsyncSession, drill: Drill) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When each conversation first went to the queue, and when somebody first took it."""
    actions = ("conversation.queued", "conversation.taken")
    begun = select(func.min(Entry.id)).where(
        Entry.book == "desk", Entry.action == "drill.begun", Entry.after["drill"].astext == str(drill.id)
    )
    since = select(Entry).where(Entry.id > begun.scalar_subquery(), Entry.action.in_(actions))
    entries = await session.scalars(since.order_by(Entry.id))
    queued: dict[int, datetime] = {}
    taken: dict[int, datetime] = {}
    for entry in entries:
        after: dict[str, Any] = entry.after or {}
        moves = queued if entry.action == actions[0] else taken
        moves.setdefault(int(after["conversation"]), entry.at)
    return queued, taken
