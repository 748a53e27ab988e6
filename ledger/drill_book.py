"""Drill files (playbook D3, 模拟演练): who comes with what, what fails, and what must have happened by when.

A file is YAML; the words that many share are in ``words.yml`` beside the shipped ones. Times in it are those
of the drill: played ``faster: 60``, its hour takes a minute. What only the machine is measured by is in real
seconds, such as the time to the first answer.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from ledger.errors import LedgerError
from ledger.parts import Duration, Names, Part
from ledger.vocabulary import Language

SHIPPED: Final = Path(__file__).parents[1] / "drills"
COMMON: Final = "words.yml"
SLOT: Final = re.compile(r"{(\w+)}")
LONGEST: Final = timedelta(days=1)
MOST_PEOPLE: Final = 2_000


class DrillFileError(LedgerError):
    """A drill file cannot be played."""


class Who(StrEnum):
    """As whom somebody writes."""

    CUSTOMER = "customer"
    JOURNALIST = "journalist"
    CROWD = "crowd"
    OFFICIAL = "official"


class Seat(StrEnum):
    """What somebody of the staff answers for in a drill."""

    AGENT = "agent"
    DUTY = "duty"
    HEAD = "head"
    DELEGATE = "delegate"
    SUPERVISOR = "supervisor"
    SPOKESPERSON = "spokesperson"


class Curve(StrEnum):
    """How those who come are spread over the time: evenly, most at once, or swelling to a crest."""

    EVEN = "even"
    RUSH = "rush"
    CREST = "crest"


def _in_every_language(words: Mapping[Language, tuple[str, ...]]) -> Mapping[Language, tuple[str, ...]]:
    if lacking := [language for language in Language if not words.get(language)]:
        raise ValueError(f"no text in {', '.join(lacking)}")
    return words


Wordings = Annotated[Mapping[Language, tuple[str, ...]], AfterValidator(_in_every_language)]


class People(Part):
    """``count`` people who write: each of ``says`` names words, and is one message.

    The first comes at ``at``, the last by ``at`` + ``over``. Whoever was answered writes on after ``pause``.
    ``special``: the desk must see by itself that headquarters has to know (playbook B1).
    """

    name: str = Field(pattern=r"^[a-z_]+$")
    who: Who = Who.CUSTOMER
    special: bool = False
    count: int = Field(ge=1, le=MOST_PEOPLE)
    at: Duration = timedelta()
    over: Duration = timedelta()
    curve: Curve = Curve.EVEN
    pause: Duration = timedelta(minutes=1)
    says: tuple[str, ...] = Field(min_length=1)
    languages: Mapping[Language, int] = Field(
        default_factory=lambda: {Language.ZH_HANS: 6, Language.ZH_HANT: 2, Language.EN: 2}
    )


class Seated(Part):
    """``count`` people of the staff, played when the drill is: each acts ``after`` they were told or asked.

    Agents take who waits, say ``says`` and hand back. Who is ``away`` does nothing, and is not there.
    """

    seat: Seat
    count: int = Field(default=1, ge=1, le=50)
    after: Duration = timedelta(minutes=5)
    away: bool = False
    says: str | None = None


class Event(Part):
    """Something fails for the drill's own conversations: from ``at`` on, for as long as it ``lasts``."""

    what: Literal["engine_down"]
    at: Duration
    lasts: Duration


class Aim(StrEnum):
    """What a goal of the plan looks at."""

    ANSWERED = "answered"
    FILED = "filed"
    FLAGGED = "flagged"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    TAKEN = "taken"
    FIRST_RESPONSE = "first_response"
    BRIDGED = "bridged"
    HOLDING_STATEMENT = "holding_statement"
    REPRESENTATIVES = "representatives"
    NUMBERS = "numbers"
    CALL_PROMISED = "call_promised"
    NOBODY_LEFT = "nobody_left"


IN_REAL_TIME: Final = frozenset({Aim.ANSWERED, Aim.NUMBERS, Aim.TOLD, Aim.BRIDGED})
"""How fast the desk itself is: no drill makes it faster."""


