"""Questions about the desk itself: how complaints work here, and whether this is a robot."""

from actions import people, resources, wording
from actions.base import LedgerAction, Talk


class ActionAnswer(LedgerAction):
    """Answer a question about procedure in a sentence or two, then come back to what was open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_answer"

    async def act(self, talk: Talk) -> None:
        """Say the answer the question's words point to."""
        answer(talk, wording.topic(talk.turn.text))
        talk.come_back()


class ActionOwnUp(LedgerAction):
    """Are you a robot? Yes; and when a person is there."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_own_up"

    async def act(self, talk: Talk) -> None:
        """Say so, with the offer of a person and the time that takes."""
        policy, now = resources.policy(), resources.now()
        script = f"utter_respond_robot_{people.presence(policy, now)}"
        talk.say(script, **people.opening(talk.turn, policy, now))
        talk.come_back()


def answer(talk: Talk, topic: str) -> None:
    """Say what there is to say on a topic of wording.yml."""
    length = resources.policy().clocks.first_response
    talk.say(f"utter_respond_about_{topic}", first_response=wording.duration(length, talk.turn.language))
