"""How the engine asks the action server: little is told, over a connection that stays open."""

from typing import Any, ClassVar

from aiohttp import ClientSession, ClientTimeout
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.nlu.serving.events import event_of

# Rasa waits 300 s for an action; a customer's turn must not.
SECONDS = ClientTimeout(total=10)


class ActionFailed(RasaException):  # type: ignore[misc]
    """The action server did not do the action."""


class RemoteDeed(RemoteAction):  # type: ignore[misc]
    """A custom action, asked for with what actions of the desk read (docs/assistant.md).

    Rasa would send the domain with all scripts and every event with all that was heard in it, open a
    connection for it, and check the answer by a JSON schema, which took a third of its share of a turn. What
    the answer says is still checked: an event that Rasa does not know fails the action.
    """

    _line: ClassVar[ClientSession | None] = None

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Have it done, speak what it says, and return its events.

        Raises ActionFailed, or ValueError for an event that Rasa does not know.
        """
        answer = await self._answer(self._question(tracker))
        said = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
        return [*said, *(event_of(told) for told in answer["events"])]

    def _question(self, tracker: DialogueStateTracker) -> dict[str, Any]:
        told = {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": tracker._latest_message_data(),
            "events": [_spoken(event) for event in tracker.events if isinstance(event, BotUttered)],
        }
        return {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": told, "domain": {}}

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        async with self._open_line().post(self.action_endpoint.url, json=question) as answer:
            if answer.status != 200:
                raise ActionFailed(f"{self.name()}: the action server answered {answer.status}")
            return dict(await answer.json())

    @classmethod
    def _open_line(cls) -> ClientSession:
        if cls._line is None or cls._line.closed:
            cls._line = ClientSession(timeout=SECONDS)
        return cls._line


def _spoken(event: BotUttered) -> dict[str, Any]:
    return {"event": "bot", "metadata": {"utter_action": event.metadata.get("utter_action")}}