class Goal(Part):
    """One line of the plan: so many percent, each ``within`` so long.

    ``of`` are the names of people it is about, all of them without it. ``to`` is whom an escalation must
    reach.
    """

    aim: Aim
    share: int = Field(default=100, ge=1, le=100)
    within: Duration | None = None
    of: tuple[str, ...] = ()
    to: Seat | None = None


class Plot(Part):
    """What is played, without the words: all the desk and the report need of it."""

    names: Names
    purpose: Names
    briefing: Names
    lasts: Annotated[Duration, Field(gt=timedelta(), le=LONGEST)]
    faster: int = Field(ge=1, le=1440)
    people: tuple[People, ...] = Field(min_length=1)
    staff: tuple[Seated, ...] = ()
    events: tuple[Event, ...] = ()
    plan: tuple[Goal, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_one_piece(self) -> Self:
        names = [group.name for group in self.people]
        if len(set(names)) < len(names):
            raise ValueError("people: two of one name")
        if unknown := sorted({name for goal in self.plan for name in goal.of} - set(names)):
            raise ValueError(f"plan: of names nobody: {', '.join(unknown)}")
        if late := [group.name for group in self.people if group.at + group.over > self.lasts]:
            raise ValueError(f"people: {', '.join(late)} come after the end")
        if any(event.at + event.lasts > self.lasts for event in self.events):
            raise ValueError("events: one lasts beyond the end")
        if sum(group.count for group in self.people) > MOST_PEOPLE:
            raise ValueError(f"people: more than {MOST_PEOPLE}")
        return self

    @property
    def takes(self) -> timedelta:
        """How long it takes to play, in real time."""
        return self.lasts / self.faster

    def group(self, name: str) -> People | None:
        """The people of this name."""
        return next((group for group in self.people if group.name == name), None)


class Drill(Plot):
    """A drill file: the plot, and every word that is said in it.

    ``words`` are messages, ``slots`` what stands for ``{name}`` in them, each in every language.
    """

    words: Mapping[str, Wordings] = Field(default_factory=dict)
    slots: Mapping[str, Wordings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_word_is_there(self) -> Self:
        asked = {name for group in self.people for name in group.says}
        asked |= {seated.says for seated in self.staff if seated.says}
        if missing := sorted(asked - set(self.words)):
            raise ValueError(f"words: nothing is written for {', '.join(missing)}")
        if missing := sorted(set(self._slots_named()) - set(self.slots)):
            raise ValueError(f"slots: nothing is written for {', '.join(missing)}")
        return self

    def plot(self) -> dict[str, Any]:
        """The plot as JSON."""
        return self.model_dump(mode="json", exclude={"words", "slots"})

    def _slots_named(self) -> Iterator[str]:
        for wordings in self.words.values():
            for texts in wordings.values():
                yield from (slot for text in texts for slot in SLOT.findall(text))


@dataclass(frozen=True, slots=True)
class DrillFile:
    """A drill as it was read: ``name`` is the file's without ending, ``digest`` the SHA-256 of its bytes."""

    name: str
    digest: str
    drill: Drill


def read(path: Path) -> DrillFile:
    """The drill in a file.

    Raises:
        DrillFileError: it is not there, or says nothing that can be played; one line says where.
    """
    try:
        content = path.read_bytes()
        written = _mapping(yaml.safe_load(content))
        common = _mapping(yaml.safe_load((SHIPPED / COMMON).read_bytes()))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise DrillFileError(f"{path}: {' '.join(str(error).split())}") from None
    for part in ("words", "slots"):
        written[part] = {**_mapping(common.get(part)), **_mapping(written.get(part))}
    try:
        drill = Drill.model_validate(written)
    except ValidationError as error:
        raise DrillFileError(f"{path}: {_first(error)}") from None
    return DrillFile(path.stem, hashlib.sha256(content).hexdigest(), drill)


def shipped() -> list[Path]:
    """The files of the drills that come with the product, by name."""
    return sorted(path for path in SHIPPED.glob("*.yml") if path.name != COMMON)


def _mapping(written: Any) -> dict[str, Any]:
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise ValueError("it must be a list of keys with their values")
    return dict(written)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
