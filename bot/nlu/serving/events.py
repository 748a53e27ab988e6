"""Rasa's events, from the JSON that the memory and the action server give them as."""

from functools import cache
from typing import Any

from rasa.shared.core.events import Event


def event_of(told: dict[str, Any]) -> Event:
    """The event that was told. Raises ValueError when Rasa has no such event."""
    return _kind(told["event"])._from_parameters(told)


@cache
def _kind(name: str) -> type[Event]:
    """The class of an event; Rasa walks through all of its classes for each, which took a tenth of a turn."""
    kind: type[Event] = Event.resolve_by_type(name)
    return kind
