"""How grave a case is, why, and what to do about it, from what the case holds (playbook B5, B7)."""

from dataclasses import dataclass
from datetime import datetime

from ledger.policy import Policy
from ledger.risk import likelihood, risk
from ledger.services.entries import REOPENED
from ledger.services.grading import GRADED
from ledger.severity import Known, Point, graver, points, severity
from ledger.views.complaints import ComplaintDetail, EntryLine
from ledger.vocabulary import ActorKind, Aspect, FactKind, Language, Likelihood, Risk, Severity


@dataclass(frozen=True, slots=True)
class PointLine:
    """One reason: so many points for it, in words by language."""

    aspect: Aspect
    what: str
    points: int
    reason: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Overruled:
    """Which supervisor (a username) decided how grave it is, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Grade:
    """How grave a case is.

    ``severity`` is in force. ``points`` are those it has now, or, where these come to less than it was raised
    to, those it was raised by. ``computed`` is what they come to. ``todo`` is what the plan says to do.
    """

    severity: Severity
    computed: Severity
    points: list[PointLine]
    total: int
    overruled: Overruled | None
    likelihood: Likelihood
    risk: Risk
    todo: list[dict[Language, str]]

    @property
    def would_be_graver(self) -> bool:
        """Whether what is known now weighs more than what a supervisor decided."""
        return self.overruled is not None and graver(self.computed, self.severity)


def grade_of(found: ComplaintDetail, policy: Policy) -> Grade:
    """The grade of a case, by the weights that are in force."""
    grading, line = policy.grading, found.complaint
    graded = [entry for entry in found.entries if entry.action == GRADED]
    counted = points(_known(found), grading)
    overruled = _overruled(graded[-1]) if graded else None
    if overruled is None and graver(line.severity, severity(counted, grading)):
        counted = _raised_by(graded) or counted
    spreading = likelihood(counted, grading)
    return Grade(
        severity=line.severity,
        computed=severity(counted, grading),
        points=[PointLine(one.aspect, one.what, one.points, one.reason) for one in counted],
        total=sum(one.points for one in counted),
        overruled=overruled,
        likelihood=spreading,
        risk=risk(line.severity, spreading, grading),
        todo=list(policy.plans[line.severity].do),
    )


def points_in(entry: EntryLine) -> tuple[Point, ...]:
    """The points an entry was made with; none if it was made by hand."""
    written = (entry.after or {}).get("points", ())
    return tuple(Point(Aspect(one["aspect"]), one["what"], one["points"], one["count"]) for one in written)


def _known(found: ComplaintDetail) -> Known:
    told = [fact for fact in found.facts if fact.kind is FactKind.PEOPLE and fact.replaced_by is None]
    return Known.of_case(
        signals=found.complaint.signals,
        categories=[found.complaint.category, *found.complaint.further_categories],
        emotions=[felt.level for felt in found.emotion_trail],
        people=[int(fact.value) for fact in told],
        reopened=sum(entry.action == REOPENED for entry in found.entries),
    )


def _overruled(entry: EntryLine) -> Overruled | None:
    if entry.actor_kind is not ActorKind.STAFF or entry.reason is None:
        return None
    return Overruled(entry.actor, entry.at, entry.reason)


def _raised_by(graded: list[EntryLine]) -> tuple[Point, ...]:
    return next((found for entry in reversed(graded) if (found := points_in(entry))), ())
