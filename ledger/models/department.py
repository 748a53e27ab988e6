"""Departments, who heads them, who stands in, and who is on duty (playbook B3, B4)."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class Department(Base):
    """A department that answers for cases; exactly one is headquarters.

    ``names`` maps each language to the department's name there.
    """

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    headquarters: Mapped[bool] = mapped_column(default=False)
    head_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    head: Mapped[Staff | None] = relationship(foreign_keys=[head_id])
    delegate: Mapped[Staff | None] = relationship(foreign_keys=[delegate_id])


class DutyContact(Base):
    """A member of staff on a department's duty list; the lowest ``position`` is told first among equals."""

    __tablename__ = "duty_contacts"

    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)

    staff: Mapped[Staff] = relationship()
