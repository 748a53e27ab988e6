"""Many people act together (playbook B9): how many, where, and up to five speak for all."""

import re

from actions.base import Talk
from actions.steps import Known, Step
from ledger.vocabulary import Signal

COUNTED = re.compile(
    r"[\d一二三四五六七八九十百千两兩几幾]+多?\s*[个個名位户戶人家]"
    r"|(?:\d+|dozens|hundreds?|thousands?)\s*(?:of us|of )?\s*(?:\w+ )?"
    r"(?:people|families|owners|residents|workers|customers|us\b)",
    re.IGNORECASE,
)


def next_step(known: Known) -> Step | None:
    """How many unless they said so, and where; once."""
    if Signal.GROUP_EVENT not in known.signals or {Step.HEADCOUNT, Step.PLACE} & set(known.asked):
        return None
    return Step.PLACE if COUNTED.search(known.narrative) else Step.HEADCOUNT


def acknowledgement(talk: Talk) -> str | None:
    """What a crowd is answered with, once."""
    crowd = Signal.GROUP_EVENT in talk.turn.heard.signals and "group" not in talk.acknowledged
    return "group" if crowd else None
