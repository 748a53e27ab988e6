"""Waiting for the customer: the times in which it is not for the desk to move."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class Wait(Base):
    """A time in which a case waited for its customer, as a member of staff said, and why.

    ``until`` is None while it does; ``ended_by`` is None when nobody of the staff ended it (``end_reason``
    ``answered``, ``withdrawn``). A case waits once at a time. Rows are history: the due times of clocks that
    pause are reckoned from them.
    """

    __tablename__ = "waits"
    __table_args__ = (Index("uq_waits_open", "case_id", unique=True, postgresql_where=text("until IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    end_reason: Mapped[str | None]

    by: Mapped[Staff] = relationship(foreign_keys=[by_id])
    ended_by: Mapped[Staff | None] = relationship(foreign_keys=[ended_by_id])
