"""What the trained pipeline hears, through `qingting classify`'s own function."""

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.classify import BadLineError, classify
from bot.runtime.training import Model

SEVERAL = Path(__file__).parents[1] / "data" / "several.jsonl"
CANONICAL = {
    "zh-Hans": "你们的冰箱修了三次都没修好,再不解决我就找记者曝光,去315投诉你们!",
    "zh-Hant": "你們的冰箱修了三次都沒修好,再不解決我就找記者爆料,去消保官那裡投訴你們!",
    "en": "Your fridge has been repaired three times and is still broken. Fix it or I'll go to the press "
    "and report you to the consumer association!",
}
IN_A_CONVERSATION = [
    ("换新的 或者退钱", "state_remedy"),
    ("換新的，不然就退錢", "state_remedy"),
    ("I want my money back", "state_remedy"),
    ("不用了", "deny"),
    ("就这些", "deny"),
    ("沒有了", "deny"),
    ("that's all", "deny"),
    ("昨天下午", "add_information"),
    ("订单号是20250311887421", "add_information"),
    ("Elm Street store, around 4", "add_information"),
    ("我已经说过了", "repeat_said"),
    ("I already told you that", "repeat_said"),
    ("我要找真人客服", "ask_human"),
    ("你是机器人吗", "ask_robot"),
    ("处理得怎么样了", "ask_status"),
    ("不想留电话", "refuse_contact"),
    ("算了,不投诉了", "cancel_complaint"),
    ("谢谢", "thank"),
    ("是的", "affirm"),
    ("5分", "rate"),
]

Hear = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
async def hear(tmp_path_factory: pytest.TempPathFactory) -> Hear:
    """Classifies texts, in one run of the engine."""
    place = tmp_path_factory.mktemp("hearing")
    model = Model()
    if model.stale:
        await model.train(place / "training.log")

    def classified(*texts: str) -> list[dict[str, Any]]:
        source, target = place / "in.jsonl", place / "out.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        assert classify(source, target) == len(texts)
        return [json.loads(line) for line in target.read_text().splitlines()]

    return classified


def test_the_canonical_complaint_is_heard_in_every_script(hear: Hear) -> None:
    for language, heard in zip(CANONICAL, hear(*CANONICAL.values()), strict=True):
        assert heard["language"] == language
        assert heard["kind"] == "complaint"
        assert heard["category"] in {"product_quality", "service_quality"}
        assert {"media_threat", "regulator_threat", "repeat_unresolved"} <= set(heard["signals"])
        assert heard["emotion"] >= 2
        assert heard["special"]
        assert heard["severity"] == "moderate"


def test_short_words_inside_a_conversation_are_heard_for_what_they_are(hear: Hear) -> None:
    heard = hear(*(text for text, _ in IN_A_CONVERSATION))
    assert [(row["text"], row["intent"]) for row in heard] == IN_A_CONVERSATION


def test_a_second_grievance_is_heard_beside_the_first_and_none_is_made_up(hear: Hear) -> None:
    several = [json.loads(line) for line in SEVERAL.read_text("utf-8").splitlines()]
    right = said = true = 0
    for labelled, heard in zip(several, hear(*(row["text"] for row in several)), strict=True):
        named, meant = {heard["category"], *heard["further"]}, {labelled["category"], *labelled["further"]}
        right, said, true = right + len(named & meant), said + len(named), true + len(meant)
    assert right / said > 0.85
    assert right / true > 0.75


def test_one_grievance_told_at_length_stays_one(hear: Hear) -> None:
    told = [*CANONICAL.values(), "快递晚到了三天,客服也没有一句解释,我很不满意", "谢谢"]
    assert [row["text"] for row in hear(*told) if row["further"]] == []


def test_a_thousand_messages_take_well_under_a_minute_of_processor_time(hear: Hear) -> None:
    before = _processor_time()
    hear(*(f"{text} {number}" for number in range(334) for text in CANONICAL.values()))
    assert _processor_time() - before < 60


def _processor_time() -> float:
    """Seconds that programs started by this one have worked; those others took of the machine not counted."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_an_undecided_script_is_taken_for_simplified(hear: Hear) -> None:
    assert hear("好的")[0]["language"] == "zh-Hans"


def test_what_is_no_sentence_is_classified_as_the_desk_would_hear_it(hear: Hear) -> None:
    spoken = {"": "…", " ": "…", "/restart": "restart"}
    heard = [row["intent"] for row in hear(*spoken, *spoken.values())]
    assert heard[: len(spoken)] == heard[len(spoken) :]


@pytest.mark.parametrize("line", [b"not json", b"[]", b'{"id": 1}', b'{"text": 5}', b'{"text": "\xff"}'])
def test_a_bad_line_is_named_before_anything_is_written(tmp_path: Path, line: bytes) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b'{"text": "fine"}\n' + line + b"\n")
    with pytest.raises(BadLineError, match=r"in\.jsonl, line 2"):
        classify(source, target)
    assert not target.exists()
