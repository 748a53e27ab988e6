"""A conversation: one identity's talk with the desk on one channel, and who holds it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.customer import Customer, Identity
from ledger.models.staff import Staff
from ledger.vocabulary import Holding, Language


class Conversation(Base):
    """Messages in order, one voice of the desk at a time (``holding``, ``holder``).

    ``angry_turns`` is not stored: the emotion trail stands with the messages. ``token_hash`` is the SHA-256
    of the web visitor's bearer token. ``handoff_reason`` says why a person was asked for. ``drill_id``
    marks a drill's, ``drill_part`` says as whom its customer writes.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_waiting", "waiting_since", postgresql_where=text("holding = 'waiting'")),
        Index("ix_conversations_held", "holder_id", postgresql_where=text("holding = 'human'")),
        Index("ix_conversations_drill", "drill_id", postgresql_where=text("drill_id IS NOT NULL")),
        CheckConstraint("(holding = 'human') = (holder_id IS NOT NULL)", name="held_by_somebody"),
        Index("ix_conversations_with_people", "last_message_at", postgresql_where=text("holding <> 'bot'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str]
    language: Mapped[Language] = mapped_column(words(Language), default=Language.ZH_HANS)
    holding: Mapped[Holding] = mapped_column(words(Holding), default=Holding.BOT)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    held_since: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    handoff_reason: Mapped[str | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    drill_id: Mapped[int | None] = mapped_column(ForeignKey("drills.id"))
    drill_part: Mapped[str | None]
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime | None] = mapped_column(index=True)

    identity: Mapped[Identity] = relationship()
    customer: Mapped[Customer] = relationship()
    holder: Mapped[Staff | None] = relationship()
