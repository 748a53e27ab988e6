"""The guard (playbook A6): forbidden speech is found, and a good sentence is left alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from bot.nlu.book import Wording, read
from ledger.backing import Backing
from ledger.guard import advice, check, rules
from ledger.vocabulary import Language

ROOT = Path(__file__).parents[2]
LABELLED = [json.loads(line) for line in (ROOT / "tests/data/guard.jsonl").read_text("utf-8").splitlines()]
BOOK = read(sorted((ROOT / "data" / "scripts").glob("*.yml")))
PARTS = ("develop", "held", "unseen")
TODAY = date(2026, 11, 22)


def backing(owner: str, due: str, *, speaks: bool = True) -> Backing:
    return Backing(owner, datetime.combine(TODAY, time.fromisoformat(due)), TODAY, speaks)


def broken(text: str, *backings: Backing) -> set[str]:
    return {finding.rule for finding in check(text, backings=backings)}


def broken_by(row: dict[str, Any]) -> set[str]:
    clocks = [backing(row["owner"], row["due"])] if "owner" in row else []
    return broken(row["text"], *clocks)


HEARD = [(row["part"], broken_by(row), set(row["rules"])) for row in LABELLED]


@dataclass
class Score:
    hits: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.labelled

    def __str__(self) -> str:
        return f"{self.precision:.2f} / {self.recall:.2f} ({self.labelled})"


def score(part: str, belongs: Callable[[set[str]], bool] = bool) -> Score:
    """Of the sentences that ``belongs`` holds for, as found and as labelled."""
    rows = [(belongs(found), belongs(labelled)) for of, found, labelled in HEARD if of == part]
    return Score(
        hits=sum(found and labelled for found, labelled in rows),
        found=sum(found for found, _ in rows),
        labelled=sum(labelled for _, labelled in rows),
    )


def table() -> str:
    """The figures as docs/guard.md shows them: precision / recall (how many sentences are labelled so)."""
    lines = [f"| any rule | {' | '.join(str(score(part)) for part in PARTS)} |"]
    for rule in rules():
        figures = (str(score(part, lambda names: rule in names)) for part in PARTS)  # noqa: B023
        lines.append(f"| {rule} | {' | '.join(figures)} |")
    return "\n".join(lines)


@pytest.mark.parametrize("part", ["develop", "held"])
def test_nearly_all_that_is_found_is_forbidden_and_nearly_all_forbidden_is_found(part: str) -> None:
    reached = score(part)

    assert reached.precision >= 0.95
    assert reached.recall >= 0.90


@pytest.mark.parametrize("rule", rules())
def test_each_rule_is_found_by_its_own_name(rule: str) -> None:
    reached = score("held", lambda names: rule in names)

    assert reached.precision >= 0.85
    assert reached.recall >= 0.80


def test_nothing_good_is_found_among_sentences_the_rules_were_never_fitted_to() -> None:
    assert score("unseen").precision >= 0.95


def test_the_figures_in_the_docs_are_those_of_these_rules() -> None:
    assert table() in (ROOT / "docs" / "guard.md").read_text("utf-8")


def test_a_third_and_more_of_the_labelled_sentences_are_good_ones() -> None:
    good = sum(not row["rules"] for row in LABELLED)

    assert len(LABELLED) >= 360
    assert 0.3 <= good / len(LABELLED) <= 0.65
    assert {row["lang"] for row in LABELLED} == set(Language)
    assert {rule for row in LABELLED for rule in row["rules"]} == set(rules())


@pytest.mark.parametrize(
    ("name", "wording"),
    [(name, wording) for name, entry in BOOK.items() for wording in entry.wordings],
    ids=lambda part: part if isinstance(part, str) else part.language,
)
def test_no_entry_of_the_script_book_says_what_nobody_may_say(name: str, wording: Wording) -> None:
    assert check(wording.text) == []


def test_contact_may_be_promised_by_the_owner_for_when_the_clock_rings() -> None:
    clock = backing("Dana Reyes", "17:00")

    assert broken("I promise to call you by 5.", clock) == set()
    assert broken("I promise to call you by 5 pm.", clock) == set()
    assert broken("我保证下午五点前给您回电话。", clock) == set()


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("I promise to call you by 5.", None),
        ("I promise to call you by 5.", backing("Dana Reyes", "17:00", speaks=False)),
        ("I promise to call you by 3.", backing("Dana Reyes", "17:00")),
        ("I promise to call you by 5 on Friday.", backing("Dana Reyes", "17:00")),
        ("I promise we will refund you by 5.", backing("Dana Reyes", "17:00")),
        ("我保证今天两点半前给您回电话。", backing("王芳", "15:30")),
        ("我保证给您退款。", backing("王芳", "15:30")),
    ],
)
def test_a_promise_without_the_owner_the_time_and_the_clock_is_forbidden(
    text: str, clock: Backing | None
) -> None:
    assert broken(text, *([clock] if clock else [])) == {"promise"}


def test_a_later_day_is_no_earlier_than_the_clock() -> None:
    clock = backing("王芳", "15:30")

    assert broken("王芳保证明天 10:00 前给您打电话。", clock) == set()
    assert broken("王芳保证今天 10:00 前给您打电话。", clock) == {"promise"}


def test_words_in_quotation_marks_are_somebody_elses() -> None:
    assert broken("他说“按规定不能退”，我照原话记了。") == set()
    assert broken("店員講「請您先冷靜」，我照原話記了。") == set()
    assert broken("He told you to “calm down”. Noted.") == set()


def test_a_finding_says_where_in_the_text_it_stands() -> None:
    text = "您說的我都記了。我們一定會賠償您。"

    [found] = check(text)

    assert found.rule == "promise"
    assert text[found.start : found.end] == found.excerpt


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("rule", rules())
def test_every_rule_tells_its_name_its_reason_and_a_better_way(rule: str, language: Language) -> None:
    told = advice(rule, language)

    assert told.name
    assert told.reason
    assert told.better


def test_reading_a_sentence_takes_less_than_a_third_of_a_millisecond() -> None:
    texts = [row["text"] for row in LABELLED]
    for text in texts:
        check(text)

    def once() -> float:
        begun = process_time()
        for text in texts:
            check(text)
        return (process_time() - begun) / len(texts)

    assert min(once() for _ in range(5)) < 0.0003
