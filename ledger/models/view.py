"""Views: who looked at what, and when (playbook C6)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.staff import Staff
from ledger.vocabulary import SecretGrade, ViewKind


class View(Base):
    """One opening of something with a customer's words in it.

    ``subject`` is its number or id as text, ``case_id`` the case it belongs to, if it is one's. ``grade`` is
    the one it had then. Opened again within ``secrecy.same_view`` is the same view. Kept for
    ``secrecy.keep_views``.
    """

    __tablename__ = "views"
    __table_args__ = (
        Index("ix_views_staff_id_at", "staff_id", "at"),
        Index("ix_views_case_id_at", "case_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[ViewKind] = mapped_column(words(ViewKind))
    subject: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    grade: Mapped[SecretGrade | None] = mapped_column(words(SecretGrade))
    at: Mapped[datetime] = mapped_column(index=True)

    staff: Mapped[Staff] = relationship()
