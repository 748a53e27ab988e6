"""What was told wrong, or heard wrong, is put right and said back (playbook A4 clarify and confirm)."""

from dataclasses import replace
from typing import Any

from actions import casework, resources, wording
from actions.base import LedgerAction, Talk
from actions.meanings import Meaning
from actions.reflection import reflect
from ledger.services import facts


class ActionCorrect(LedgerAction):
    """Take a correction, say it back in half a sentence, go on with what was open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_correct"

    async def act(self, talk: Talk) -> None:
        """Without a case there is nothing to put right: the message is heard like any other."""
        if talk.turn.case is None:
            talk.followup = "action_hear"
            return
        heard = replace(talk.turn.heard, intent=facts.CORRECTING)
        talk.turn = replace(talk.turn, heard=heard)
        now, policy, message_id = resources.now(), resources.policy(), talk.turn.message_id
        replaced = await facts.correct(
            talk.session, message_id=message_id, heard=heard, policy=policy, now=now
        )
        _note(talk, replaced)
        if hearing := await casework.hear(talk, Meaning.MATTER):
            casework.remember(talk, hearing)
            casework.acknowledge_danger(talk, hearing)
            if hearing.reopened:
                return casework.tell_reopened(talk)
        _say_back(talk, [str(one["after"]["said"]) for one in replaced])
        talk.come_back()


def _note(talk: Talk, replaced: list[dict[str, Any]]) -> None:
    """What was wrong is not said back any more, nor the correction itself."""
    talk.take_back(talk.turn.text.strip())
    for one in replaced:
        talk.take_back(one["before"]["said"], one["after"]["said"])


def _say_back(talk: Talk, right: list[str]) -> None:
    language = talk.turn.language
    if right:
        talk.say("utter_respond_corrected", right=wording.joined(right, language))
    else:
        talk.say("utter_respond_corrected_words", mirror=reflect(talk.turn.text, language))
