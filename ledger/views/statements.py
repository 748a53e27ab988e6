"""One voice (统一口径, playbook D1) as screens show it: what is in force, drafted, and was said before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from ledger.guard import Finding
from ledger.models import Form, FormStep
from ledger.policy import Policy
from ledger.services.statements import APPROVED, KIND, TEXTS, findings, in_force, read, same
from ledger.statement import Statement, phrases
from ledger.vocabulary import Language

MOST = 500


class Standing(StrEnum):
    """Where a version of a statement stands now; ``replaced`` by a newer one, ``over``: its time is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    TO_COME = "to_come"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a statement. ``approved_by`` is a name; ``warned`` what the guard finds in its texts.

    ``replaces`` is the number of the version approved before it.
    """

    number: str
    topic: str
    standing: Standing
    texts: dict[Language, str]
    forbidden: tuple[str, ...]
    press: bool
    drafted_by: str | None
    drafted_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    since: datetime | None
    until: datetime | None
    replaces: str | None
    warned: dict[Language, list[Finding]]


async def by_topic(session: AsyncSession, *, policy: Policy, now: datetime) -> list[list[Version]]:
    """Every subject's versions, the newest first; the subject that was worked on last comes first."""
    wanted = select(Form).where(Form.kind == KIND).order_by(Form.id.desc()).limit(MOST)
    steps = selectinload(Form.steps).joinedload(FormStep.by)
    found = await session.scalars(wanted.options(steps, joinedload(Form.opened_by)))
    running = {one.number for one in await in_force(session, policy=policy, now=now)}
    topics: dict[str, list[Form]] = {}
    for form in found:
        topics.setdefault(same(form.filled.get("topic") or "") or form.number, []).append(form)
    return [
        [_version(form, older, running, policy, now) for form, older in _with_older(forms)]
        for forms in topics.values()
    ]


def _with_older(forms: Sequence[Form]) -> Iterator[tuple[Form, Sequence[Form]]]:
    return ((form, forms[place + 1 :]) for place, form in enumerate(forms))


def _approval(form: Form) -> FormStep | None:
    return next((step for step in reversed(form.steps) if step.name == "approve"), None)


def _version(form: Form, older: Sequence[Form], running: set[str], policy: Policy, now: datetime) -> Version:
    approval = _approval(form)
    zone = policy.organisation.time_zone
    statement = read(form.number, form.filled, approval.at, zone) if approval else None
    return Version(
        number=form.number,
        topic=form.filled.get("topic") or "",
        standing=_standing(form, statement, running, now),
        texts={language: form.filled.get(field) or "" for language, field in TEXTS.items()},
        forbidden=phrases(form.filled.get("forbidden")),
        press=bool(form.filled.get("press")),
        drafted_by=form.opened_by.name if form.opened_by else None,
        drafted_at=form.opened_at,
        approved_by=approval.by.name if approval and approval.by else None,
        approved_at=approval.at if approval else None,
        since=statement.since if statement else None,
        until=statement.until if statement else None,
        replaces=next((one.number for one in older if approval and _approval(one)), None),
        warned=findings(form.filled),
    )


def _standing(form: Form, statement: Statement | None, running: set[str], now: datetime) -> Standing:
    if form.state != APPROVED or statement is None:
        return Standing.REPLACED if form.state == "superseded" else Standing(form.state)
    if form.number in running:
        return Standing.IN_FORCE
    if statement.since > now:
        return Standing.TO_COME
    return Standing.REPLACED if statement.holds(now) else Standing.OVER


def in_standing(topics: Sequence[Sequence[Version]], *standings: Standing) -> list[Version]:
    """The versions that stand so, of all subjects."""
    return [one for versions in topics for one in versions if one.standing in standings]
