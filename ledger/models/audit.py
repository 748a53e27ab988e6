"""Audits: set up, scope, carried out, published (playbook C6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class Audit(Base):
    """A look at who did what with what was not everybody's.

    Its scope: from ``since`` to before ``until``, ``people`` (usernames) and ``cases`` (numbers), all where
    the list is empty. ``findings`` are those of the moment it was carried out, lists by name; ``conclusion``
    is what follows, said by whoever published it. The ledger's entry of publishing bears the SHA-256 of both.
    """

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    people: Mapped[list[str]] = mapped_column(default=list)
    cases: Mapped[list[str]] = mapped_column(default=list)
    set_up_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    set_up_at: Mapped[datetime]
    findings: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    carried_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    carried_out_at: Mapped[datetime | None]
    conclusion: Mapped[str | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]

    set_up_by: Mapped[Staff] = relationship(foreign_keys=[set_up_by_id])
    carried_out_by: Mapped[Staff | None] = relationship(foreign_keys=[carried_out_by_id])
    published_by: Mapped[Staff | None] = relationship(foreign_keys=[published_by_id])
