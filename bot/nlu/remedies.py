"""What the customer wants done about it (playbook A7)."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.patterns import found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RemedyReader(GraphComponent):  # type: ignore[misc]
    """Sets `remedies`, sorted: what is asked for in so many words, `other` for something else."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RemedyReader":
        """A reader; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message."""
        for message in messages:
            message.set("remedies", _remedies(message), add_to_output=True)
        return messages


def _remedies(message: Message) -> list[str]:
    asked = found("remedies", message.get("text") or "")
    unnamed = message.get(INTENT, {}).get("name") == "state_remedy"
    return asked or (["other"] if unnamed else [])
