"""Contacts, numbers and ratings that a message names, as entities."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.contacts import entities


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
