"""Contacts outside (联络名录): whom the desk knows at regulators, media and the like (playbook D6)."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.staff import Staff
from ledger.vocabulary import ContactKind

PREFIX: Final = "LX-"


class OutsideContact(Base):
    """Somebody outside, or an office without a name, whom ``keeper`` keeps in touch with.

    ``office`` is the column of an outlet, the section of an authority; ``visit_every_days`` the contact's own
    interval, None that of its kind in the policy. When it was last visited is in ``visits``.
    """

    __tablename__ = "outside_contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ContactKind] = mapped_column(words(ContactKind))
    organisation: Mapped[str]
    office: Mapped[str | None]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    region: Mapped[str | None]
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None]
    visit_every_days: Mapped[int | None]
    created_at: Mapped[datetime]

    keeper: Mapped[Staff | None] = relationship()

    @property
    def number(self) -> str:
        """What the contact is called in the ledger and in addresses: ``LX-12``."""
        return f"{PREFIX}{self.id}"


class ContactVisit(Base):
    """A visit or a call: who was there, and what came of it."""

    __tablename__ = "contact_visits"
    __table_args__ = (Index("ix_contact_visits_contact_id_at", "contact_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("outside_contacts.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str]

    by: Mapped[Staff] = relationship()
