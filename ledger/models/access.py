"""Readers of a graded case: who asked, who named them, when and why (需要知道, playbook C6)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class Access(Base):
    """One person's access to one case, from the asking to its end.

    ``asked_at`` is None of somebody who was named unasked. Undecided while ``decided_at`` is None; then
    ``granted`` tells, and ``reason`` says why. ``speaks``: the one who has the single line to the customer
    (单线联系). A row that was ended stays. A person has one standing row a case, a case one line.
    """

    __tablename__ = "accesses"
    __table_args__ = (
        Index(
            "uq_accesses_standing",
            "case_id",
            "staff_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND granted IS NOT FALSE"),
        ),
        Index(
            "uq_accesses_line",
            "case_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND speaks"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    reason: Mapped[str | None]
    speaks: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])
