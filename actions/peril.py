"""Whose life is at stake in a message, and how urgent it is: ``peril.yml`` tells it apart. Pure."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from ledger.heard import Heard
from ledger.script import fold
from ledger.vocabulary import Signal


def despairs(heard: Heard, text: str) -> bool:
    """Whether somebody does not want to live: the sender or who they write about."""
    return Signal.SELF_HARM in heard.signals and not _says("figures", text)


def is_of_another(text: str) -> bool:
    """Whether it is somebody else who does not want to live, and can still be looked after."""
    return _says("of_another", text) and not _says("lost", text)


def threatens_life(heard: Heard, text: str) -> bool:
    """Whether violence is threatened against people; against things alone it is passed on, and not this."""
    return Signal.VIOLENCE_THREAT in heard.signals and _says("people", text)


def at_stake(heard: Heard, text: str) -> bool:
    """Whether a life is at stake, whatever else the message says."""
    return despairs(heard, text) or threatens_life(heard, text)


def needs_help_now(heard: Heard, text: str) -> bool:
    """Whether somebody hurt needs an ambulance before all else; not when a past day is told of."""
    past = bool(heard.values("date")) and not _says("still", text)
    return Signal.INJURY_SAFETY in heard.signals and _says("urgent", text) and not past


def _says(what: str, text: str) -> bool:
    return bool(_patterns()[what].search(fold(text)))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    written = yaml.safe_load(Path(__file__).with_name("peril.yml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in written.items()}
