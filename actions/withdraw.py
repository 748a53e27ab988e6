"""Taking a complaint back: asked once, then done; nothing is argued."""

from actions import resources
from actions.base import LedgerAction, Talk
from actions.steps import Step
from ledger.services import cases


class ActionAskWithdraw(LedgerAction):
    """Ask once whether to end the case."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_ask_withdraw"

    async def act(self, talk: Talk) -> None:
        """Ask, when there is a case; else say there is none."""
        case = talk.turn.case
        talk.say("utter_listen_cancel" if case else "utter_respond_nothing_to_cancel")
        if case:
            talk.slots["next_step"] = Step.CANCEL.value


class ActionWithdraw(LedgerAction):
    """End the case because its customer wishes so."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_withdraw"

    async def act(self, talk: Talk) -> None:
        """Withdraw it and say what stays possible."""
        number = await cases.withdraw(talk.session, message_id=talk.turn.message_id, now=resources.now())
        if number is None:
            return talk.say("utter_respond_nothing_to_cancel")
        talk.say("utter_respond_withdrawn", number=number)
        talk.begin_anew()
        talk.slots |= {"case": None, "has_case": False, "next_step": None}


class ActionKeep(LedgerAction):
    """Keep the case: the customer thought better of ending it."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_keep"

    async def act(self, talk: Talk) -> None:
        """Say that it goes on."""
        talk.say("utter_respond_kept")
        talk.slots["next_step"] = None
