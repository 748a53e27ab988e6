"""What a form's step does besides moving the form, its clocks and people: named by ``does`` in its file."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

EFFECTS: Final[Mapping[str, Callable[..., Awaitable[None]]]] = {}
"""By name: called with the session, ``form``, ``step``, ``staff``, ``policy`` and ``now``."""
