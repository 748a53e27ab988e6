"""Clocks (playbook C3) and the tasks some of them time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.calendars import Calendar
from ledger.deadline import Terms
from ledger.models.base import Base, words
from ledger.models.case import Case
from ledger.models.form import Form
from ledger.models.staff import Staff
from ledger.vocabulary import ClockKind


class Task(Base):
    """Something a member of staff promised a customer: a call, an answer; its clock says by when.

    With ``department_id`` it is given to a department, whoever of it does it (playbook B1, B10).
    """

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    note: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    case: Mapped[Case] = relationship()
    assignee: Mapped[Staff | None] = relationship(foreign_keys=[assignee_id])
    done_by: Mapped[Staff | None] = relationship(foreign_keys=[done_by_id])


class Clock(Base):
    """A deadline: started, due, stopped by a named person or not, breached or not.

    At most one clock of a kind runs for a case, for each of its tasks and for each of its forms. The
    headquarters clock never pauses and is stopped by nothing but an acknowledgement (architecture, domain
    rules). ``breached_at`` is the due time once that has passed, and stays when the clock is stopped late.
    ``escalated`` counts the steps of the escalation that were taken, ``extended`` how often it was put off.

    ``length``, ``calendar`` (a ``Calendar`` as JSON, None: day and night) and ``pauses`` are what was agreed
    at the start; a ``length`` of None is that of a clock started before lengths were kept. ``due_at`` follows
    from them and from the case's waits (``ledger/deadline.py``), and stands here to be found by; None while
    the clock stands still.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index(
            "ux_clocks_running",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("stopped_at IS NULL AND task_id IS NULL AND form_id IS NULL"),
        ),
        Index(
            "ux_clocks_of_form",
            "form_id",
            "kind",
            unique=True,
            postgresql_where=text("stopped_at IS NULL AND form_id IS NOT NULL"),
        ),
        Index(
            "ix_clocks_awaited",
            "due_at",
            postgresql_where=text("stopped_at IS NULL AND breached_at IS NULL"),
        ),
        Index("ix_clocks_running", "due_at", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_clocks_breached", "due_at", postgresql_where=text("breached_at IS NOT NULL")),
        Index(
            "ix_clocks_unacknowledged",
            "case_id",
            postgresql_where=text("kind = 'headquarters' AND stopped_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id"))
    started_at: Mapped[datetime]
    length: Mapped[timedelta | None]
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    pauses: Mapped[bool] = mapped_column(default=False, server_default=false())
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stop_reason: Mapped[str | None]
    breached_at: Mapped[datetime | None]
    escalated: Mapped[int] = mapped_column(default=0)
    extended: Mapped[int] = mapped_column(default=0, server_default="0")

    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()
    form: Mapped[Form | None] = relationship()
    stopped_by: Mapped[Staff | None] = relationship()

    @property
    def terms(self) -> Terms | None:
        """What was agreed at the start; None of a clock that is too old to have kept it."""
        if self.length is None:
            return None
        calendar = Calendar.model_validate(self.calendar) if self.calendar is not None else None
        return Terms(self.started_at, self.length, calendar, self.pauses)

    @property
    def paused(self) -> bool:
        """Whether it stands still: it runs, and the desk waits for the customer."""
        return self.stopped_at is None and self.due_at is None
