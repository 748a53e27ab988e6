"""What some kinds of form show beside their fields: who of the team is here, how grave a crowd is."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

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
    """What builds the form's aside, if its kind has one; ``then`` is called when something was done there."""
    aside = ASIDES.get(found.line.kind)
    return await aside(visit, session, found, then) if aside else None
