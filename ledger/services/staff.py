"""The people of the desk: accounts, passwords, sign-ins, tokens and their Telegram link."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import (
    CodeExpired,
    Missing,
    NoDelegate,
    NoSuchStaff,
    PasswordTooShort,
    SignInRefused,
    Taken,
)
from ledger.models import Staff
from ledger.policy import Policy
from ledger.services import attendance, credentials
from ledger.services.credentials import CredentialKind
from ledger.services.departments import department as department_of
from ledger.services.departments import known, left_alone_by, set_delegate
from ledger.services.entries import Actor, record
from ledger.vocabulary import Language, Role

SHORTEST_PASSWORD: Final = 10
USERNAME: Final = re.compile(r"[\w.-]{1,64}")
RESET_LASTS: Final = timedelta(hours=1)
PLAIN_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits nobody mistakes for one another."""

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Created:
    """A new account, and the one-time password to tell its owner (None when one was given)."""

    staff: Staff
    one_time_password: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: ``secret`` goes into the cookie, and nowhere else."""

    staff: Staff
    secret: str
    expires_at: datetime


async def create(
    session: AsyncSession,
    *,
    username: str,
    role: Role,
    now: datetime,
    name: str | None = None,
    password: str | None = None,
    language: Language = Language.ZH_HANS,
    email: str | None = None,
    department: str | None = None,
    by: Staff | None = None,
) -> Created:
    """Open an account; without ``password`` a one-time password is made, to be changed at first sign-in.

    A password given here is the operator's choice, of any length. ``department`` is a key. ``name`` is what
    customers are told (default: the username). ``by`` None is the command line.

    Raises:
        Taken: the username exists.
        Missing: the username is empty or has other than letters, digits, ``.``, ``-``, ``_``.
        NoSuchDepartment
    """
    if not USERNAME.fullmatch(username):
        raise Missing(f"username {username!r}")
    if await _named(session, username):
        raise Taken(username)
    one_time = None if password else one_time_password()
    staff = Staff(
        username=username,
        name=name or username,
        role=role,
        password_hash=await _hash(password or one_time or ""),
        must_change_password=password is None,
        language=language,
        email=email,
        department_id=(await department_of(session, department)).id if department else None,
        created_at=now,
    )
    session.add(staff)
    await session.flush()
    await _record(session, staff, by, now, "staff.created", role=role, department=department)
    return Created(staff, one_time)


async def list_staff(session: AsyncSession, *, disabled: bool = False) -> list[Staff]:
    """All active accounts by username but those a drill made up; with ``disabled`` the disabled ones too."""
    everybody = select(Staff).where(Staff.drill_id.is_(None)).order_by(Staff.username)
    if not disabled:
        everybody = everybody.where(Staff.disabled_at.is_(None))
    return list(await session.scalars(everybody))


async def by_username(session: AsyncSession, username: str) -> Staff:
    """The account of this name, disabled or not.

    Raises:
        NoSuchStaff
    """
    staff = await _named(session, username)
    if staff is None:
        raise NoSuchStaff(username)
    return staff


async def active_by_username(session: AsyncSession, username: str) -> Staff:
    """The account of this name, if somebody can sign in with it.

    Raises:
        NoSuchStaff: there is none, or it is disabled.
    """
    staff = await by_username(session, username)
    if staff.disabled_at:
        raise NoSuchStaff(username)
    return staff


async def disable(session: AsyncSession, *, username: str, now: datetime, by: Staff | None = None) -> Staff:
    """Close an account: its sessions and tokens end, nothing is told to it any more, and what it holds goes
    back to the queue.

    Raises:
        NoSuchStaff
        NoDelegate: nobody would answer for a department any more (playbook B4).
    """
    staff = await by_username(session, username)
    if staff.disabled_at is None:
        await _not_left_alone(session, staff, now)
        staff.disabled_at = now
        attendance.leave(staff, now)
        staff.telegram_chat = staff.link_code = None
        await credentials.revoke_all(session, staff, "session", "token", "reset")
        await _record(session, staff, by, now, "staff.disabled")
    return staff


async def set_password(
    session: AsyncSession, *, username: str, password: str, now: datetime, by: Staff | None = None
) -> Staff:
    """Give the account a password of its owner's choice; its sessions and reset links end.

    Raises:
        NoSuchStaff, PasswordTooShort
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort
    staff = await by_username(session, username)
    await _give_password(session, staff, password, by, now, must_change=False)
    return staff


