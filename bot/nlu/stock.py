"""What Rasa's stock pipeline needs to answer in our dialogues, when it is compared with ours."""

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from sanic import Blueprint

from bot.nlu.intent import COMPLAIN, kind_of

OnMessage = Callable[[UserMessage], Awaitable[Any]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class KindOfIntent(GraphComponent):  # type: ignore[misc]
    """Sets `kind` and `category` from the intent alone, whoever classified it."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "KindOfIntent":
        """A reader; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message's intent."""
        for message in messages:
            intent = (message.get(INTENT) or {}).get("name") or ""
            category = intent.removeprefix(COMPLAIN) if intent.startswith(COMPLAIN) else None
            message.set("kind", kind_of(intent), add_to_output=True)
            message.set("category", category, add_to_output=True)
        return messages


class NumberedRest(RestInput):  # type: ignore[misc]
    """Rasa's REST channel, told the message's id in the ledger: our actions ask for it."""

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """Rasa's own routes."""

        async def numbered(message: UserMessage) -> None:
            message.message_id = str((message.metadata or {})["message_id"])
            await on_new_message(message)

        routes: Blueprint = super().blueprint(numbered)
        return routes
