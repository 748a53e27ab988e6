"""The forecast of a complaint (走势预判, playbook B6): solvable now, unreasonable, and where it goes next.

Reckoned from what was heard, never stored. Whether it stands is for people to say: an assistant gives no
verdict (playbook A6).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ledger.policy import Policy
from ledger.vocabulary import MentionKind, Remedy, Signal

ORDER: Final = tuple(MentionKind)


class Solvable(StrEnum):
    """Whether what is asked for can be given now."""

    NOW = "now"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Forecast:
    """``excessive``: a sum beyond what is given without a decision is asked for (``demands.beyond``).

    ``next`` is where it goes unless it is answered, None when nothing says that it leaves the house;
    ``because`` are the signals that say so.
    """

    solvable: Solvable
    excessive: bool
    next: MentionKind | None
    because: tuple[Signal, ...]


def forecast(
    *, signals: Iterable[str], remedies: Collection[str], amounts: Iterable[Mapping[str, Any]], policy: Policy
) -> Forecast:
    """The forecast from signals, remedies and amounts (``{"amount", "currency"}``) that were heard."""
    trend = policy.trend
    heard = [Signal(signal) for signal in signals]
    because = tuple(signal for signal in heard if signal in trend.leads_to)
    stages = [trend.leads_to[signal] for signal in because]
    asks_for_money = Remedy.COMPENSATION in remedies
    excessive = asks_for_money and any(policy.demands.exceeded_by(amount) for amount in amounts)
    return Forecast(
        solvable=_solvable(remedies, excessive, policy),
        excessive=excessive,
        next=max(stages, key=ORDER.index, default=None),
        because=because,
    )


def _solvable(remedies: Collection[str], excessive: bool, policy: Policy) -> Solvable:
    if not remedies:
        return Solvable.UNKNOWN
    at_once = {Remedy(remedy) for remedy in remedies} <= policy.trend.at_once
    return Solvable.NOW if at_once and not excessive else Solvable.LATER
