"""What a form's step does besides moving the form, its clocks and people: named by ``does`` in its file.

An effect is called with the session, ``form``, ``step``, ``staff``, ``policy`` and ``now``. One that leads
other forms is looked up when it is called, because ``forms`` reads this.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Form
from ledger.services import aftercare, emergency_team, group_events, special, statements, stories
from ledger.services.case_lock import lock
from ledger.services.closing import close_if_all_is_done


async def close_case(session: AsyncSession, *, form: Form, **done: Any) -> None:
    """The review is approved: a case whose customer is content is closed now (playbook D4)."""
    if form.case_id is not None:
        case = await lock(session, form.case_id)
        await close_if_all_is_done(session, case=case, now=done["now"], policy=done["policy"])


async def lift_special(session: AsyncSession, *, form: Form, **done: Any) -> None:
    """An appeal was upheld: the customer is no special user in this case any more (playbook B1)."""
    if form.case_id is not None:
        case = await lock(session, form.case_id)
        step = done["step"]
        await special.lift(session, case=case, staff=done["staff"], reason=step.reason, now=done["now"])


async def read_statement(session: AsyncSession, **done: Any) -> None:
    """Nobody proposes to say what nobody may say (playbook A6, D1)."""
    await statements.fit_to_say(session, **done)


async def replace_statement(session: AsyncSession, **done: Any) -> None:
    """The statement is approved: it stands in the place of the one before (playbook D1)."""
    await statements.supersede(session, **done)


async def veil_story(session: AsyncSession, **done: Any) -> None:
    """A case for the anthology is handed in: nothing in it tells who somebody is (playbook C1)."""
    await stories.nothing_personal(session, **done)


async def publish_story(session: AsyncSession, **done: Any) -> None:
    """A second reader has looked for all there is to look for (playbook C1)."""
    await stories.checked_whole(session, **done)


async def take_aftercare_reply(session: AsyncSession, **done: Any) -> None:
    """The customer's answer to the remedy: a rating counts, and who declines has the case again (D5)."""
    await aftercare.replied(session, **done)


EFFECTS: Final[Mapping[str, Callable[..., Awaitable[None]]]] = {
    "aftercare_reply": take_aftercare_reply,
    "close_case": close_case,
    "lift_special": lift_special,
    "read_statement": read_statement,
    "replace_statement": replace_statement,
    "call_team": emergency_team.call_team,
    "answer_roll_call": emergency_team.answer,
    "veil_story": veil_story,
    "publish_story": publish_story,
    "count_representatives": group_events.count_representatives,
}
"""By name."""
