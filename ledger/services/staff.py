"""The people of the desk: accounts, passwords, sign-ins, tokens and their Telegram link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Staff
from ledger.policy import Policy
from ledger.vocabulary import Language, Role

CredentialKind = Literal["session", "token", "reset"]


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

    ``department`` is a key. ``name`` is what customers are told (default: the username). ``by`` None is the
    command line.

    Raises:
        Taken: the username exists.
        Missing: the username is empty or has other than letters, digits, ``.``, ``-``, ``_``.
        PasswordTooShort, NoSuchDepartment
    """
    raise NotImplementedError


async def list_staff(session: AsyncSession, *, disabled: bool = False) -> list[Staff]:
    """All active accounts by username; with ``disabled`` the disabled ones too."""
    raise NotImplementedError


async def by_username(session: AsyncSession, username: str) -> Staff:
    """The account of this name, disabled or not.

    Raises:
        NoSuchStaff
    """
    raise NotImplementedError


async def disable(session: AsyncSession, *, username: str, now: datetime, by: Staff | None = None) -> Staff:
    """Close an account: its sessions and tokens end, and nothing is told to it any more.

    Raises:
        NoSuchStaff
    """
    raise NotImplementedError


async def set_password(
    session: AsyncSession, *, username: str, password: str, now: datetime, by: Staff | None = None
) -> Staff:
    """Give the account a password of its owner's choice; its other sessions end.

    Raises:
        NoSuchStaff, PasswordTooShort
    """
    raise NotImplementedError


async def reset_password(
    session: AsyncSession, *, username: str, now: datetime, by: Staff | None = None
) -> str:
    """A new one-time password, which must be changed at the next sign-in; all sessions end.

    Raises:
        NoSuchStaff
    """
    raise NotImplementedError


async def issue_reset(session: AsyncSession, *, staff: Staff, now: datetime) -> str:
    """A secret for a link by which ``staff`` sets a new password, once, within an hour."""
    raise NotImplementedError


async def use_reset(session: AsyncSession, *, secret: str, password: str, now: datetime) -> Staff:
    """Set the password by such a link.

    Raises:
        CodeExpired, PasswordTooShort
    """
    raise NotImplementedError


async def sign_in(
    session: AsyncSession, *, username: str, password: str, policy: Policy, now: datetime
) -> SignedIn:
    """Open a session. A wrong name takes as long as a wrong password.

    Raises:
        SignInRefused
    """
    raise NotImplementedError


async def sign_out(session: AsyncSession, *, secret: str) -> None:
    """End the session, or revoke the token, that ``secret`` belongs to; nothing happens if there is none."""
    raise NotImplementedError


async def issue_token(session: AsyncSession, *, staff: Staff, now: datetime) -> str:
    """A token for the staff API, valid until revoked or the account is disabled; shown once."""
    raise NotImplementedError


async def revoke_tokens(session: AsyncSession, *, staff: Staff, now: datetime) -> int:
    """Revoke all tokens of ``staff``; how many there were."""
    raise NotImplementedError


async def by_credential(
    session: AsyncSession, *, secret: str, kind: CredentialKind, now: datetime
) -> Staff | None:
    """Who bears ``secret``; None when it is unknown, expired or of a disabled account."""
    raise NotImplementedError


async def set_on_duty(session: AsyncSession, *, staff: Staff, on_duty: bool, now: datetime) -> None:
    """The person's own switch: on duty or not."""
    raise NotImplementedError


async def link_code(session: AsyncSession, *, staff: Staff) -> str:
    """A new one-time code for ``/link CODE`` in Telegram; the one before is void."""
    raise NotImplementedError


async def link_telegram(session: AsyncSession, *, code: str, chat: str, now: datetime) -> Staff:
    """Link the Telegram chat to the account the code is of, and to no other.

    Raises:
        CodeExpired
    """
    raise NotImplementedError


async def by_telegram(session: AsyncSession, chat: str) -> Staff | None:
    """The active account linked to this Telegram chat."""
    raise NotImplementedError
