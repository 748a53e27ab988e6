"""Where complaints go (playbook B6): which danger leads where, and what can be solved at once."""

from collections.abc import Mapping
from typing import Annotated

from ledger.parts import IN_ORDER, Part
from ledger.vocabulary import MentionKind, Remedy, Signal


class Trend(Part):
    """The desk's own forecast of a complaint.

    ``leads_to``: where a signal heard says that it goes next; of several the furthest counts. ``at_once`` are
    the remedies that can be given without anybody else's word.
    """

    leads_to: Mapping[Signal, MentionKind]
    at_once: Annotated[frozenset[Remedy], IN_ORDER]
