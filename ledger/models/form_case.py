"""Which cases move together with a form: the complaints of one group event (playbook B9)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base


class FormCase(Base):
    """A case that belongs to a form besides the form's own, by whom and since when."""

    __tablename__ = "form_cases"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    linked_at: Mapped[datetime]
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
