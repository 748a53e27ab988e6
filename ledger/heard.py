"""What the assistant heard in one message (playbook A8, A9, B1), as the pipeline gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ledger.vocabulary import Category, Hardship, Kind, Language, Remedy, Signal, Topic


@dataclass(frozen=True, slots=True)
class Heard:
    """The pipeline's judgement of one message.

    ``language`` is None when the text bears no script of its own ("13800000000", "…"). ``category`` is set
    only for complaints, ``further`` are the other kinds that one message complains of. ``emotion`` is 0
    (calm) to 3 (furious or desperate). ``hardships`` are what makes it hurt, the gravest first. ``entities``
    are Rasa's, each with ``entity`` and ``value``, and ``said``, the words, where these are not the value.
    ``topic`` is what a question about the desk itself is about.
    """

    intent: str
    confidence: float
    language: Language | None
    kind: Kind
    category: Category | None
    signals: tuple[Signal, ...] = ()
    emotion: int = 0
    remedies: tuple[Remedy, ...] = ()
    entities: tuple[dict[str, Any], ...] = field(default=())
    further: tuple[Category, ...] = ()
    hardships: tuple[Hardship, ...] = ()
    topic: Topic | None = None

    @classmethod
    def from_parse(cls, parse: Mapping[str, Any]) -> Self:
        """Read it from Rasa's parse data: ``/model/parse``, or a tracker's ``latest_message``."""
        intent = parse.get("intent") or {}
        language, category = parse.get("language"), parse.get("category")
        topic = parse.get("topic") or {}
        return cls(
            intent=intent.get("name") or "out_of_scope",
            confidence=float(intent.get("confidence") or 0.0),
            language=Language(language) if language else None,
            kind=Kind(parse.get("kind") or Kind.OTHER),
            category=Category(category) if category else None,
            signals=tuple(Signal(word) for word in parse.get("signals") or ()),
            emotion=int(parse.get("emotion") or 0),
            remedies=tuple(Remedy(word) for word in parse.get("remedies") or ()),
            entities=tuple(parse.get("entities") or ()),
            further=tuple(Category(word) for word in parse.get("further") or ()),
            hardships=tuple(Hardship(word) for word in parse.get("hardships") or ()),
            topic=Topic(topic["name"]) if topic else None,
        )

    def values(self, entity: str) -> list[str]:
        """All values heard of an entity, in order."""
        return [str(found["value"]) for found in self.entities if found["entity"] == entity]
