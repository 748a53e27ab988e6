"""What an audit finds, and the audits themselves (playbook C6). Findings are numbers and names, no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.guard import OVERRIDDEN
from ledger.models import Audit, Case, Entry, Message, SignIn, Staff, View, case_conversations
from ledger.vocabulary import SignInKind

MOST: Final = 500
"""Of each kind; who needs more narrows the scope."""
FOUND: Final = (
    "without_need",
    "graded_opened",
    "readers",
    "grades",
    "exports",
    "overridden",
    "sign_ins_refused",
)
"""The kinds of findings, what must be asked about first."""
VIEWED: Final = "case.viewed"
GRADES: Final = ("secrecy.graded", "secrecy.lowering_asked", "secrecy.lowered", "secrecy.lowering_refused")
READERS: Final = ("access.granted", "access.refused", "access.named", "access.ended", "access.line")


@dataclass(frozen=True, slots=True)
class Scope:
    """From ``since`` to before ``until``; ``people`` (usernames) and ``cases`` (numbers), empty for all."""

    since: datetime
    until: datetime
    people: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened something."""

    at: datetime
    who: str
    kind: str
    subject: str


async def findings(session: AsyncSession, scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """What there is of each kind, the newest first, ``MOST`` at most: ``at``, ``who``, ``what``, ``why``.

    ``without_need``: cases opened by somebody who neither owns them nor ever did anything with them.
    """
    return {
        "without_need": [
            _found(view.at, view.staff.username, number)
            for view, number in await session.execute(_views(scope).where(~_has_to_do_with_it()))
        ],
        "graded_opened": await _entries(session, scope, VIEWED),
        "exports": await _entries(session, scope, "ledger.exported"),
        "overridden": await _entries(session, scope, OVERRIDDEN),
        "grades": await _entries(session, scope, *GRADES),
        "readers": await _entries(session, scope, *READERS),
        "sign_ins_refused": [
            _found(one.at, one.staff.username if one.staff else "?", one.kind, one.address)
            for one in await session.scalars(_refused(scope))
        ],
    }


async def audits(session: AsyncSession) -> Sequence[Audit]:
    """All of them, the newest first."""
    people = (joinedload(Audit.set_up_by), joinedload(Audit.published_by))
    return (await session.scalars(select(Audit).options(*people).order_by(Audit.id.desc()))).all()


async def audit(session: AsyncSession, audit_id: int) -> Audit | None:
    """One of them; None if there is none."""
    people = (
        joinedload(Audit.set_up_by),
        joinedload(Audit.carried_out_by),
        joinedload(Audit.published_by),
    )
    return await session.get(Audit, audit_id, options=people, populate_existing=True)


async def looks_at(session: AsyncSession, case_id: int, *, limit: int = 50) -> list[Look]:
    """Who opened a case, its conversations or files, the newest first."""
    rows = select(View, Staff.name).join(Staff, Staff.id == View.staff_id).where(View.case_id == case_id)
    found = await session.execute(rows.order_by(View.at.desc()).limit(limit))
    return [Look(view.at, name, view.kind, view.subject) for view, name in found]


def _found(at: datetime, who: str, what: str | None, why: str | None = None) -> dict[str, Any]:
    return {"at": at.isoformat(), "who": who, "what": what, "why": why}


def _views(scope: Scope) -> Select[View, str]:
    query = (
        select(View, Case.number)
        .join(Case, Case.id == View.case_id)
        .join(View.staff)
        .options(joinedload(View.staff))
        .where(View.at >= scope.since, View.at < scope.until)
        .order_by(View.at.desc())
        .limit(MOST)
    )
    if scope.people:
        query = query.where(Staff.username.in_(scope.people))
    if scope.cases:
        query = query.where(Case.number.in_(scope.cases))
    return query


def _has_to_do_with_it() -> ColumnElement[bool]:
    """That the viewer owns the case, wrote in its conversations, or stands in its book with a deed."""
    wrote = exists().where(
        case_conversations.c.case_id == View.case_id,
        Message.conversation_id == case_conversations.c.conversation_id,
        Message.staff_id == View.staff_id,
    )
    did = exists().where(Entry.case_id == View.case_id, Entry.actor == Staff.username, Entry.action != VIEWED)
    owns = Case.owner_id.is_not_distinct_from(View.staff_id)
    return or_(owns, wrote, did)


async def _entries(session: AsyncSession, scope: Scope, *actions: str) -> list[dict[str, Any]]:
    query = (
        select(Entry)
        .where(Entry.action.in_(actions), Entry.at >= scope.since, Entry.at < scope.until)
        .order_by(Entry.id.desc())
        .limit(MOST)
    )
    if scope.people:
        query = query.where(Entry.actor.in_(scope.people))
    if scope.cases:
        query = query.where(Entry.book.in_(scope.cases))
    return [
        _found(row.at, row.actor, row.book, f"{row.action}/{row.position}")
        for row in await session.scalars(query)
    ]


def _refused(scope: Scope) -> Select[SignIn]:
    query = (
        select(SignIn)
        .options(joinedload(SignIn.staff))
        .where(SignIn.kind.in_((SignInKind.REFUSED, SignInKind.THROTTLED)))
        .where(SignIn.at >= scope.since, SignIn.at < scope.until)
        .order_by(SignIn.at.desc())
        .limit(MOST)
    )
    if scope.people:
        query = query.where(SignIn.staff.has(Staff.username.in_(scope.people)))
    return query
