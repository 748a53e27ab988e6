"""What the pipeline gives becomes what the ledger reads."""

from ledger.heard import Heard
from ledger.vocabulary import Category, Hardship, Kind, Topic


def test_hardships_and_further_kinds_of_trouble_are_read_from_the_parse() -> None:
    heard = Heard.from_parse(
        {"kind": "complaint", "hardships": ["child", "waited"], "further": ["staff_attitude"]}
    )
    assert heard.hardships == (Hardship.CHILD, Hardship.WAITED)
    assert heard.further == (Category.STAFF_ATTITUDE,)


def test_what_was_not_heard_is_empty() -> None:
    heard = Heard.from_parse({})
    assert (heard.kind, heard.hardships, heard.further, heard.entities) == (Kind.OTHER, (), (), ())
    assert heard.topic is None


def test_what_a_question_is_about_is_read_from_the_parse() -> None:
    assert Heard.from_parse({"topic": {"name": "petition", "confidence": 0.8}}).topic is Topic.PETITION
