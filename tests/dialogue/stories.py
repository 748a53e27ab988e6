"""Whole conversations as data: `tests/stories/*.yml`, and how one of them is talked through.

A story is what a customer says, line by line, and what must hold of each answer and of the ledger afterwards.
What must hold of every answer in every story stands in `manners.py`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import yaml
from sqlalchemy import select

from bot.bubbles import in_bubbles
from ledger.models import Case, Staff
from ledger.models import Customer as Identity
from ledger.policy import load_policy
from ledger.services import facts, resolving
from ledger.services.messages import Reply
from ledger.vocabulary import Remedy, Stage
from tests.assistant import Customer

POLICY = load_policy(Path(__file__).parents[2] / "policy.yml")
FOLDER = Path(__file__).parent.parent / "stories"
LISTS = ("scripts", "stages", "says", "never", "buttons")


@dataclass(frozen=True)
class Line:
    """One turn: somebody's words or an outside event, and what the answer must be like.

    ``customer`` are the words; ``newcomer`` are words of the same person from a conversation of its own, who
    is talked with from then on; ``desk`` is an outside event (``progress``, ``resolved``, ``revisit``,
    ``nudge``) with ``entities``. ``{number}`` and ``{pass_code}`` in the words are those of the first case.
    ``scripts`` name entries that must be spoken, in any order; ``stages`` are stages that must show; each of
    ``says`` is in the answer, none of ``never`` is; ``buttons`` are offered. A ``silent`` line is rightly
    left unanswered. ``language`` is the answer's, where it changes.
    """

    customer: str | None = None
    newcomer: str | None = None
    desk: str | None = None
    entities: dict[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    silent: bool = False
    language: str | None = None

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        """A line as it stands in a file; one word may stand for a list of one. TypeError for unknown keys."""
        line = cls(**{key: _listed(value) if key in LISTS else value for key, value in written.items()})
        if sum(part is not None for part in (line.customer, line.newcomer, line.desk)) != 1:
            raise TypeError(f"one of customer, newcomer, desk: {written}")
        return line

    @property
    def words(self) -> str | None:
        """What is said; None for an outside event."""
        return self.newcomer if self.customer is None else self.customer


@dataclass(frozen=True)
class Story:
    """One conversation. ``ledger`` is what its (first) case holds in the end, by the case's field names."""

    name: str
    language: str
    lines: tuple[Line, ...]
    ledger: dict[str, Any]
    transcript: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Answered:
    """A line and what was answered to it, as it reaches the customer: what belongs together in one bubble.

    ``said`` are the line's words as they were written, ``scripts`` the entries spoken, ``heard`` the parse,
    ``known`` the kinds of facts that stand in the case by now, ``contact`` and ``remedy`` among them.
    """

    line: Line
    said: str
    bubbles: tuple[Reply, ...]
    scripts: tuple[str, ...]
    stages: frozenset[str]
    language: str
    conversation: int
    heard: dict[str, Any]
    known: frozenset[str]

    @property
    def text(self) -> str:
        """The whole answer, one bubble a line."""
        return "\n".join(bubble.text for bubble in self.bubbles)

    @property
    def buttons(self) -> list[str]:
        """What stands on the buttons offered."""
        return [button["title"] for bubble in self.bubbles for button in bubble.buttons]


def stories() -> list[Story]:
    """All of them, file by file."""
    return [_story(told) for file in sorted(FOLDER.glob("*.yml")) for told in _read(file)]


async def talk(story: Story, customer: Customer) -> AsyncIterator[Answered]:
    """Say one line after the other."""
    someone, language = customer, story.language
    for number, line in enumerate(story.lines):
        case = await case_of(customer)
        if line.newcomer is not None:
            someone = customer.assistant.customer(story.language)
        said = await _say(line, someone, case, number)
        language = line.language or (someone.language if line.words else language)
        yield Answered(
            line=line,
            said=said,
            bubbles=tuple(in_bubbles(map(_reply, someone.replies))),
            scripts=tuple(someone.scripts),
            stages=frozenset(reply["stage"] for reply in someone.replies),
            language=language,
            conversation=someone.conversation or 0,
            heard=someone.heard if line.words else {},
            known=await _known(someone),
        )


async def case_of(customer: Customer) -> Case | None:
    """The first case of a conversation; None while there is none."""
    cases = await cases_of(customer)
    return cases[0] if cases else None


async def cases_of(customer: Customer) -> Sequence[Case]:
    """All cases of a conversation, oldest first."""
    of_theirs = select(Case).where(Case.conversations.any(id=customer.conversation)).order_by(Case.id)
    async with customer.assistant.database.transaction() as session:
        return list(await session.scalars(of_theirs))


async def _say(line: Line, someone: Customer, case: Case | None, number: int) -> str:
    if line.words is None:
        if line.desk == "resolved" and case:
            await _resolve(someone, case, line)
        of_case = {"number": case.number, "what": case.category} if case else {}
        await someone.told(f"EXTERNAL_{line.desk}", key=str(number), **{**of_case, **line.entities})
        return ""
    values = {"number": case.number, "pass_code": case.pass_code} if case else {}
    said = str(line.words)
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    await someone.say(said)
    return said


async def _resolve(someone: Customer, case: Case, line: Line) -> None:
    """As the colleague does whose word is told."""
    now, told = datetime.now(UTC), line.entities
    async with someone.assistant.database.transaction() as session:
        agent = Staff(
            username=f"agent-{case.id}", name=told["name"], role="agent", password_hash="-", created_at=now
        )
        session.add(agent)
        await session.flush()
        await resolving.resolve(
            session,
            number=case.number,
            remedy=told["remedy"],
            outcome=told["outcome"],
            root_cause="-",
            staff=agent,
            policy=POLICY,
            now=now,
        )


async def _known(someone: Customer) -> frozenset[str]:
    """What the case of this talk holds by now."""
    cases = await cases_of(someone)
    if not cases:
        return frozenset()
    case = cases[-1]
    wanted = set(case.remedies) - {Remedy.OTHER.value}
    async with someone.assistant.database.transaction() as session:
        told = {fact.kind.value for fact in await facts.current(session, case.id)}
        who = await session.get_one(Identity, case.customer_id)
        settled = bool(who.phone or who.email or who.contact_refused_at)
    return frozenset({*told, *(["contact"] if settled else []), *(["remedy"] if wanted else [])})


def _reply(reply: dict[str, Any]) -> Reply:
    stage = Stage(reply["stage"]) if reply["stage"] else None
    return Reply(reply["text"], stage, reply["script"], reply["buttons"])


def _read(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(file.read_text(encoding="utf-8")))


def _story(told: dict[str, Any]) -> Story:
    return Story(
        name=told["story"],
        language=told["language"],
        lines=tuple(Line.read(line) for line in told["lines"]),
        ledger=told.get("ledger") or {},
        transcript=bool(told.get("transcript")),
    )


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
