"""What some kinds of form show beside their fields: who of the team is here, whom outside to call."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components.contacts import contacts_beside
from bot.console.components.group import group
from bot.console.components.holding import holding
from bot.console.components.team import team
from bot.console.visit import Visit
from ledger.views.forms import FormDetail

Show = Callable[[], None]
Then = Callable[[], Awaitable[None]]
Aside = Callable[[Visit, AsyncSession, FormDetail, Then], Awaitable[Show]]

ASIDES: Final[Mapping[str, Aside]] = {
    "emergency": team,
    "group_event": group,
    "journalist": holding,
}


async def aside_of(visit: Visit, session: AsyncSession, found: FormDetail, then: Then) -> Show | None:
    """What builds the form's aside, if its kind has one; ``then`` is called when something was done there.

    While the form is open, whom to call outside (playbook D6) stands below what is its kind's own.
    """
    kind = found.line.kind
    shows = [await aside(visit, session, found, then)] if (aside := ASIDES.get(kind)) else []
    if found.line.closed_at is None and kind in visit.desk.policy.contacts.beside:
        shows.append(await contacts_beside(visit, session, found))
    return partial(_all, shows) if shows else None


def _all(shows: Sequence[Show]) -> None:
    for show in shows:
        show()
