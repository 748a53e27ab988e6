"""How well facts are found in messages, kind by kind, against tests/data/facts.jsonl.

A fact counts as found when one of its kind with its value is found; the words may be longer or shorter.
``python -m tests.unit.test_fact_readers`` prints the table that docs/assistant.md carries, and what is wrong.
"""

import json
import random
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.facts import facts
from ledger.moments import resolve
from ledger.vocabulary import FactKind

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "facts.jsonl").read_text("utf-8").splitlines()
]
SOME_DAY = datetime(2026, 3, 31, 10)
FOUND_ELSEWHERE = {FactKind.ORDER_NUMBER}
KINDS = [kind for kind in FactKind if kind not in FOUND_ELSEWHERE]
BARS = dict.fromkeys(KINDS, (0.9, 0.9)) | {
    FactKind.PLACE: (0.85, 0.8),
    FactKind.PERSON: (0.85, 0.8),
    FactKind.OUTLET: (0.85, 0.85),
    FactKind.COLUMN: (0.85, 0.85),
}
"""Precision and recall that are not to be lost again."""


def named(row: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((fact["kind"], _key(fact["value"])) for fact in row["facts"])


def heard(row: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((fact.kind, _key(fact.value)) for fact in facts(row["text"]))


def measured(kind: str) -> tuple[float, float, int]:
    """Precision, recall, and how many there are."""
    true = said = right = 0
    for row in ROWS:
        here, there = (_of_kind(kind, some) for some in (named(row), heard(row)))
        true, said, right = true + here.total(), said + there.total(), right + (here & there).total()
    return right / (said or 1), right / (true or 1), true


def _of_kind(kind: str, some: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({fact: number for fact, number in some.items() if fact[0] == kind})


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def test_the_file_is_large_enough_and_in_three_scripts() -> None:
    assert len(ROWS) >= 150
    assert len({row["text"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_found_at_least_as_well_as_they_were(kind: FactKind) -> None:
    precision, recall, number = measured(kind)
    assert number >= 4
    assert (precision >= BARS[kind][0], recall >= BARS[kind][1]) == (True, True), (precision, recall)


def test_a_fact_stands_where_it_was_said() -> None:
    for row in ROWS:
        assert all(row["text"][fact.start : fact.end].strip() for fact in facts(row["text"]))


def test_no_text_whatever_is_too_much_for_the_readers() -> None:
    pieces = [*"零一二三十百千万亿两几多半个月日号点年周天前后上下去今晚次人户辆车块元的0123456789/:-.,$¥ "]
    pieces += [" last ", " next ", " two ", " hundred ", " and ", " March ", " weeks ago ", " am ", " at "]
    chance = random.Random(7)
    for _ in range(3000):
        text = "".join(chance.choice(pieces) for _ in range(30))
        for fact in facts(text):
            assert json.dumps(fact.value)
            assert fact.kind != "date" or resolve(fact.value, SOME_DAY)


def test_reading_a_message_costs_less_than_three_milliseconds() -> None:
    facts(ROWS[0]["text"])
    costs = []
    for row in ROWS:
        started = time.process_time()
        facts(row["text"])
        costs.append(time.process_time() - started)
    assert sorted(costs)[len(costs) // 2] < 0.003


if __name__ == "__main__":
    for one in KINDS:
        print(f"| `{one}` | {measured(one)[0]:.2f} | {measured(one)[1]:.2f} | {measured(one)[2]} |")
    for each in ROWS:
        if named(each) != heard(each):
            print(each["text"], "missed", *(named(each) - heard(each)), "wrong", *(heard(each) - named(each)))
