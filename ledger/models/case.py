"""A case: a complaint, or a contact by a special user, apart from the conversations it is talked about in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.conversation import Conversation
from ledger.models.customer import Customer
from ledger.models.department import Department
from ledger.models.staff import Staff
from ledger.vocabulary import (
    CaseStatus,
    CaseType,
    Category,
    CrisisType,
    Language,
    SecretGrade,
    Severity,
    Stage,
)

OPEN = text("status = 'open'")

case_conversations = Table(
    "case_conversations",
    Base.metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True, index=True),
)


class Case(Base):
    """One matter from first word to revisit (playbook A1, A7, A8, B1, C1: one ticket to the end).

    ``number`` is what the customer is told (``QT-2026-000123``); with ``pass_code`` it opens the status to
    somebody else than the identity that filed it. ``narrative`` is the story in the customer's own words, as
    it grows. ``remedies`` are words of ``Remedy``. ``special_reasons`` is a list of ``{"code", "words", "at",
    "message_id"}`` (``words`` by language, ``at`` ISO 8601); a case with any is a special user's (B1) and
    goes by the green channel. ``severity`` rises by itself until a supervisor overrules it (B5), which
    ``grade_overruled_at`` tells; who and why stands in the book. ``drill_id`` marks what a drill played (D3).
    ``crisis_type`` is the kind of crisis (B3) that the departments were told of,
    None while it is an everyday case; ``crisis_set_by_id`` the supervisor who said so, and whom nothing
    overrules but a supervisor.
    ``secret_grade`` is who may read it (C6, ``ledger/secrecy.py``), None for most.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_open", "opened_at", postgresql_where=OPEN),
        Index(
            "ix_cases_open_special",
            "opened_at",
            postgresql_where=text("status = 'open' AND special_since IS NOT NULL"),
        ),
        Index("ix_cases_open_owner", "owner_id", "opened_at", postgresql_where=OPEN),
        Index("ix_cases_resolved", "resolved_at", postgresql_where=text("status = 'resolved'")),
        Index("ix_cases_drill", "drill_id", postgresql_where=text("drill_id IS NOT NULL")),
        Index("ix_cases_graded", "id", postgresql_where=text("secret_grade IS NOT NULL")),
        Index("ix_cases_number_begins", "number", postgresql_ops={"number": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    pass_code: Mapped[str]
    type: Mapped[CaseType] = mapped_column(words(CaseType))
    status: Mapped[CaseStatus] = mapped_column(words(CaseStatus), default=CaseStatus.OPEN)
    stage: Mapped[Stage] = mapped_column(words(Stage), default=Stage.LISTEN)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str]
    language: Mapped[Language] = mapped_column(words(Language), default=Language.ZH_HANS)
    category: Mapped[Category | None] = mapped_column(words(Category))
    further_categories: Mapped[list[str]] = mapped_column(default=list)
    severity: Mapped[Severity] = mapped_column(words(Severity), default=Severity.MILD)
    grade_overruled_at: Mapped[datetime | None]
    signals: Mapped[list[str]] = mapped_column(default=list)
    crisis_type: Mapped[CrisisType | None] = mapped_column(words(CrisisType))
    crisis_set_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    narrative: Mapped[str] = mapped_column(default="")
    remedies: Mapped[list[str]] = mapped_column(default=list)
    special_reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    special_since: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    resolved_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    root_cause: Mapped[str | None]
    remedy_given: Mapped[str | None]
    rating: Mapped[int | None]
    opinion: Mapped[str | None]
    reopened_at: Mapped[datetime | None]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    demo: Mapped[bool] = mapped_column(default=False)
    drill_id: Mapped[int | None] = mapped_column(ForeignKey("drills.id"))
    secret_grade: Mapped[SecretGrade | None] = mapped_column(words(SecretGrade))

    customer: Mapped[Customer] = relationship()
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
    entered_by: Mapped[Staff | None] = relationship(foreign_keys=[entered_by_id])
    department: Mapped[Department | None] = relationship()
    conversations: Mapped[list[Conversation]] = relationship(secondary=case_conversations)

    @property
    def special(self) -> bool:
        """Whether headquarters must know of it (playbook B1)."""
        return bool(self.special_reasons)
