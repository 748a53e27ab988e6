"""Somebody does not believe what we said: the script book has an answer to it (playbook A5)."""

from actions import casework, feelings
from actions.base import LedgerAction, Talk, Turn
from actions.meanings import Meaning

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
        talk.say(answer_to(talk.turn, talk.scripts))
        talk.come_back()


def answer_to(turn: Turn, scripts: frozenset[str]) -> str:
    """The answer to the doubt about the last script that has one; each is given once, then a general one."""
    doubted = (script + DOUBTED for script in reversed(turn.said))
    return next((answer for answer in doubted if answer in scripts and answer not in turn.said), ANY)