async def reset_password(
    session: AsyncSession, *, username: str, now: datetime, by: Staff | None = None
) -> str:
    """A new one-time password, which must be changed at the next sign-in; all sessions end.

    Raises:
        NoSuchStaff
    """
    staff, password = await by_username(session, username), one_time_password()
    await _give_password(session, staff, password, by, now, must_change=True)
    return password


async def issue_reset(session: AsyncSession, *, staff: Staff, now: datetime) -> str:
    """A secret for a link by which ``staff`` sets a new password, once, within an hour."""
    return await credentials.issue(session, staff=staff, kind="reset", now=now, expires_at=now + RESET_LASTS)


async def use_reset(session: AsyncSession, *, secret: str, password: str, now: datetime) -> Staff:
    """Set the password by such a link.

    Raises:
        CodeExpired, PasswordTooShort
    """
    staff = await credentials.bearer(session, secret=secret, kind="reset", now=now)
    if staff is None:
        raise CodeExpired
    return await set_password(session, username=staff.username, password=password, now=now, by=staff)


async def sign_in(
    session: AsyncSession, *, username: str, password: str, policy: Policy, now: datetime
) -> SignedIn:
    """Open a session. A wrong name takes as long as a wrong password.

    Raises:
        SignInRefused
    """
    staff = await _named(session, username)
    known = staff is not None and staff.disabled_at is None
    fits = await asyncio.to_thread(_fits, staff.password_hash if staff and known else None, password)
    if staff is None or not known or not fits:
        raise SignInRefused
    expires_at = now + policy.limits.session
    secret = await credentials.issue(session, staff=staff, kind="session", now=now, expires_at=expires_at)
    staff.last_seen_at, staff.left_at = now, None
    return SignedIn(staff, secret, expires_at)


async def sign_out(session: AsyncSession, *, secret: str, now: datetime) -> None:
    """End the session, or revoke the token, that ``secret`` belongs to; nothing happens if there is none.

    What is held by who has no other session open goes back to the queue.
    """
    staff = await credentials.bearer(session, secret=secret, kind="session", now=now)
    await credentials.revoke(session, secret)
    if staff is not None:
        await attendance.signed_out(session, staff, now)


async def issue_token(session: AsyncSession, *, staff: Staff, now: datetime) -> str:
    """A token for the staff API, valid until revoked or the account is disabled; shown once."""
    secret = await credentials.issue(session, staff=staff, kind="token", now=now, expires_at=None)
    await _record(session, staff, None, now, "staff.token_issued")
    return secret


async def revoke_tokens(session: AsyncSession, *, staff: Staff, now: datetime) -> int:
    """Revoke all tokens of ``staff``; how many there were."""
    revoked = await credentials.revoke_all(session, staff, "token")
    await _record(session, staff, None, now, "staff.tokens_revoked", tokens=revoked)
    return revoked


async def by_credential(
    session: AsyncSession, *, secret: str, kind: CredentialKind, now: datetime
) -> Staff | None:
    """Who bears ``secret``; None when it is unknown, expired or of a disabled account."""
    return await credentials.bearer(session, secret=secret, kind=kind, now=now)


async def set_on_duty(session: AsyncSession, *, staff: Staff, on_duty: bool, now: datetime) -> None:
    """The person's own switch: on duty or not. Whoever goes off duty holds no conversation any more.

    The delegate of a head who goes takes over (指定代理人接管, playbook B4).

    Raises:
        NoDelegate: the head, or who stands in for the head, goes and nobody would answer any more.
    """
    staff = await session.get_one(Staff, staff.id)
    if not on_duty:
        await _not_left_alone(session, staff, now)
    staff.on_duty = on_duty
    staff.left_at = None if on_duty else now
    taking_over = [] if on_duty else await _taking_over(session, staff)
    more = {"to": taking_over} if taking_over else {}
    await _record(session, staff, staff, now, "staff.on_duty", on_duty=on_duty, **more)


