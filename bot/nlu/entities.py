"""Contacts, numbers, ratings and facts that a message names, as entities."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.contacts import entities
from bot.nlu.facts import facts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ContactExtractor(GraphComponent):  # type: ignore[misc]
    """Adds entities `phone` (E.164), `email`, `order_number`, `case_number` and `rating` (1 to 5)."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ContactExtractor":
        """An extractor; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what each message names."""
        for message in messages:
            named = [self._entity(*found) for found in entities(message.get("text") or "")]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *named], add_to_output=True)
        return messages

    def _entity(self, name: str, value: str, start: int, end: int) -> dict[str, Any]:
        extractor = type(self).__name__
        return {"entity": name, "value": value, "start": start, "end": end, "extractor": extractor}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent):  # type: ignore[misc]
    """Adds what is kept as facts of the case, each with `said`, the words it stands for (docs/assistant.md).

    What overlaps a contact or a number that the ContactExtractor found belongs to that one.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FactExtractor":
        """An extractor; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what each message tells."""
        for message in messages:
            text, known = message.get("text") or "", message.get(ENTITIES, [])
            taken = [entity for entity in known if entity["entity"] != "language"]
            told = [
                {
                    "entity": fact.kind,
                    "value": fact.value,
                    "said": text[fact.start : fact.end],
                    "start": fact.start,
                    "end": fact.end,
                    "extractor": type(self).__name__,
                }
                for fact in facts(text)
                if all(fact.end <= entity["start"] or fact.start >= entity["end"] for entity in taken)
            ]
            message.set(ENTITIES, [*known, *told], add_to_output=True)
        return messages
