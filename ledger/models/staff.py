"""People who work at the desk, and how they are known to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base, words
from ledger.vocabulary import Language, Role


class Staff(Base):
    """An agent, supervisor or administrator.

    ``password_hash`` is argon2id. ``link_code`` is the one-time code of ``/link CODE`` in Telegram;
    ``telegram_chat`` the chat it linked. ``on_duty`` is the person's own switch in the console.
    ``last_seen_at`` is the last sign of life at the desk, true to a fraction of ``handoff.absent_after``;
    ``left_at`` when they last went off duty, signed out everywhere or lost the account.
    ``drill_id`` and ``drill_part`` are of somebody a drill made up, who plays that part in it.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role))
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    language: Mapped[Language] = mapped_column(words(Language), default=Language.ZH_HANS)
    email: Mapped[str | None]
    telegram_chat: Mapped[str | None] = mapped_column(unique=True)
    link_code: Mapped[str | None] = mapped_column(unique=True)
    on_duty: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("departments.id", use_alter=True), index=True
    )
    drill_id: Mapped[int | None] = mapped_column(ForeignKey("drills.id", use_alter=True))
    drill_part: Mapped[str | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Credential(Base):
    """A browser session or an API token of a member of staff; only its SHA-256 is kept.

    ``kind`` is ``session`` (expires), ``token`` (until revoked) or ``reset`` (a password reset, once).
    """

    __tablename__ = "credentials"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
