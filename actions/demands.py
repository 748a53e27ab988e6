"""What is out of proportion, or not ours to grant, is explained, never refused flatly (playbook A6, B6).

What was written down, who decides such a thing, by when they hear, what else is open. No judgement.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions import casework, resources
from actions.base import Talk
from ledger.policy import Demands
from ledger.script import fold
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, FactKind, Remedy, Signal

NEAR = 16
"""Up to how many characters before an amount it is said that it is asked for."""


def explain(talk: Talk, hearing: Hearing, promise: str) -> bool:
    """Explain the next demand of the case that was not explained yet; whether there was one.

    ``promise`` is who answers by when, empty where that follows anyway.
    """
    due = (kind for kind in kinds(hearing, resources.policy().demands) if kind not in talk.acknowledged)
    kind = next(due, None)
    if kind is None or hearing.type == CaseType.CONTACT:
        return False
    mirror = casework.said_back(talk.turn.text, talk.turn.language, known=talk.turn.narrative)
    talk.slots |= {"told": ""} if mirror else {}
    talk.say(
        f"utter_respond_demand_{kind}",
        mirror=mirror,
        decides=casework.department(resources.policy().demands.decided_by, talk.turn.language),
        promise=promise,
    )
    talk.acknowledge(kind)
    return True


def kinds(hearing: Hearing, policy: Demands) -> Iterator[str]:
    """What about a case's demands is explained: discipline, sum, apology, ultimatum."""
    folded = fold(hearing.narrative)
    beyond = (fact for fact in hearing.facts if _is_beyond(fact, policy))
    if Signal.EXTORTION in hearing.reasons or any(_is_demanded(fact, folded) for fact in beyond):
        yield "sum"
    if Remedy.DISCIPLINE in hearing.remedies:
        yield "discipline"
    if _patterns()["public_apology"].search(folded):
        yield "apology"
    if _patterns()["ultimatum"].search(folded):
        yield "ultimatum"


def _is_beyond(fact: Mapping[str, Any], policy: Demands) -> bool:
    return fact["kind"] == FactKind.AMOUNT and policy.exceeded_by(fact["value"])


def _is_demanded(fact: Mapping[str, Any], narrative: str) -> bool:
    """Whether an amount is asked for; most amounts are what something cost."""
    before = narrative[: narrative.find(fold(fact["said"]))][-NEAR:]
    return bool(_patterns()["asked_for"].search(before))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    written = yaml.safe_load(Path(__file__).with_name("demands.yml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in written.items()}
