"""Reading a roster (值班表): which of its shifts run now (playbook B4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ledger.models import DutyShift


def running(roster: Sequence[DutyShift], now: datetime) -> list[DutyShift]:
    """The shifts of one department's ``roster`` that run at ``now`` (aware), in its order.

    On a day that has dated shifts the weekly ones do not count; a night's last hours belong to the day on
    which it began.
    """
    dated = {shift.day for shift in roster if shift.day}
    return [
        shift
        for shift in roster
        for day in (shift.today(now), shift.today(now) - timedelta(days=1))
        if shift.is_on(day) and (shift.day or day not in dated) and shift.runs(day, now)
    ]


def standing(roster: Sequence[DutyShift], now: datetime) -> list[DutyShift]:
    """Without the dated shifts that are past: with nothing left there is no roster any more."""
    return [
        shift for shift in roster if shift.day is None or shift.day >= shift.today(now) - timedelta(days=1)
    ]
