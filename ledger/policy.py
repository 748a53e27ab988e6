"""What the organisation has decided: who answers for what, within what time, and who is told when it fails.

Read from ``policy.yml`` and passed to every service as ``policy``. Durations are written ``90s``,
``30m``, ``1h30m``, ``2d``; text may hold ``${NAME}``, which is taken from the environment, so that no secret
stands in the file.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import Field, SecretStr, ValidationError, model_validator

from ledger.calendars import Calendar
from ledger.errors import PolicyError
from ledger.parts import IN_ORDER, Duration, Names, Part, TimeZone
from ledger.vocabulary import Category, ClockKind, Language, NoticeKind, Signal

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


class Organisation(Part):
    """Whose desk it is.

    ``region`` (ISO 3166) is where a phone number without a country code is; ``address`` is the desk's own
    address as people outside reach it (``https://desk.example``), for the links in notices.
    """

    names: Names
    time_zone: TimeZone
    region: str = Field(min_length=2, max_length=2)
    address: str | None = None


NEVER_PAUSED: Final = frozenset({ClockKind.HEADQUARTERS, ClockKind.PROMISED_CALL})


class Clocks(Part):
    """How long each clock runs (playbook C3).

    A revisit falls due ``revisit`` after resolving; the assistant asks by itself after ``revisit_asks``.
    Kinds ``in_opening_hours`` count those, the others run day and night; kinds that ``pause_while_waiting``
    stand still while the customer has to answer. Headquarters' clock does neither (playbook B1); nor does a
    promised call, which is due at the moment that was promised.
    """

    headquarters: Duration
    first_response: Duration
    progress_update: Duration
    revisit_asks: Duration
    revisit: Duration
    in_opening_hours: Annotated[frozenset[ClockKind], IN_ORDER] = frozenset({ClockKind.FIRST_RESPONSE})
    pause_while_waiting: Annotated[frozenset[ClockKind], IN_ORDER] = frozenset({ClockKind.PROGRESS_UPDATE})

    @model_validator(mode="after")
    def _what_never_pauses(self) -> Self:
        if never := NEVER_PAUSED & (self.in_opening_hours | self.pause_while_waiting):
            raise ValueError(f"{', '.join(sorted(never))} never pauses, day or night")
        return self

    @model_validator(mode="after")
    def _revisit_is_asked_in_time(self) -> Self:
        if self.revisit_asks >= self.revisit:
            raise ValueError("revisit_asks must come before revisit")
        return self

    def length(self, kind: ClockKind) -> timedelta:
        """How long a clock of ``kind`` runs; a promised call has no length of its own (KeyError)."""
        lengths = {
            ClockKind.HEADQUARTERS: self.headquarters,
            ClockKind.FIRST_RESPONSE: self.first_response,
            ClockKind.PROGRESS_UPDATE: self.progress_update,
            ClockKind.REVISIT: self.revisit,
        }
        return lengths[kind]


class Rung(StrEnum):
    """Whom a step of the escalation tells."""

    DUTY = "duty"
    HEAD = "head"
    DELEGATE = "delegate"
    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"


class Step(Part):
    """One step of the escalation, ``after`` the breach."""

    to: Rung
    after: Duration


class Escalation(Part):
    """What follows when the headquarters clock is breached (playbook B1, B4, 盯促).

    After the last step everybody told so far is urged every ``urge_every``, until somebody acknowledges.
    """

    steps: tuple[Step, ...] = Field(min_length=1)
    urge_every: Annotated[Duration, Field(gt=timedelta())]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.steps) != sorted(self.steps, key=lambda step: step.after):
            raise ValueError("the steps must stand in the order of their time")
        return self


class Revisit(Part):
    """A rating of 1 to 5 that is ``unhappy_at_most`` reopens the case (playbook A1)."""

    unhappy_at_most: int = Field(ge=1, le=4)


class DepartmentPolicy(Part):
    """A department as the policy names it; ``key`` is how everything else refers to it.

    ``calendar`` names one of the policy's ``calendars``; without it the organisation's ``hours`` count.
    """

    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    names: Names
    headquarters: bool = False
    calendar: str | None = None


class Matrix(Part):
    """Who answers for what (playbook B3, B6): the category decides.

    Where nobody complained, the first of ``signals`` that was heard does; in a complaint, the departments of
    its signals are told beforehand.
    """

    signals: Mapping[Signal, str] = Field(default_factory=dict)
    categories: Mapping[Category, str]
    otherwise: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if lacking := [category for category in Category if category not in self.categories]:
            raise ValueError(f"no department for {', '.join(lacking)}")
        return self


class Anger(Part):
    """Messages in a row at emotion ``level`` or more, not calming down.

    After ``offer_after`` of them a person is offered, after ``call_after`` one is called unasked.
    """

    level: int = Field(ge=1, le=3)
    offer_after: int = Field(ge=1)
    call_after: int = Field(ge=1)

    @model_validator(mode="after")
    def _offered_before_called(self) -> Self:
        if self.call_after <= self.offer_after:
            raise ValueError("call_after must be greater than offer_after")
        return self


class Listening(Part):
    """How long the assistant listens for more before it answers (``ledger/listening.py`` says which applies).

    ``finished`` after words that look finished, ``pause`` after words that may be, ``unfinished`` after words
    that are not; ``typing`` after the customer was last seen writing; never more than ``longest`` from the
    first unanswered message on. ``longest`` zero: every message is answered by itself, at once; what waits
    behind an answer is gathered all the same when it is more than ``flood`` messages.
    """

    finished: Duration = timedelta(seconds=1)
    pause: Duration = timedelta(seconds=2)
    unfinished: Duration = timedelta(seconds=5)
    typing: Duration = timedelta(seconds=5)
    # What is older than half a minute and has no answer is taken for forgotten.
    longest: Annotated[Duration, Field(le=timedelta(seconds=30))] = timedelta(seconds=15)
    flood: Annotated[int, Field(ge=1)] = 20

    @property
    def off(self) -> bool:
        """Whether every message is answered by itself."""
        return not self.longest


class Handoff(Part):
    """When a person who holds a conversation counts as absent.

    Who gives no sign of life for ``absent_after`` while the customer waits loses it to the queue.
    """

    absent_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=5)


class Watchdog(Part):
    """After how long people are called to what should have ended by itself.

    ``alarm_after``: a customer's message without a reply or a person, or a reply that has not left.
    ``notices_after``: a notice to staff that has not got through. ``clocks_after``: a clock that is due, and
    nobody has marked it.
    """

    alarm_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=2)
    notices_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=30)
    clocks_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(seconds=10)


class Capacity(Part):
    """More customers at once than can be answered: from when on they hear their number in the line.

    That is when somebody has been waiting there for ``answer_within``. Who writes on while they wait hears it
    again, at most every ``say_again_after``.
    """

    answer_within: Duration = timedelta(seconds=10)
    say_again_after: Duration = timedelta(minutes=1)


class Silence(Part):
    """After the assistant asked and hears nothing for ``nudge_after``, it asks once more, gently."""

    nudge_after: Duration


class Numbers(Part):
    """What a person in danger dials in one region."""

    ambulance: str
    police: str
    crisis_line: str


class Emergency(Part):
    """The numbers a person in danger is told, by region (any name; ISO 3166 is usual).

    Whoever writes a language of ``by_language`` is taken to be in that region, all others in ``default``.
    """

    default: str
    by_language: Mapping[Language, str] = Field(default_factory=dict)
    regions: Mapping[str, Numbers]

    @model_validator(mode="before")
    @classmethod
    def _by_region(cls, written: Any) -> Any:
        if isinstance(written, dict) and set(written) == set(Numbers.model_fields):
            raise ValueError("the numbers stand by region now: {default: CN, regions: {CN: {ambulance: …}}}")
        return written

    @model_validator(mode="after")
    def _regions_are_known(self) -> Self:
        named = {self.default, *self.by_language.values()}
        if unknown := sorted(named - set(self.regions)):
            raise ValueError(f"no numbers for {', '.join(unknown)}")
        return self

    def numbers(self, language: Language) -> Numbers:
        """What somebody who writes ``language`` dials."""
        return self.regions[self.by_language.get(language, self.default)]


class Press(Part):
    """What a journalist hears (playbook B10): ``holding_statement`` and who calls back, nothing else.

    ``spokesperson`` is a department's key; ``answers_within`` counts opening hours.
    """

    holding_statement: Names
    spokesperson: str
    answers_within: Annotated[Duration, Field(gt=timedelta())]


class Officials(Part):
    """Who answers the authorities (playbook B3): the first of ``departments`` has the case, all have a task.

    ``answers_within`` counts opening hours.
    """

    departments: tuple[str, ...] = Field(min_length=1)
    answers_within: Annotated[Duration, Field(gt=timedelta())]


class Demands(Part):
    """Demands that are explained before our word is given (playbook A6, B6).

    ``beyond`` is the amount, by currency (ISO 4217), above which one is; a currency that is not listed never
    is. ``decided_by`` is the key of the department that decides such a demand.
    """

    beyond: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    decided_by: str


class Email(Part):
    """The SMTP server notices go through."""

    host: str
    port: int = Field(gt=0, lt=65536)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str


class Webhook(Part):
    """A group robot or another program that is told; ``template`` is the form of the JSON it expects.

    ``name`` is how the ledger refers to it, since ``url`` bears its secret. ``secret`` signs (DingTalk).
    ``kinds`` empty: every kind of notice.
    """

    name: str
    url: SecretStr
    template: Literal["json", "wecom", "dingtalk"] = "json"
    secret: SecretStr | None = None
    language: Language = Language.ZH_HANS
    kinds: Annotated[frozenset[NoticeKind], IN_ORDER] = frozenset()


class Notices(Part):
    """The ways notices go besides the console and Telegram; what is absent is not used."""

    email: Email | None = None
    webhooks: tuple[Webhook, ...] = ()

    def webhook(self, name: str) -> Webhook | None:
        """The webhook called ``name``."""
        return next((hook for hook in self.webhooks if hook.name == name), None)


class Answers(Part):
    """What the organisation has written to be told as it is; of what is ``None``, who decides and by when.

    ``refund`` is how a refund works here, ``regulator`` where to turn when our answer does not satisfy.
    """

    refund: Names | None = None
    regulator: Names | None = None

    def cut_from(self, text: str) -> str:
        """A text without what the organisation wrote in it: that is its decision, not the assistant's."""
        for written in (self.refund, self.regulator):
            for told in (written or {}).values():
                text = text.replace(told, " ")
        return text


class Limits(Part):
    """What one visitor may send, and how long a sign-in lasts."""

    message_length: int = Field(gt=0)
    messages_a_minute: int = Field(gt=0)
    file_megabytes: int = Field(gt=0)
    session: Duration


class Policy(Part):
    """Everything the organisation has decided."""

    organisation: Organisation
    clocks: Clocks
    reminders: Mapping[ClockKind, tuple[Duration, ...]]
    escalation: Escalation
    revisit: Revisit
    hours: Calendar
    calendars: Mapping[str, Calendar] = Field(default_factory=dict)
    departments: tuple[DepartmentPolicy, ...]
    matrix: Matrix
    anger: Anger
    listening: Listening = Listening()
    capacity: Capacity = Capacity()
    handoff: Handoff = Handoff()
    watchdog: Watchdog = Watchdog()
    silence: Silence
    emergency: Emergency
    press: Press
    officials: Officials
    demands: Demands
    answers: Answers = Answers()
    notices: Notices
    limits: Limits

    @model_validator(mode="after")
    def _one_headquarters(self) -> Self:
        if sum(department.headquarters for department in self.departments) != 1:
            raise ValueError("exactly one department must be headquarters")
        return self

    @model_validator(mode="after")
    def _matrix_names_departments(self) -> Self:
        known = {department.key for department in self.departments}
        named = {*self.matrix.signals.values(), *self.matrix.categories.values(), self.matrix.otherwise}
        if unknown := sorted(named - known):
            raise ValueError(f"the matrix names unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _journeys_name_departments(self) -> Self:
        named = {self.press.spokesperson, *self.officials.departments, self.demands.decided_by}
        if unknown := sorted(named - {department.key for department in self.departments}):
            raise ValueError(f"press, officials or demands name unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _departments_name_calendars(self) -> Self:
        named = {department.calendar for department in self.departments if department.calendar}
        if unknown := sorted(named - set(self.calendars)):
            raise ValueError(f"departments name unknown calendars: {', '.join(unknown)}")
        return self

    def calendar(self, department: str | None = None) -> Calendar:
        """When people are there: in a department (its key), or in the organisation; with its time zone."""
        named = next((one.calendar for one in self.departments if one.key == department), None)
        calendar = self.calendars[named] if named else self.hours
        zone = calendar.time_zone or self.organisation.time_zone
        return calendar.model_copy(update={"time_zone": zone})

    def knows_holidays(self, year: int) -> bool:
        """Whether every calendar's holidays of the year are known, as far as it keeps any."""
        return all(calendar.knows(year) for calendar in (self.hours, *self.calendars.values()))

    @property
    def headquarters(self) -> DepartmentPolicy:
        """The department that is told of special users (playbook B1)."""
        return next(department for department in self.departments if department.headquarters)


def load_policy(path: Path) -> Policy:
    """The policy in the YAML file ``path``.

    Raises:
        PolicyError: it cannot be read, or something in it is wrong; one line that says what and where.
    """
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: {_no_yaml(error)}") from None
    try:
        return Policy.model_validate(expanded(written, os.environ))
    except KeyError as error:
        raise PolicyError(f"{path}: the environment has no {error.args[0]}") from None
    except ValidationError as error:
        raise PolicyError(f"{path}: {first_fault(error)}") from None


def _no_yaml(error: Exception) -> str:
    """What is wrong with the writing, and where, without the line itself, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'it is no YAML in UTF-8'}{place}"


def expanded(written: Any, environment: Mapping[str, str]) -> Any:
    """``written`` with every ``${NAME}`` in its texts taken from ``environment``, or KeyError."""
    if isinstance(written, str):
        return VARIABLE.sub(lambda found: environment[found[1]], written)
    if isinstance(written, dict):
        return {key: expanded(value, environment) for key, value in written.items()}
    if isinstance(written, list):
        return [expanded(value, environment) for value in written]
    return written


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, and where, without the value, which may be a secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or "policy"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}"
