"""What is found by rule or by counting, kept so that everybody reads it in their own language."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Sentence(BaseModel):
    """A sentence not yet in words: which one (``code``), and what stands in its gaps.

    The names of the gaps tell how a value is put into words: ``clock``, ``category``, ``channel``,
    ``signal``, ``severity`` are words of the vocabulary, ``department`` is a department's key, ``since``,
    ``due`` and ``at`` are moments (ISO 8601), ``reasons`` codes of why a user is special, ``state`` a form's
    kind and state (``special_user.flagged``); everything else is shown as it is. All of it is JSON.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    values: dict[str, Any] = Field(default_factory=dict)
