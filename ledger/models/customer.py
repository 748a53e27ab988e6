"""Customers, and who they are on each channel (playbook C7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.vocabulary import Language


class Customer(Base):
    """A person who wrote to the desk, or for whom staff entered a complaint.

    ``name``, ``phone`` and ``email`` are kept only with ``consented_at`` set (playbook A10); ``erased_at`` is
    when they were removed on request. Customers with the same ``person_id`` are known to be one person, who
    bears that customer's id; None: nobody else is known to be this customer.
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_person_id", "person_id", postgresql_where=text("person_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    contact_refused_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    erased_at: Mapped[datetime | None]
    language: Mapped[Language] = mapped_column(words(Language), default=Language.ZH_HANS)

    identities: Mapped[list["Identity"]] = relationship(back_populates="customer")


class Identity(Base):
    """A customer's address on one channel: a Telegram chat id, a web visitor's id, a phone number."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    display_name: Mapped[str | None]
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship(back_populates="identities")
