"""Everything the organisation has decided, in one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Self

from pydantic import Field, model_validator

from ledger import guard
from ledger.calendars import Calendar
from ledger.form_book import book
from ledger.parts import Duration, Part
from ledger.policy.aftercare import Aftercare
from ledger.policy.clocks import FURTHER_CLOCKS, Clocks, Deadline, Escalation, Revisit
from ledger.policy.contacts import Contacts
from ledger.policy.departments import DepartmentPolicy, Matrix, Organisation
from ledger.policy.drills import Drills
from ledger.policy.grading import Grading, Plan, Waves
from ledger.policy.group_events import GroupEvents
from ledger.policy.law import LawNotes
from ledger.policy.limits import Limits, Watchdog
from ledger.policy.lists import Lists
from ledger.policy.notices import Notices
from ledger.policy.opinion import Opinion
from ledger.policy.outside import Emergency, Officials, Press
from ledger.policy.reports import Schedule
from ledger.policy.routing import Routing
from ledger.policy.secrecy import Secrecy
from ledger.policy.statements import Statements
from ledger.policy.talking import Anger, Answers, Capacity, Demands, Handoff, Listening, Silence
from ledger.policy.team import Team
from ledger.policy.trend import Trend
from ledger.policy.undercover import Undercover
from ledger.vocabulary import ClockKind, ReportKind, Severity

LATER_SECTIONS: Final = frozenset(
    {
        "aftercare",
        "contacts",
        "deadlines",
        "drills",
        "grading",
        "group_events",
        "law",
        "lists",
        "opinion",
        "plans",
        "reports",
        "routing",
        "secrecy",
        "statements",
        "team",
        "trend",
        "undercover",
        "waves",
    }
)
"""Sections that a policy of an older release cannot have; it is read with the shipped ones."""


class Policy(Part):
    """Everything the organisation has decided."""

    organisation: Organisation
    clocks: Clocks
    reminders: Mapping[ClockKind, tuple[Duration, ...]]
    escalation: Escalation
    revisit: Revisit
    deadlines: Mapping[ClockKind, Deadline]
    aftercare: Aftercare
    hours: Calendar
    calendars: Mapping[str, Calendar] = Field(default_factory=dict)
    departments: tuple[DepartmentPolicy, ...]
    matrix: Matrix
    grading: Grading
    plans: Mapping[Severity, Plan]
    routing: Routing
    waves: Waves
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
    secrecy: Secrecy
    notices: Notices
    opinion: Opinion = Opinion()
    limits: Limits
    drills: Drills
    lists: Lists
    statements: Statements
    reports: Mapping[ReportKind, Schedule]
    team: Team
    trend: Trend
    group_events: GroupEvents
    undercover: Undercover
    contacts: Contacts
    law: LawNotes

    @model_validator(mode="after")
    def _one_headquarters(self) -> Self:
        if sum(department.headquarters for department in self.departments) != 1:
            raise ValueError("exactly one department must be headquarters")
        return self

    @model_validator(mode="after")
    def _matrix_names_departments(self) -> Self:
        known = {department.key for department in self.departments}
        if unknown := sorted(self.matrix.named - known):
            raise ValueError(f"the matrix names unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _journeys_name_departments(self) -> Self:
        named = {self.press.spokesperson, *self.officials.departments, self.demands.decided_by}
        if unknown := sorted(named - {department.key for department in self.departments}):
            raise ValueError(f"press, officials or demands name unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _deadlines_are_complete(self) -> Self:
        if lacking := [kind for kind in FURTHER_CLOCKS if kind not in self.deadlines]:
            raise ValueError(f"deadlines: no length for {', '.join(lacking)}")
        if unknown := [kind for kind in self.deadlines if kind not in FURTHER_CLOCKS]:
            raise ValueError(f"deadlines: {', '.join(unknown)} belongs elsewhere")
        told = {key for deadline in self.deadlines.values() for key in deadline.tells}
        if strange := sorted(told - {department.key for department in self.departments}):
            raise ValueError(f"deadlines name unknown departments: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _every_grade_has_a_plan(self) -> Self:
        if lacking := [severity for severity in Severity if severity not in self.plans]:
            raise ValueError(f"plans: none for {', '.join(lacking)}")
        told = {key for plan in self.plans.values() for key in plan.tells}
        if strange := sorted(told - {department.key for department in self.departments}):
            raise ValueError(f"plans name unknown departments: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _reports_name_departments(self) -> Self:
        named = {key for schedule in self.reports.values() for key in schedule.tells}
        if unknown := sorted(named - {department.key for department in self.departments}):
            raise ValueError(f"reports name unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _statements_name_rules(self) -> Self:
        if strange := sorted(self.statements.may_say - set(guard.rules())):
            raise ValueError(f"statements.may_say: no such rule of the guard: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _aftercare_names_forms(self) -> Self:
        if strange := sorted(self.aftercare.forms - set(book())):
            raise ValueError(f"aftercare.forms: no such form: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _the_team_names_departments(self) -> Self:
        named = {key for role in self.team.roles.values() for key in role.departments}
        if unknown := sorted(named - {department.key for department in self.departments}):
            raise ValueError(f"team names unknown departments: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _contacts_name_departments(self) -> Self:
        named = set(self.contacts.read_by)
        if unknown := sorted(named - {department.key for department in self.departments}):
            raise ValueError(f"contacts.read_by names unknown departments: {', '.join(unknown)}")
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

    def length(self, kind: ClockKind) -> timedelta:
        """How long a clock of ``kind`` runs.

        Raises:
            KeyError: its due time is given when it is started.
        """
        if kind in self.deadlines:
            return self.deadlines[kind].length
        return self.clocks.length(kind)

    def reminders_of(self, kind: ClockKind) -> tuple[timedelta, ...]:
        """How long before a clock of ``kind`` is due those in charge are reminded."""
        if kind in self.deadlines:
            return self.deadlines[kind].remind
        return self.reminders.get(kind, ())

    def knows_holidays(self, year: int) -> bool:
        """Whether every calendar's holidays of the year are known, as far as it keeps any."""
        return all(calendar.knows(year) for calendar in (self.hours, *self.calendars.values()))

    @property
    def headquarters(self) -> DepartmentPolicy:
        """The department that is told of special users (playbook B1)."""
        return next(department for department in self.departments if department.headquarters)
