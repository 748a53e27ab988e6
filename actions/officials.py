"""Somebody from an authority (playbook B3): who they are, on what paper, by when; headquarters knows."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from actions import press
from actions.steps import Known, Step
from ledger.heard import Heard
from ledger.script import fold
from ledger.services.cases import Hearing
from ledger.special import OFFICIAL
from ledger.vocabulary import CaseType, FactKind, Remedy

WITH_AUTHORITIES = frozenset({Step.OFFICIAL, Step.CREDENTIALS, Step.REPORTED, Step.AUTHORITY})
DETAILS = (FactKind.PERSON, FactKind.AUTHORITY)
PAPERS = ("reference", "deadline")
"""What is asked for once, and not again; it stands in their words, not in a fact of its own."""
NEAR = 24
"""Up to how many characters before and behind an authority's name somebody introduces themselves."""


def next_step(known: Known) -> Step | None:
    """Who they are, in two turns at most, then who answers and by when, then only that it was passed on."""
    if not known.official:
        return None
    lacking = set(missing(known))
    if lacking and Step.OFFICIAL not in known.asked:
        return Step.OFFICIAL
    if Step.REPORTED in known.asked:
        return Step.AUTHORITY
    again = lacking - set(PAPERS) and Step.CREDENTIALS not in known.asked
    return Step.CREDENTIALS if again else Step.REPORTED


def missing(known: Known) -> Iterator[str]:
    """What whoever answers them needs, and nobody has told yet."""
    yield from (kind for kind in DETAILS if kind not in known.facts)
    folded = fold(known.narrative)
    yield from (paper for paper in PAPERS if not _patterns()[paper].search(folded))
    if not known.contact_known:
        yield press.CONTACT


def awaits(case: Hearing | None) -> str | None:
    """With an authority it is the department's turn when nothing else is open."""
    return Step.AUTHORITY.value if is_case_of(case) else None


def is_case_of(case: Hearing | None) -> bool:
    """Whether a case is an authority's."""
    return case is not None and case.type == CaseType.CONTACT and OFFICIAL in case.reasons


def introduces(heard: Heard, text: str) -> bool:
    """Whether somebody comes from an authority, and not as a customer who works there."""
    if press.complains(heard) or set(heard.remedies) - {Remedy.EXPLANATION}:
        return False
    folded = fold(text)
    named = [entity for entity in heard.entities if entity["entity"] == FactKind.AUTHORITY]
    return any(_says_who(folded, entity["start"], entity["end"]) for entity in named)


def _says_who(folded: str, start: int, end: int) -> bool:
    before, behind = folded[max(0, start - NEAR) : start], folded[end : end + NEAR]
    if _patterns()["customers"].search(before + "\N{MIDDLE DOT}" + behind):
        return False
    speaks = _patterns()["before"].search(before) and not _patterns()["not_behind"].match(behind)
    return bool(speaks or _patterns()["behind"].match(behind) or _patterns()["formal"].search(folded))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    written = yaml.safe_load(Path(__file__).with_name("officials.yml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in written.items()}
