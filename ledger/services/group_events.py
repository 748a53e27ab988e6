"""Group events (群体性事件, playbook B9): judged anew as numbers change, and spoken for by few."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import TooMany
from ledger.form_book import ByItself, Values
from ledger.group_events import Crowd, Level, judge
from ledger.models import Form, FormStep
from ledger.policy import Policy

KIND: Final = "group_event"
JUDGED: Final = {f"judged_{level}": level for level in Level}
"""The steps that a form takes by itself when it is judged another level."""
NUMBERS: Final = ("people", "vehicles", "injured", "dead")


def crowd_of(values: Mapping[str, Any]) -> Crowd:
    """What a form tells of the crowd."""
    return Crowd(**{one.name: values[one.name] for one in fields(Crowd) if values.get(one.name)})


async def judged_anew(
    session: AsyncSession, *, form: Form, values: Values, policy: Policy
) -> ByItself | None:
    """The step that says which level it is now; none while that is what it was judged last."""
    stands = await values()
    level = judge(crowd_of(stands), policy.group_events).level
    last = select(FormStep.name).where(FormStep.form_id == form.id, FormStep.name.in_(JUDGED))
    before = await session.scalar(last.order_by(FormStep.id.desc()).limit(1))
    if level is JUDGED.get(before or "", Level.NEITHER):
        return None
    return ByItself(f"judged_{level}", {f"{name}_then": stands[name] for name in NUMBERS if stands.get(name)})


async def count_representatives(
    session: AsyncSession, *, form: Form, step: FormStep, policy: Policy, **_: Any
) -> None:
    """Refuse one more than may speak for the group.

    Raises:
        TooMany: says how many there may be.
    """
    recorded = select(func.count()).where(FormStep.form_id == form.id, FormStep.name == step.name)
    if (await session.scalars(recorded)).one() > policy.group_events.representatives:
        raise TooMany(str(policy.group_events.representatives))
