"""Whether a group event (群体性事件) is major or especially major, exactly as playbook B9 has it."""

from dataclasses import dataclass
from enum import StrEnum

from ledger.policy import GroupEvents


class Level(StrEnum):
    """How grave a group event is, the least first."""

    NEITHER = "neither"
    MAJOR = "major"
    ESPECIALLY_MAJOR = "especially_major"


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is known of it. ``stormed``: key offices are stormed or surrounded; ``loss``: violence did damage;
    ``unlawful``: the gathering is."""

    people: int = 0
    vehicles: int = 0
    injured: int = 0
    dead: int = 0
    stormed: bool = False
    road_blocked: bool = False
    violence: bool = False
    loss: bool = False
    great_loss: bool = False
    unlawful: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: ``code`` has words in the console, ``count`` is what it counts and ``limit`` what makes it so."""

    code: str
    count: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """How grave it is, and every reason that makes it so."""

    level: Level
    reasons: tuple[Reason, ...] = ()


def judge(crowd: Crowd, rule: GroupEvents) -> Judgement:
    """The level of a group event; one reason is enough for each level."""
    for level, reasons in (
        (Level.ESPECIALLY_MAJOR, _especially_major(crowd, rule)),
        (Level.MAJOR, _major(crowd, rule)),
    ):
        if reasons:
            return Judgement(level, tuple(reasons))
    return Judgement(Level.NEITHER)


def _especially_major(crowd: Crowd, rule: GroupEvents) -> list[Reason]:
    least = rule.especially_major
    people = crowd.people
    return [
        reason
        for holds, reason in (
            (crowd.violence, Reason("people_with_violence", people, least.people_with_violence)),
            (True, Reason("injured", crowd.injured, least.injured)),
            (True, Reason("dead", crowd.dead, least.dead)),
            (crowd.great_loss, Reason("great_loss")),
            (crowd.unlawful, Reason("people_unlawful", people, least.people_unlawful)),
        )
        if holds and _enough(reason)
    ]


def _major(crowd: Crowd, rule: GroupEvents) -> list[Reason]:
    hurt = crowd.injured or crowd.dead or crowd.loss or crowd.great_loss
    return [
        reason
        for holds, reason in (
            (crowd.stormed, Reason("stormed")),
            (crowd.road_blocked, Reason("road_blocked")),
            (True, Reason("people", crowd.people, rule.major.people)),
            (True, Reason("vehicles", crowd.vehicles, rule.major.vehicles)),
            (crowd.violence and hurt, Reason("violence_with_harm")),
        )
        if holds and _enough(reason)
    ]


def _enough(reason: Reason) -> bool:
    return reason.limit is None or (reason.count or 0) >= reason.limit
