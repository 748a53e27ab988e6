"""Topics are found by their words; what words feel is judged by what was heard."""

import pytest

from ledger.feelings import feeling
from ledger.policy import Opinion, load_policy
from ledger.topics import Wordings
from ledger.vocabulary import Feeling, Kind
from tests.policies import DEFAULT

TOPICS = Wordings(
    {
        "product": ("冰箱", "fridge", "washing machine"),
        "rights": ("315", "维权"),
        "phone": ("iPhone手机",),
    }
)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("你们的冰箱坏了", ("product",)),
        ("我的電冰箱壞了", ("product",)),
        ("The FRIDGE broke", ("product",)),
        ("Ｆｒｉｄｇｅ", ("product",)),
        ("冰箱和fridge", ("product",)),
        ("my washing\n machine", ("product",)),
        ("fridges everywhere", ()),
        ("refridgeration", ()),
        ("维权到底", ("rights",)),
        ("維權到底", ("rights",)),
        ("看315晚会", ("rights",)),
        ("电话13153155", ()),
        ("冰箱 315", ("product", "rights")),
        ("新iphone手机壳", ("phone",)),
        ("myiphone手机", ()),
        ("", ()),
    ],
)
def test_chinese_words_stand_anywhere_and_latin_ones_whole(text: str, topics: tuple[str, ...]) -> None:
    assert TOPICS.of(text) == topics


@pytest.mark.parametrize(
    ("heard", "felt"),
    [
        ({"emotion": None, "kind": None, "intent": None}, None),
        ({"emotion": 2, "kind": Kind.CHAT, "intent": "greet"}, Feeling.NEGATIVE),
        ({"emotion": 0, "kind": Kind.COMPLAINT, "intent": "complain_other"}, Feeling.NEGATIVE),
        ({"emotion": 0, "kind": Kind.CHAT, "intent": "praise"}, Feeling.POSITIVE),
        ({"emotion": 0, "kind": Kind.INQUIRY, "intent": "ask_policy"}, Feeling.NEUTRAL),
    ],
)
def test_anger_and_complaints_are_negative_and_thanks_are_positive(
    heard: dict[str, object], felt: Feeling | None
) -> None:
    assert feeling(**heard) is felt  # type: ignore[arg-type]


def test_other_words_make_another_count() -> None:
    shipped = load_policy(DEFAULT).opinion
    changed = shipped.model_copy(update={"topics": shipped.topics[1:]})
    assert shipped.fingerprint == load_policy(DEFAULT).opinion.fingerprint
    assert changed.fingerprint != shipped.fingerprint


def test_a_key_stands_there_once() -> None:
    topic = load_policy(DEFAULT).opinion.topics[0]
    with pytest.raises(ValueError, match="company stands there twice"):
        Opinion(topics=(topic, topic))
