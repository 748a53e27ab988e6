"""Marks: a grave word about a case that holds only once a second person has agreed (playbook B8)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.staff import Staff
from ledger.vocabulary import MarkKind


class Mark(Base):
    """What a case may be, why, and what a second person said to it.

    ``reason`` is in words, by language. ``message_id`` is the evidence, None when there is no one message.
    ``raised_by`` is None for the assistant. Undecided while ``decided_at`` is None; then ``confirmed`` tells
    and ``decision`` says why. A case has one open mark of a kind at most.
    """

    __tablename__ = "marks"
    __table_args__ = (
        Index(
            "uq_marks_open",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[MarkKind] = mapped_column(words(MarkKind))
    reason: Mapped[dict[str, Any]]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    raised_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]
    decision: Mapped[str | None]

    raised_by: Mapped[Staff | None] = relationship(foreign_keys=[raised_by_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])
