"""What a customer told, said back to them in their own words (playbook A1 listen, A4; voice.md).

The two or three most telling clauses of a message: what happened, since when, how often, to whom. Never
insults, threats, questions or orders, never in a way that admits anything, and nothing that the guard would
not let us say in our own voice (docs/guard.md). Pure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.turning import HAN, speech, turned
from ledger.guard import check
from ledger.vocabulary import Language

SENTENCES = re.compile(
    r"[^.!?;\n\r\u3002\uff01\uff1f\uff1b\u2026]*(?:(?<=\d)[.](?=\d)[^.!?;\n\r\u3002\uff01\uff1f\uff1b\u2026]*)*[.!?;\n\r\u3002\uff01\uff1f\uff1b\u2026~]*"
)
PARTS = re.compile(
    r"[,\uff0c\u3001:\uff1a](?!\d)|\s+-+\s+|\s*[—–]+\s*|\s{2,}|(?<=[㐀-鿿])\s+(?=[㐀-鿿])"
    r"|(?<=\d{3})\s+(?=[㐀-鿿]{2})"
)
JOINTS = re.compile(r"\s+(?=(?:and|but|so|because|then|which)\s)", re.IGNORECASE)
ASKED = re.compile(r"[?\uff1f]")
SPACE = " \n\r.!;。！；…~～*"
QUOTES = '"“”「」'
MARKS = f"{SPACE}{QUOTES}'‘’()（）"
STRONG = frozenset({"times", "length", "date", "amount"})
MOST = 3
"""Clauses in one reflection."""
BREATH = {True: 40, False: 25}
"""Han characters, English words: what can be said in one breath."""
SHORTEST = {True: 3, False: 2}
BRIEF = 4
"""Up to how many words an English sentence follows another after a comma."""
LONG = 14
"""From how many words on an English clause is taken apart at "and", "but", "because"."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause turned to the listener. ``opens``: it began a sentence of theirs."""

    position: int
    said: str
    weight: int
    opens: bool
    chinese: bool

    @property
    def length(self) -> int:
        """Characters of Chinese, words of English."""
        return len(self.said) if self.chinese else len(self.said.split())


def reflect(text: str, language: Language, known: str = "", *, whole: bool = False) -> str:
    """One sentence or two that say back what ``text`` tells, in ``language``; empty when it tells nothing.

    ``known`` is what was said before: clauses standing there are not said again. Clauses in another language
    are left out. ``whole``: one sentence that continues another one.
    """
    chinese = language is not Language.EN
    clauses = _clauses(text, language)
    new = [clause for clause in clauses if not _stands_in(clause.said, known, language)]
    chosen = _chosen(new, BREATH[chinese])
    if not chosen:
        return ""
    return (
        f"{'，'.join(clause.said for clause in chosen)}。"
        if chinese
        else f"{_in_english(chosen, whole=whole)} "
    )


def telling(clause: str, *, chinese: bool) -> int:
    """How much a clause tells: how often, how long, when and how much count two, who and what broke one."""
    kinds = speech()["telling_han" if chinese else "telling_latin"]
    return sum(2 if kind in STRONG else 1 for kind, marks in kinds.items() if marks.search(clause))


def _clauses(text: str, language: Language) -> list[Clause]:
    chinese = language is not Language.EN
    found: list[Clause] = []
    for sentence in SENTENCES.findall(text):
        parts = _parts(sentence, chinese=chinese)
        # Of a question only the asking is left out: "I waited three days, is that normal?"
        for at, part in enumerate(parts[:-1] if ASKED.search(sentence) else parts):
            said = turned(_bare(part), language)
            if said and bool(HAN.search(said)) is chinese and not check(said):
                weight = telling(part, chinese=chinese)
                found.append(Clause(len(found), said, weight, at == 0, chinese))
    return [clause for clause in found if clause.length >= SHORTEST[chinese]]


def _parts(sentence: str, *, chinese: bool) -> list[str]:
    parts = [part for part in PARTS.split(sentence) if part and part.strip()]
    return parts if chinese else [piece for part in parts for piece in _taken_apart(part)]


def _taken_apart(part: str) -> Sequence[str]:
    return JOINTS.split(part) if len(part.split()) > LONG else [part]


def _bare(part: str) -> str:
    """Without the marks around it, and without a quotation mark whose other half is elsewhere."""
    outer = part.strip(SPACE)
    bare = outer if _paired(outer) else outer.strip(MARKS)
    return bare if _paired(bare) else re.sub(f"[{QUOTES}]", "", bare)


def _paired(part: str) -> bool:
    halves = [part.count(left) == part.count(right) for left, right in ("“”", "「」")]
    return all(halves) and part.count('"') % 2 == 0 and not part.startswith(tuple(QUOTES))


def _stands_in(said: str, known: str, language: Language) -> bool:
    return any(said == clause.said for clause in _clauses(known, language)) if known else False


def _chosen(clauses: Iterable[Clause], breath: int) -> list[Clause]:
    """The most telling ones that fit in a breath, in the order in which they were said."""
    chosen: list[Clause] = []
    for clause in sorted(clauses, key=lambda clause: -clause.weight):
        fits = len(chosen) < MOST and sum(other.length for other in chosen) + clause.length <= breath
        if fits and _adds(clause, chosen):
            chosen.append(clause)
    return sorted(chosen, key=lambda clause: clause.position)


def _adds(clause: Clause, chosen: Sequence[Clause]) -> bool:
    """Whether a clause belongs with those chosen: it tells something new, or leads up to what does."""
    if any(clause.said.lower() in other.said.lower() for other in chosen):
        return False
    return bool(clause.weight) or any(abs(clause.position - other.position) == 1 for other in chosen)


def _in_english(clauses: Sequence[Clause], *, whole: bool) -> str:
    first, *others = clauses
    if whole:
        return f"{', '.join(_small(clause.said) for clause in clauses)}."
    told = _capital(first.said)
    for clause in others:
        told += (
            f". {_capital(clause.said)}"
            if clause.opens and clause.length > BRIEF
            else f", {_small(clause.said)}"
        )
    return f"{told}."


def _small(said: str) -> str:
    """As it stands within a sentence; a word that may be a name keeps its capital."""
    first, _, rest = said.partition(" ")
    return f"{first.lower()} {rest}".strip() if first.lower() in speech()["common"] else said


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
