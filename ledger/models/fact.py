"""Facts: what a customer told that can be looked up, counted and corrected (playbook A7, B9, B10, C2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base, words
from ledger.vocabulary import FactKind


class Fact(Base):
    """One thing told in one message of a case.

    ``said`` are the customer's own words, ``value`` what they come to: docs/ledger.md says in which shape for
    each kind. A fact is current until another one replaces it; then it stays, and ``replaced_by_id`` says
    by what. The same current fact stands once in a case.
    """

    __tablename__ = "facts"
    __table_args__ = (
        Index(
            "uq_facts_current",
            "case_id",
            "kind",
            "value",
            unique=True,
            postgresql_where=text("replaced_by_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[FactKind] = mapped_column(words(FactKind))
    said: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    at: Mapped[datetime]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("facts.id"))
