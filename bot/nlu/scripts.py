"""Which of a script's wordings is spoken: nobody hears the same sentence twice while another is left."""

import zlib
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig


class ScriptBook(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Rasa's responses, with a memory of what this conversation has heard.

    Wordings are tried in an order that differs from conversation to conversation; the first that was not
    said yet is spoken, else the one whose saying is longest ago.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        """Take the responses of the domain."""
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """One wording of a script, filled in; None when no wording fits the slots."""
        if utter_action not in self.responses:
            return None
        # An action's slots are set after it has spoken: what it passes along decides before them.
        slots = {**tracker.current_slot_values(), **kwargs}
        wordings = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        filled = [self._fill_response(deepcopy(wording), slots) for wording in wordings]
        said = [event.text for event in tracker.applied_events() if isinstance(event, BotUttered)]
        return least_heard(_turned(filled, tracker.sender_id), said)


def least_heard(wordings: Iterable[dict[str, Any]], said: list[str]) -> dict[str, Any] | None:
    """The first wording not among the texts ``said`` (oldest first), else the one said longest ago."""
    last = {text: position for position, text in enumerate(said)}
    return min(wordings, key=lambda wording: last.get(wording.get("text", ""), -1), default=None)


def _turned(wordings: list[dict[str, Any]], conversation: str) -> list[dict[str, Any]]:
    start = zlib.crc32(conversation.encode()) % (len(wordings) or 1)
    return wordings[start:] + wordings[:start]
