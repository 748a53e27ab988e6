"""Which journey a talk is on: each has a file with its own next step and its own acknowledgement.

A journey is a module with ``next_step(known) -> Step | None`` and, where it has words of its own for a
feeling, ``acknowledgement(talk) -> str | None`` (a script without ``utter_acknowledge_``). To add one, write
its file, name it here and give each new step a rule in ``data/stories/steps.yml``.
"""

from actions import crowd, danger, grievance, officials, press
from actions.base import Talk
from actions.steps import Known, Step


def next_step(known: Known) -> Step:
    """The smallest useful step: that of the first journey that has one."""
    return (
        officials.next_step(known)
        or press.next_step(known)
        or danger.next_step(known)
        or grievance.next_step(known)
    )


def acknowledgement(talk: Talk) -> str | None:
    """What a journey says before the grievance's own feelings are answered; None when none does."""
    return danger.acknowledgement(talk) or crowd.acknowledgement(talk)