async def hand_over(session: AsyncSession, *, staff: Staff, delegate: Staff, now: datetime) -> None:
    """Go off duty, and have ``delegate`` take over what ``staff`` alone answers for.

    Raises:
        NoDelegate: ``delegate`` is not there either.
    """
    for alone in await left_alone_by(session, staff, now):
        await set_delegate(session, key=alone.key, delegate=delegate, by=staff, now=now)
    await set_on_duty(session, staff=staff, on_duty=False, now=now)


async def _not_left_alone(session: AsyncSession, staff: Staff, now: datetime) -> None:
    if alone := await left_alone_by(session, staff, now):
        raise NoDelegate(", ".join(place.key for place in alone))


async def _taking_over(session: AsyncSession, staff: Staff) -> list[str]:
    """Who stands in from now on, by username."""
    delegates = [place.delegate_id for place in await known(session) if place.head_id == staff.id]
    people = [await session.get(Staff, one) for one in delegates if one]
    return sorted({person.username for person in people if person})


async def link_code(session: AsyncSession, *, staff: Staff) -> str:
    """A new one-time code for ``/link CODE`` in Telegram; the one before is void."""
    staff = await session.get_one(Staff, staff.id)
    staff.link_code = code = "".join(secrets.choice(PLAIN_LETTERS) for _ in range(10))
    await session.flush()
    return code


async def link_telegram(session: AsyncSession, *, code: str, chat: str, now: datetime) -> Staff:
    """Link the Telegram chat to the account the code is of, and to no other.

    Raises:
        CodeExpired
    """
    wanted = select(Staff).where(Staff.link_code == code.strip().upper(), Staff.disabled_at.is_(None))
    staff = await session.scalar(wanted.with_for_update())
    if staff is None:
        raise CodeExpired
    if (former := await by_telegram(session, chat)) and former is not staff:
        former.telegram_chat = None
        await session.flush()
    staff.telegram_chat, staff.link_code = chat, None
    await _record(session, staff, staff, now, "staff.telegram_linked")
    return staff


async def by_telegram(session: AsyncSession, chat: str) -> Staff | None:
    """The active account linked to this Telegram chat."""
    linked = select(Staff).where(Staff.telegram_chat == chat, Staff.disabled_at.is_(None))
    found: Staff | None = await session.scalar(linked)
    return found


def one_time_password() -> str:
    """Four groups of four plain letters, easy to read out over the phone."""
    return "-".join("".join(secrets.choice(PLAIN_LETTERS) for _ in range(4)) for _ in range(4))


async def _named(session: AsyncSession, username: str) -> Staff | None:
    found: Staff | None = await session.scalar(select(Staff).where(Staff.username == username))
    return found


async def _hash(password: str) -> str:
    # Argon2 takes tens of milliseconds by design: not in the event loop.
    return await asyncio.to_thread(_hasher.hash, password)


def _fits(hashed: str | None, password: str) -> bool:
    try:
        return _hasher.verify(hashed or _nobodys(), password)
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    """A hash that no password fits, for names that do not exist."""
    return _hasher.hash(secrets.token_urlsafe(32))


async def _give_password(
    session: AsyncSession, staff: Staff, password: str, by: Staff | None, now: datetime, *, must_change: bool
) -> None:
    staff.password_hash = await _hash(password)
    staff.must_change_password = must_change
    await credentials.revoke_all(session, staff, "session", "reset")
    await _record(session, staff, by, now, "staff.password_changed", one_time=must_change)


async def _record(
    session: AsyncSession, staff: Staff, by: Staff | None, now: datetime, action: str, **after: Any
) -> None:
    after = {"staff": staff.username, **after}
    actor = Actor.staff_or_command(by)
    await record(session, case=None, actor=actor, action=action, now=now, after=after)
