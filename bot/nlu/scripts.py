"""The script book, spoken: of a script's wordings the one this conversation has not heard."""

import re
from copy import deepcopy
from typing import Any, Final

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.nlu.choosing import least_heard, turned

APART: Final = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")
"""A space the book keeps for a Latin name, where a Chinese one stands."""


class ScriptBook(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Rasa's responses, with a memory of what this conversation has heard.

    Wordings are tried in an order that differs from conversation to conversation; the first that says nothing
    heard before is spoken, else the one heard longest ago.
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
        fitting = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        wordings: list[dict[str, Any]] = turned(fitting, tracker.sender_id)
        filled = [self._filled(wording, slots) for wording in wordings]
        said = [event.text or "" for event in tracker.applied_events() if isinstance(event, BotUttered)]
        chosen = least_heard([wording["text"] for wording in filled], said)
        return None if chosen is None else filled[chosen]

    def _filled(self, wording: dict[str, Any], slots: dict[str, Any]) -> dict[str, Any]:
        filled: dict[str, Any] = self._fill_response(deepcopy(wording), slots)
        return filled | {"text": APART.sub("", filled["text"])}
