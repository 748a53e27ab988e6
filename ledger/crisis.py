"""What kind of crisis a case is (playbook B3), from what it holds. Pure: the telling is a service's."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from ledger.models import Case
from ledger.special import OFFICIAL
from ledger.vocabulary import CaseStatus, CaseType, CrisisType, FactKind, Signal

CLAIMS: Final = Path(__file__).with_name("crisis.yml")
PRESS_FACTS: Final = frozenset({FactKind.OUTLET, FactKind.COLUMN, FactKind.PRESS_CARD})
GRAVEST_FIRST: Final = (
    CrisisType.AUTHORITIES,
    CrisisType.MEDIA_EXPOSURE,
    CrisisType.COMPETITOR_DISTURBANCE,
    CrisisType.DEALER_DISTURBANCE,
    CrisisType.LONG_UNRESOLVED,
    CrisisType.PRODUCT_COMPLAINT,
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind of crisis, and ``because``: a code for what shows it."""

    type: CrisisType
    because: str


def recognised(
    case: Case, *, told: Collection[FactKind] = (), unresolved_after: timedelta, now: datetime
) -> Recognised | None:
    """The gravest kind of crisis that the case shows; None of a contact that shows none.

    ``told`` are kinds of the case's facts.
    """
    return next(_shown(case, told, unresolved_after, now), None)


def graver(one: CrisisType, other: CrisisType | None) -> bool:
    """Whether ``one`` is graver than ``other``; every kind is graver than none."""
    return other is None or GRAVEST_FIRST.index(one) < GRAVEST_FIRST.index(other)


def _shown(
    case: Case, told: Collection[FactKind], unresolved_after: timedelta, now: datetime
) -> Iterator[Recognised]:
    """Everything that it shows, the gravest first."""
    if OFFICIAL in (reason["code"] for reason in case.special_reasons):
        yield Recognised(CrisisType.AUTHORITIES, OFFICIAL)
    if Signal.MEDIA_THREAT in case.signals:
        yield Recognised(CrisisType.MEDIA_EXPOSURE, "media_threat")
    if not PRESS_FACTS.isdisjoint(told):
        yield Recognised(CrisisType.MEDIA_EXPOSURE, "press")
    for type, claims in _claims().items():
        if claims.search(case.narrative):
            yield Recognised(type, "said_so")
    if why := _unresolved(case, unresolved_after, now):
        yield Recognised(CrisisType.LONG_UNRESOLVED, why)
    if case.type is CaseType.COMPLAINT:
        yield Recognised(CrisisType.PRODUCT_COMPLAINT, "complaint")


def _unresolved(case: Case, unresolved_after: timedelta, now: datetime) -> str | None:
    if Signal.REPEAT_UNRESOLVED in case.signals:
        return "repeat_unresolved"
    if case.reopened_at is not None:
        return "reopened"
    is_old = case.status is CaseStatus.OPEN and now - case.opened_at >= unresolved_after
    return "old" if is_old else None


@cache
def _claims() -> dict[CrisisType, re.Pattern[str]]:
    written = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))
    return {
        CrisisType(type): re.compile("|".join(f"(?:{claim})" for claim in claims), re.IGNORECASE)
        for type, claims in written.items()
    }
