"""Words of Chinese and English, also mixed in one message."""

import re
from functools import lru_cache
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.script import fold

_PIECE = re.compile(r"(?P<han>[㐀-鿿]+)|[a-z]+(?:'[a-z]+)*|\d+(?:[.,:/-]\d+)*|[^\s\w]|\w")
_NOT_SPOKEN = re.compile(r"https?://\S+|<link>|(?<!\w)@\w+")

jieba.setLogLevel("WARNING")


@lru_cache(maxsize=64)
def words(text: str) -> tuple[tuple[str, int], ...]:
    """The words of a message, folded, each with its position; mentions and web addresses are no words."""
    folded = _NOT_SPOKEN.sub(lambda gone: " " * len(gone.group()), fold(text))
    return tuple(word for piece in _PIECE.finditer(folded) for word in _split(piece))


def _split(piece: re.Match[str]) -> list[tuple[str, int]]:
    if not piece.group("han"):
        return [(piece.group(), piece.start())]
    return [(word, piece.start() + start) for word, start, _ in jieba.tokenize(piece.group())]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TrilingualTokenizer(Tokenizer):  # type: ignore[misc]
    """Segments Chinese with jieba and everything else by its letters."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Intents are whole names here, never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TrilingualTokenizer":
        """A tokenizer; it has nothing to load."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of the message."""
        return [Token(word, start) for word, start in words(message.get(attribute))]
