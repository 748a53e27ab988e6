"""What makes it hurt, so that an answer can name it (playbook A3, A4)."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.lexicon import load
from bot.nlu.patterns import found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class HardshipReader(GraphComponent):  # type: ignore[misc]
    """Sets `hardships`, the gravest first: the order of the lexicon."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "HardshipReader":
        """A reader; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message."""
        for message in messages:
            said = found("hardships", message.get("text") or "")
            message.set("hardships", sorted(said, key=list(load("hardships")).index), add_to_output=True)
        return messages
