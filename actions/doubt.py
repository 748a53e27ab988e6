"""Somebody does not believe what we said: the script book has an answer to it (playbook A5)."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import yaml

from actions import casework, feelings
from actions.base import LedgerAction, Talk
from actions.meanings import Meaning
from actions.steps import question
from ledger.vocabulary import Language

BOOK = Path(__file__).resolve().parents[1] / "data" / "scripts"
DOUBTED = "_doubted"
ANY = "utter_respond_disbelief"
TOLD_ALONG = ("utter_acknowledge_headquarters", "utter_acknowledge_threat")
"""Said in one breath with other scripts where headquarters is told, and doubted like them."""
ALIKE = 0.6
"""From which likeness on (0 to 1) a message is taken for the very doubt that the book names."""


class ActionAnswerDoubt(LedgerAction):
    """Answer the doubt in what was said last, then come back to what was open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_answer_doubt"

    async def act(self, talk: Talk) -> None:
        """Hear it into the case that is open, and answer; nothing is argued."""
        talk.take_back(talk.turn.text.strip())
        if talk.turn.case and (hearing := await casework.hear(talk, Meaning.MATTER)):
            casework.remember(talk, hearing)
            casework.acknowledge_danger(talk, hearing)
        elif talk.turn.heard.emotion >= feelings.HOT:
            casework.acknowledge(talk, "anger")
        said = (*TOLD_ALONG, *talk.turn.said) if talk.turn.case and talk.turn.case.special else talk.turn.said
        answer = answer_to(said, talk.turn.text, talk.turn.language)
        talk.say(answer)
        if answer.removesuffix(DOUBTED) != question(talk.turn.awaited):
            talk.come_back()  # A question that was doubted is not asked again in the same breath.


def answer_to(said: Sequence[str], text: str, language: Language) -> str:
    """The answer to a doubt, each given once, then a general one.

    It answers the doubt the book names in such words, else the one about the last script that may be doubted.
    """
    unanswered = [script for script in reversed(said) if script in doubts() and script + DOUBTED not in said]
    if not unanswered:
        return ANY
    likest = max(unanswered, key=lambda script: _likeness(text, doubts()[script][language]))
    meant = _likeness(text, doubts()[likest][language]) >= ALIKE
    return (likest if meant else unanswered[0]) + DOUBTED


@cache
def doubts() -> Mapping[str, Mapping[str, str]]:
    """What is said by who does not believe a script, by script and language (docs/scripts.md).

    Read from the book, because Rasa sends actions no domain.
    """
    pages = (yaml.CSafeLoader(path.read_text(encoding="utf-8")) for path in BOOK.glob("*.yml"))
    entries = (entry for page in pages for entry in page.get_single_data().items())
    return {name: parts["doubt"] for name, parts in entries if "doubt" in parts}


def _likeness(text: str, doubt: str) -> float:
    return SequenceMatcher(None, text.lower(), doubt.lower(), autojunk=False).ratio()
