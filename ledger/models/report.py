"""Reports of a period: what it was like, kept as it was told (playbook B2, C5, C8)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.department import Department
from ledger.vocabulary import ReportKind


class Report(Base):
    """One report, about the whole desk or about a department.

    ``day`` is the day it was due on; it covers the time from ``since``, where the one before it ended, up to
    ``until``, when it was due. ``content`` is a ``ledger.reports.content.Content`` as JSON. ``generated_at``
    is later than ``until`` when no desk was up; ``sent_at`` is None when there was nobody to tell.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index(
            "ux_reports_once", "kind", "day", "department_id", unique=True, postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReportKind] = mapped_column(words(ReportKind))
    day: Mapped[date]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    generated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    department: Mapped[Department | None] = relationship()
