"""The policy of a drill: the same decisions, every length divided (playbook D3).

Drills shorten durations, they do not bend time: their clocks run on the same wall clock as all others, due
earlier. Nor do they wait for opening hours: what is rehearsed on a Sunday would else fall due on Monday.
"""

from collections.abc import Iterable
from datetime import time, timedelta
from typing import Final, get_args

from ledger.calendars import Calendar, Span
from ledger.parts import Weekday
from ledger.policy.policy import Policy

DAY_AND_NIGHT: Final = Calendar(
    week=dict.fromkeys(get_args(Weekday), (Span(opens=time.min, closes=time.min),))
)


def hurried(policy: Policy, factor: int) -> Policy:
    """``policy`` with every length of a case divided by ``factor``, and people there day and night."""
    clocks, escalation, press, officials = (
        policy.clocks,
        policy.escalation,
        policy.press,
        policy.officials,
    )
    lengths = ("headquarters", "first_response", "progress_update", "revisit_asks", "revisit")
    shorter = {name: getattr(clocks, name) / factor for name in lengths}
    steps = tuple(step.model_copy(update={"after": step.after / factor}) for step in escalation.steps)
    return policy.model_copy(
        update={
            "clocks": clocks.model_copy(update=shorter),
            "reminders": {kind: _divided(ahead, factor) for kind, ahead in policy.reminders.items()},
            "deadlines": {
                kind: deadline.model_copy(
                    update={"length": deadline.length / factor, "remind": _divided(deadline.remind, factor)}
                )
                for kind, deadline in policy.deadlines.items()
            },
            "escalation": escalation.model_copy(
                update={"steps": steps, "urge_every": escalation.urge_every / factor}
            ),
            "press": press.model_copy(update={"answers_within": press.answers_within / factor}),
            "officials": officials.model_copy(update={"answers_within": officials.answers_within / factor}),
            "routing": policy.routing.model_copy(
                update={"green_channel": policy.routing.green_channel / factor}
            ),
            "hours": DAY_AND_NIGHT,
            "calendars": {},
            "departments": tuple(one.model_copy(update={"calendar": None}) for one in policy.departments),
        }
    )


def _divided(lengths: Iterable[timedelta], factor: int) -> tuple[timedelta, ...]:
    return tuple(length / factor for length in lengths)
