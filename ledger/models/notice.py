"""Notices to staff: each way to each person is a row, so that every delivery is on record (playbook B1)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.case import Case
from ledger.models.staff import Staff
from ledger.vocabulary import NoticeKind, NoticeState, Way


class Notice(Base):
    """One notice, by one way, to one person (``staff``) or a group robot (its name is ``address``).

    ``round`` tells the reminders of one clock apart: the same (case, kind, round, person, way) is never
    written twice. ``drill_id`` marks what a drill set off: whoever gets it must know.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ux_notices_once",
            "case_id",
            "kind",
            "round",
            "staff_id",
            "way",
            "address",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notices_pending", "at", postgresql_where=text("state = 'pending'")),
        Index("ix_notices_rekindled", "at", postgresql_where=text("kind = 'rekindled'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    round: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    way: Mapped[Way] = mapped_column(words(Way))
    address: Mapped[str | None]
    at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(words(NoticeState), default=NoticeState.PENDING)
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    drill_id: Mapped[int | None] = mapped_column(ForeignKey("drills.id"))

    case: Mapped[Case | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
