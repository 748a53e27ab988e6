"""Questions about the desk itself: how complaints work here, and whether this is a robot."""

from actions import casework, people, resources, wording
from actions.base import LedgerAction, Talk
from ledger import hours


class ActionAnswer(LedgerAction):
    """Answer a question about procedure in a sentence or two, then come back to what was open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_answer"

    async def act(self, talk: Talk) -> None:
        """Say the answer the question's words point to."""
        casework.acknowledge_anger(talk)
        answer(talk, wording.topic(talk.turn.text))
        talk.come_back()


class ActionOwnUp(LedgerAction):
    """Are you a robot? Yes; and when a person is there. Who was that just now? A colleague, by name."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_own_up"

    async def act(self, talk: Talk) -> None:
        """Say so, with the offer of a person and the time that takes."""
        casework.acknowledge_anger(talk)
        asked_of_people = wording.asks_who_spoke(talk.turn.text)
        colleague = await people.last_to_write(talk) if asked_of_people else None
        if colleague:
            talk.say("utter_respond_colleague", person=colleague)
        else:
            _own_up(talk)
        talk.come_back()


def _own_up(talk: Talk) -> None:
    policy, now = resources.policy(), resources.now()
    script = f"utter_respond_robot_{people.presence(policy, now)}"
    talk.say(script, **people.opening(talk.turn, policy, now))


def answer(talk: Talk, topic: str) -> None:
    """Say what there is to say on a topic of wording.yml."""
    policy, now, language = resources.policy(), resources.now(), talk.turn.language
    length = policy.clocks.first_response
    due = hours.working_time_after(policy, now, length)
    talk.say(
        f"utter_respond_about_{topic}",
        first_response=wording.duration(length, language),
        due=wording.moment(due, now, policy, language),
    )
