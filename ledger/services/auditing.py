"""Audits (playbook C6): set up with a scope, carried out by the desk itself, published with a name."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NoSuchAudit, NotAllowed, NotCarriedOut
from ledger.models import Audit, Staff
from ledger.services.entries import Actor, canonical, record
from ledger.views.audits import Scope, findings
from ledger.vocabulary import Role


async def set_up(
    session: AsyncSession,
    *,
    purpose: str,
    since: datetime,
    until: datetime,
    staff: Staff,
    now: datetime,
    people: Sequence[str] = (),
    cases: Sequence[str] = (),
) -> Audit:
    """Begin an audit of what ``people`` (usernames; all) did with ``cases`` (numbers; all) in a time.

    Raises:
        NotAllowed: not a supervisor.
        Missing: no purpose, or no time between ``since`` and ``until``.
    """
    _only_supervisors(staff)
    if not purpose.strip() or since >= until:
        raise Missing("purpose, period")
    audit = Audit(
        purpose=purpose.strip(),
        since=since,
        until=until,
        people=list(people),
        cases=list(cases),
        set_up_by_id=staff.id,
        set_up_at=now,
    )
    session.add(audit)
    await session.flush()
    scope = {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "people": audit.people,
        "cases": audit.cases,
    }
    await _record(session, audit, "audit.set_up", staff, now, scope, reason=audit.purpose)
    return audit


async def carry_out(session: AsyncSession, *, audit_id: int, staff: Staff, now: datetime) -> Audit:
    """Have the desk look; again until it is published, and what was found last counts.

    Raises:
        NotAllowed: not a supervisor.
        NoSuchAudit
        NotCarriedOut: it is published.
    """
    audit = await _unpublished(session, audit_id, staff)
    found = await findings(session, Scope(audit.since, audit.until, tuple(audit.people), tuple(audit.cases)))
    audit.findings = found
    audit.carried_out_by_id, audit.carried_out_at = staff.id, now
    counts = {name: len(lines) for name, lines in found.items()}
    await _record(session, audit, "audit.carried_out", staff, now, {"found": counts})
    return audit


async def publish(
    session: AsyncSession, *, audit_id: int, conclusion: str, staff: Staff, now: datetime
) -> Audit:
    """Sign what was found, and what follows from it; from then on nothing of it changes.

    The ledger keeps the SHA-256 of findings and conclusion under the name of whoever signed.

    Raises:
        NotAllowed: not a supervisor.
        NoSuchAudit
        NotCarriedOut: nothing was looked at yet, or it is published.
        Missing: no conclusion.
    """
    audit = await _unpublished(session, audit_id, staff)
    if audit.findings is None:
        raise NotCarriedOut(str(audit_id))
    if not conclusion.strip():
        raise Missing("conclusion")
    audit.conclusion = conclusion.strip()
    audit.published_by_id, audit.published_at = staff.id, now
    await _record(session, audit, "audit.published", staff, now, {"sha256": sealed(audit)})
    return audit


def sealed(audit: Audit) -> str:
    """The SHA-256 over findings and conclusion as the ledger keeps it."""
    content = {"findings": audit.findings, "conclusion": audit.conclusion}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _only_supervisors(staff: Staff) -> None:
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)


async def _unpublished(session: AsyncSession, audit_id: int, staff: Staff) -> Audit:
    _only_supervisors(staff)
    audit = await session.get(Audit, audit_id, with_for_update=True, populate_existing=True)
    if audit is None:
        raise NoSuchAudit(str(audit_id))
    if audit.published_at is not None:
        raise NotCarriedOut(str(audit_id))
    return audit


async def _record(
    session: AsyncSession,
    audit: Audit,
    action: str,
    staff: Staff,
    now: datetime,
    after: Mapping[str, object],
    reason: str | None = None,
) -> None:
    await record(
        session,
        case=None,
        actor=Actor.staff(staff),
        action=action,
        now=now,
        reason=reason,
        after={"audit": audit.id, **after},
    )
