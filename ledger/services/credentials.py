"""Secrets that stand for a member of staff: browser sessions, tokens, reset links. Only hashes are kept."""

import hashlib
import secrets
from datetime import datetime
from typing import Literal

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Credential, Staff

CredentialKind = Literal["session", "token", "reset"]


async def issue(
    session: AsyncSession, *, staff: Staff, kind: CredentialKind, now: datetime, expires_at: datetime | None
) -> str:
    """A new secret for ``staff``, valid until ``expires_at``, for ever if None; it is shown once."""
    secret = secrets.token_urlsafe(32)
    session.add(
        Credential(hash=hash_of(secret), staff_id=staff.id, kind=kind, created_at=now, expires_at=expires_at)
    )
    await session.flush()
    return secret


async def bearer(session: AsyncSession, *, secret: str, kind: CredentialKind, now: datetime) -> Staff | None:
    """Who bears ``secret``; None when it is unknown, expired, of another kind or of a disabled account."""
    theirs = select(Staff).join(Credential, Credential.staff_id == Staff.id)
    theirs = theirs.where(Credential.hash == hash_of(secret), Credential.kind == kind)
    theirs = theirs.where(Credential.expires_at.is_(None) | (Credential.expires_at > now))
    found: Staff | None = await session.scalar(theirs.where(Staff.disabled_at.is_(None)))
    return found


async def revoke(session: AsyncSession, secret: str) -> None:
    """End the credential ``secret`` stands for, if there is one."""
    await session.execute(delete(Credential).where(Credential.hash == hash_of(secret)))


async def revoke_all(session: AsyncSession, staff: Staff, *kinds: CredentialKind) -> int:
    """End all credentials of ``staff`` of these kinds; how many there were."""
    theirs = delete(Credential).where(Credential.staff_id == staff.id, Credential.kind.in_(kinds))
    outcome = await session.execute(theirs)
    return outcome.rowcount if isinstance(outcome, CursorResult) else 0


def hash_of(secret: str) -> bytes:
    """SHA-256: the secrets are long and random, so that nothing slower is needed."""
    return hashlib.sha256(secret.encode()).digest()
