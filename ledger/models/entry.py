"""The ledger (台账): what happened, who did it, when and why, never changed afterwards (playbook C1)."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base, words
from ledger.vocabulary import ActorKind

AUDITED: Final = (
    "action IN ('case.viewed', 'ledger.exported', 'secrecy.graded', 'secrecy.lowering_asked',"
    " 'secrecy.lowered', 'secrecy.lowering_refused', 'access.granted', 'access.refused',"
    " 'access.named', 'access.ended', 'access.line')"
)


class Entry(Base):
    """One line of a book of the ledger.

    A book is a case's number, or ``desk`` for what belongs to no case. ``position`` counts from 1 in its
    book without a gap; ``hash`` is SHA-256 over the entry's content and ``previous_hash``, the hash of the
    entry before it in the book (64 zeros for the first).
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("book", "position"),
        Index(
            "ix_entries_guard",
            "id",
            postgresql_where=text("action IN ('guard.overridden', 'guard.held_back')"),
        ),
        Index("ix_entries_audited", "at", postgresql_where=text(AUDITED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str]
    position: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(words(ActorKind))
    actor: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]
