"""Not understood: the likeliest meanings first, then a person; the work is not the customer's (voice.md)."""

from collections.abc import Iterator

from actions import casework, feelings, wording
from actions.base import Talk, Turn
from actions.meanings import speaks
from actions.steps import Step, after_misses

COMPLAINT = "complain_"
OFFERED = 2


def ask_again(talk: Talk) -> None:
    """Say what was understood and name two meanings; after that, offer a person."""
    if talk.turn.heard.emotion >= feelings.HOT:
        casework.acknowledge(talk, feelings.anger(talk.turn.heard))
    misses = talk.turn.misses + 1
    step = after_misses(misses)
    talk.slots |= {"misses": misses, "next_step": step.value}
    if step is Step.MEANING:
        _name_meanings(talk)


def likely_meanings(turn: Turn) -> list[str]:
    """The two likeliest meanings of a message, as wording.yml names them."""
    return list(dict.fromkeys(_candidates(turn)))[:OFFERED]


def _candidates(turn: Turn) -> Iterator[str]:
    named = wording.words("meanings", turn.language)
    if speaks(turn.text):
        ranked = (intent.removeprefix(COMPLAINT) for intent in turn.likely)
        yield from (meaning for meaning in ranked if meaning in named and _fits(meaning, turn))
    yield "add_information" if turn.case else "other"
    yield "ask_status"


def _fits(meaning: str, turn: Turn) -> bool:
    return turn.case is not None or meaning not in ("add_information", "cancel_complaint")


def _name_meanings(talk: Talk) -> None:
    language = talk.turn.language
    one, other = (wording.words("meanings", language)[meaning] for meaning in likely_meanings(talk.turn))
    talk.say(
        "utter_listen_meaning",
        one=one["say"],
        one_title=one["title"],
        one_payload=one["payload"],
        other=other["say"],
        other_title=other["title"],
        other_payload=other["payload"],
    )
