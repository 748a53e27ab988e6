"""What makes it hurt is heard by its wordings, the gravest first."""

import json
from pathlib import Path

import pytest
import yaml

from bot.nlu.lexicon import load
from bot.nlu.patterns import found
from ledger.vocabulary import Hardship

STORIES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "hardships.jsonl").read_text("utf-8").splitlines()
]
PRECISION, RECALL = 0.92, 0.88
"""On tests/data/hardships.jsonl; not to be lost again."""
WORDINGS = yaml.safe_load((Path(__file__).parent / "hardship_wordings.yml").read_text(encoding="utf-8"))


def listed(part: str) -> list[tuple[str, str]]:
    return [(hardship, text) for hardship, texts in WORDINGS[part].items() for text in texts]


def test_the_lexicon_has_every_hardship_in_order_of_gravity() -> None:
    assert list(load("hardships")) == [hardship.value for hardship in Hardship]


@pytest.mark.parametrize("part", ["says", "look_alikes"])
def test_every_hardship_is_tried(part: str) -> None:
    assert set(WORDINGS[part]) == set(Hardship)


@pytest.mark.parametrize(("hardship", "text"), listed("says"))
def test_a_hardship_is_heard_in_whatever_words(hardship: str, text: str) -> None:
    assert hardship in found("hardships", text)


@pytest.mark.parametrize(("hardship", "text"), listed("look_alikes"))
def test_what_only_sounds_like_it_is_none(hardship: str, text: str) -> None:
    assert hardship not in found("hardships", text)


@pytest.mark.parametrize(
    "text", ["谢谢，已经修好了", "請問幾點營業", "Thanks, all good now", "How do I return a parcel?"]
)
def test_a_friendly_word_or_a_question_tells_no_hardship(text: str) -> None:
    assert found("hardships", text) == []


def test_hardships_in_whole_messages_are_heard_at_least_as_well_as_they_were() -> None:
    true = [{(place, one) for one in story["hardships"]} for place, story in enumerate(STORIES)]
    said = [
        {(place, one) for one in found("hardships", story["text"])} for place, story in enumerate(STORIES)
    ]
    right = sum(len(here & there) for here, there in zip(true, said, strict=True))
    assert right / sum(map(len, said)) >= PRECISION
    assert right / sum(map(len, true)) >= RECALL
