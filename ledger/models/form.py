"""Forms (处理单) and their steps (playbook B8 to D5); what each kind is stands in ``ledger/forms``."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.case import Case
from ledger.models.staff import Staff


class Form(Base):
    """One paper: what was filled in, and where it stands on its path.

    ``case_id`` is None for a form of the desk as a whole. ``opened_by`` is None when it opened by itself.
    ``filled`` holds what people entered; what the desk knows by itself is read when the form is shown, and
    put into ``filled`` when it ends, so that a closed paper stays what it was. ``parent`` is the form whose
    step opened it.
    """

    __tablename__ = "forms"
    __table_args__ = (
        Index("ix_forms_open", "kind", "opened_at", postgresql_where=text("closed_at IS NULL")),
        Index("ix_forms_kind_state", "kind", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id"), index=True)
    state: Mapped[str]
    filled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship()
    opened_by: Mapped[Staff | None] = relationship(foreign_keys=[opened_by_id])
    steps: Mapped[list["FormStep"]] = relationship(order_by="FormStep.id", back_populates="form")


class FormStep(Base):
    """A step somebody took: from where to where, why, and what was entered with it.

    ``by`` is None when it went by itself.
    """

    __tablename__ = "form_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    name: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None]
    entered: Mapped[dict[str, Any]] = mapped_column(default=dict)

    form: Mapped[Form] = relationship(back_populates="steps")
    by: Mapped[Staff | None] = relationship()
