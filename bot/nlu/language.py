"""Which language a message is written in, and in which script, so that the answer can be in it."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.writing import Writing


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent):  # type: ignore[misc]
    """Sets `language` on every message, and an entity of that name when it is certain."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageDetector":
        """A detector; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Detect the language of each message."""
        for message in messages:
            self._detect(message)
        return messages

    def _detect(self, message: Message) -> None:
        text = message.get("text", "")
        writing = Writing(text)
        message.set("language", writing.language, add_to_output=True)
        if writing.language and writing.certain:
            entity = {
                "entity": "language",
                "value": writing.language,
                "start": 0,
                "end": len(text),
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
