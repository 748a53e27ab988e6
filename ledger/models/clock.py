"""Clocks (playbook C3) and the tasks some of them time."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.case import Case
from ledger.models.staff import Staff
from ledger.vocabulary import ClockKind


class Task(Base):
    """Something a member of staff promised a customer: a call, an answer; its clock says by when."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    note: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    case: Mapped[Case] = relationship()
    assignee: Mapped[Staff | None] = relationship(foreign_keys=[assignee_id])
    done_by: Mapped[Staff | None] = relationship(foreign_keys=[done_by_id])


class Clock(Base):
    """A deadline: started, due, stopped by a named person or not, breached or not.

    At most one clock of a kind runs for a case (promised calls and updates have one each per task). The
    headquarters clock never pauses and is stopped by nothing but an acknowledgement (architecture, domain
    rules). ``breached_at`` is the due time once that has passed, and stays when the clock is stopped late.
    ``escalated`` counts the steps of the escalation that were taken.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index(
            "ux_clocks_running",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("stopped_at IS NULL AND task_id IS NULL"),
        ),
        Index("ix_clocks_due", "due_at", postgresql_where=text("stopped_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stop_reason: Mapped[str | None]
    breached_at: Mapped[datetime | None]
    escalated: Mapped[int] = mapped_column(default=0)

    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()
    stopped_by: Mapped[Staff | None] = relationship()
