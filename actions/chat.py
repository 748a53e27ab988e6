"""Greetings, thanks, praise and goodbye: a short human answer, and back to the open question."""

from actions.base import LedgerAction, Talk
from actions.steps import Step


class ActionChat(LedgerAction):
    """Answer a pleasantry."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_chat"

    async def act(self, talk: Talk) -> None:
        """Say one short thing; whoever leaves takes the case's number along."""
        intent = talk.turn.heard.intent
        if talk.turn.case is None:
            return talk.say(f"utter_listen_{intent}")
        talk.say(f"utter_respond_{intent}")
        if intent == "goodbye" and Step.CONFIRM not in talk.asked:
            talk.say("utter_respond_confirm")
            talk.ask(Step.CONFIRM)
        elif intent != "goodbye":
            talk.come_back()
