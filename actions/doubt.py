"""Somebody does not believe what we said: the script book has an answer to it (playbook A5)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from actions import casework, feelings
from actions.base import LedgerAction, Talk
from actions.meanings import Meaning

BOOK = Path(__file__).resolve().parents[1] / "data" / "scripts"
DOUBTED = "_doubted"
ANY = "utter_respond_disbelief"


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
        talk.say(answer_to(talk.turn.said))
        talk.come_back()


def answer_to(said: Sequence[str]) -> str:
    """The answer to the doubt about the last script that has one; each is given once, then a general one."""
    answers = (script + DOUBTED for script in reversed(said) if script in answered())
    return next((answer for answer in answers if answer not in said), ANY)


@cache
def answered() -> frozenset[str]:
    """The scripts that have an answer to a doubt, by the script book (docs/scripts.md).

    Read here, because Rasa sends actions no domain.
    """
    pages = (yaml.CSafeLoader(path.read_text(encoding="utf-8")) for path in BOOK.glob("*.yml"))
    entries = (entry for page in pages for entry in page.get_single_data().items())
    return frozenset(name for name, parts in entries if "doubt" in parts)
