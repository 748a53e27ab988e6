"""The people a drill makes up, where it is played without the real ones: told instead of them (playbook D3).

A drill with a cast disturbs nobody: its alarms reach its own people only. Without one, whoever would be told
in earnest is told, and every word of it says that it is a drill.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.drill_book import Seat
from ledger.models import Case, Drill, Staff
from ledger.policy import Rung
from ledger.vocabulary import CaseStatus, NoticeKind

STANDS_IN: Final = (Seat.HEAD, Seat.DELEGATE, Seat.SUPERVISOR)
"""Who is told when nobody is on duty, the first that is there (playbook B4)."""
BY_RUNG: Final = {
    Rung.DUTY: Seat.DUTY,
    Rung.HEAD: Seat.HEAD,
    Rung.DELEGATE: Seat.DELEGATE,
    Rung.SUPERVISORS: Seat.SUPERVISOR,
    Rung.ADMINISTRATORS: Seat.SUPERVISOR,
}
FOR_AGENTS: Final = frozenset({NoticeKind.HUMAN_WANTED, NoticeKind.HOLD_LOST})


async def is_played(session: AsyncSession, drill_id: int | None) -> bool:
    """Whether the people are played too."""
    return drill_id is not None and (await session.get_one(Drill, drill_id)).cast


async def told(
    session: AsyncSession, drill_id: int, people: Sequence[Staff], kind: NoticeKind
) -> Sequence[Staff]:
    """Who of a played drill is told in place of ``people``: its own among them, else by their seat."""
    own = [staff for staff in people if staff.drill_id == drill_id]
    return own or await seated(session, drill_id, Seat.AGENT if kind in FOR_AGENTS else Seat.DUTY)


async def on_rung(session: AsyncSession, case: Case, rung: Rung) -> list[Staff] | None:
    """Whom an escalation of a played drill's case tells; None where real people are told."""
    if case.drill_id is None or not await is_played(session, case.drill_id):
        return None
    return await _sitting(session, case.drill_id, BY_RUNG[rung])


async def seated(session: AsyncSession, drill_id: int, seat: Seat) -> list[Staff]:
    """Who has this seat and is there; while nobody is, the first who stands in (playbook B4)."""
    for one in (seat, *STANDS_IN):
        if there := await _sitting(session, drill_id, one):
            return there
    return []


async def owner(session: AsyncSession, drill_id: int) -> Staff | None:
    """The agent of a played drill with the fewest open cases."""
    owned = select(func.count()).where(Case.owner_id == Staff.id, Case.status == CaseStatus.OPEN)
    agents = select(Staff).where(*_there(drill_id, Seat.AGENT))
    found: Staff | None = await session.scalar(agents.order_by(owned.scalar_subquery(), Staff.id).limit(1))
    return found


async def _sitting(session: AsyncSession, drill_id: int, seat: Seat) -> list[Staff]:
    sitting = select(Staff).where(*_there(drill_id, seat)).order_by(Staff.id)
    return list(await session.scalars(sitting))


def _there(drill_id: int, seat: Seat) -> tuple[ColumnElement[bool], ...]:
    there = Staff.on_duty & Staff.disabled_at.is_(None)
    return Staff.drill_id == drill_id, Staff.drill_part == seat, there
