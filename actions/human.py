"""Asking for a person: the conversation joins the queue, and the customer hears when someone comes."""

from actions import casework, people, resources
from actions.base import LedgerAction, Talk
from ledger.services import handoff


class ActionAskHuman(LedgerAction):
    """Put the conversation in the queue for a person."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_ask_human"

    async def act(self, talk: Talk) -> None:
        """Ask, and say plainly when a person is there."""
        await casework.hear_danger(talk)
        policy, now = resources.policy(), resources.now()
        asked = await handoff.ask_for_human(
            talk.session,
            conversation_id=talk.turn.conversation_id,
            reason="customer_asked",
            policy=policy,
            now=now,
        )
        talk.slots["misses"] = 0
        when = "waiting" if not asked.fresh and asked.open_now else people.presence(policy, now)
        talk.say(f"utter_respond_human_{when}", **people.opening(talk.turn, policy, now))
