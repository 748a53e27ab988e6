"""Somebody needs a moment: they get it, and nothing is asked (voice.md; A4 pause and hold)."""

from actions.base import LedgerAction, Talk


class ActionWait(LedgerAction):
    """Let them look for the receipt; what was open stays open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_wait"

    async def act(self, talk: Talk) -> None:
        """Say that we are here."""
        talk.say("utter_listen_pause")
