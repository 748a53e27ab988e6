"""How long the desk listens before it answers: people say one thing in several short messages (playbook A1).

Nothing here knows of a database or a clock: messages in, a time out.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.policy import Listening
from ledger.telling import ENOUGH_BESIDE_A_CONTACT, ENOUGH_TOLD, words_told
from ledger.vocabulary import Signal

ENDINGS: Final = Path(__file__).with_name("listening.yml")

DANGER: Final = frozenset({Signal.INJURY_SAFETY, Signal.SELF_HARM, Signal.VIOLENCE_THREAT})
"""Somebody is hurt or may be: nobody waits for the rest of the sentence."""
WHOLE: Final = frozenset({"ask_human", "affirm", "deny", "refuse_contact", "rate"})
"""What a message is for when it is short and nothing needs to follow it."""
PLEASANTRIES: Final = frozenset({"greet", "thank", "goodbye"})
CLOSING: Final = '。.！!？?）)」』”"'
STATED: Final = '。.！!）)」』”" '
WAVERING: Final = re.compile(r"(?:\.{2,}|。{2,})$")
NUMBER_OR_ADDRESS: Final = re.compile(r"\d(?:[\s-]?\d){6,}|\S+@\S+\.\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a customer who may go on; ``intent`` and ``signals`` are empty while it is unheard."""

    text: str
    at: datetime
    intent: str | None = None
    signals: Collection[str] = ()


def listen_until(
    said: Sequence[Said], rule: Listening, *, asked: bool, typed_at: datetime | None = None
) -> datetime:
    """When everything was listened to that a customer says in ``said``, oldest first, at least one.

    ``asked``: the desk had asked something, so that a short message is an answer, not a beginning.
    ``typed_at`` is when the customer was last seen writing. Never later than ``rule.longest`` after the
    first message; at once, which is the time of the message itself, where somebody may be in danger.
    """
    last = said[-1]
    if any(DANGER.intersection(one.signals) for one in said):
        return last.at
    until = last.at + _pause(said, rule, asked=asked and len(said) == 1)
    if typed_at is not None and typed_at > last.at:
        until = max(until, typed_at + rule.typing)
    return min(until, said[0].at + rule.longest)


def _pause(said: Sequence[Said], rule: Listening, *, asked: bool) -> timedelta:
    last = said[-1]
    text = last.text.strip()
    if goes_on(text):
        return rule.unfinished
    if _is_whole(last, text):
        return timedelta()
    little = sum(words_told(one.text) for one in said) < ENOUGH_TOLD
    if text.endswith(("!", "！")) and little:
        # An outburst without a story; as an answer to a question it says all.
        return rule.pause if asked else rule.unfinished
    if text.endswith(tuple(CLOSING)):
        return rule.finished
    begins = little and text and not asked and last.intent not in PLEASANTRIES
    return rule.unfinished if begins else rule.pause


def goes_on(text: str) -> bool:
    """Whether a text ends as only something ends that goes on: a comma, "because", "let me explain"."""
    text = text.strip()
    if not text:
        return False
    endings = _endings()
    if text.endswith(tuple(endings["marks"])) or WAVERING.search(text):
        return True
    bare = text.rstrip(STATED).lower().replace("’", "'")
    words = f" {bare}".replace(",", " ")
    return bare.endswith(endings["chinese"]) or words.endswith(endings["english"])


def _is_whole(last: Said, text: str) -> bool:
    if NUMBER_OR_ADDRESS.search(text) and words_told(text) < ENOUGH_BESIDE_A_CONTACT:
        return True
    return last.intent in WHOLE and words_told(text) < ENOUGH_TOLD


@cache
def _endings() -> dict[str, Any]:
    read = yaml.safe_load(ENDINGS.read_text(encoding="utf-8"))
    chinese = tuple(str(word) for group in read["chinese"] for word in group)
    english = tuple(f" {word}" for group in read["english"] for word in group)
    return {"marks": tuple(read["marks"]), "chinese": chinese, "english": english}
