"""Grades of single entries, and lowerings of a grade that wait for a second person (playbook C6)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.entry import Entry
from ledger.models.staff import Staff
from ledger.vocabulary import SecretGrade


class EntryGrade(Base):
    """The grade of one entry of the ledger, beside it: entry and hash are for ever, a grade is not."""

    __tablename__ = "entry_grades"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    grade: Mapped[SecretGrade] = mapped_column(words(SecretGrade))


class Lowering(Base):
    """Somebody wants the grade of a case (or of its entry ``entry``) lowered, for a second person to decide.

    ``grade`` is what it would be then, None for ungraded. Undecided while ``decided_at`` is None; then
    ``agreed`` tells and ``decision`` says why. A case has one undecided lowering at most.
    """

    __tablename__ = "lowerings"
    __table_args__ = (
        Index("uq_lowerings_open", "case_id", unique=True, postgresql_where=text("decided_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    grade: Mapped[SecretGrade | None] = mapped_column(words(SecretGrade))
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    decision: Mapped[str | None]

    entry: Mapped[Entry | None] = relationship()
    asked_by: Mapped[Staff] = relationship(foreign_keys=[asked_by_id])
