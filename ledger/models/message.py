"""Messages, both directions, with what was heard in them and how far they got."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.conversation import Conversation
from ledger.models.staff import Staff
from ledger.vocabulary import Author, Category, Delivery, Kind, Language, Stage

# A message in the last state it comes to. Only then is it put into the index of pieces, once: what goes on
# changing would be put there again with every change.
SETTLED: Final = (
    "(author <> 'customer' OR settled_at IS NOT NULL)"
    " AND (delivery IS NULL OR delivery NOT IN ('pending', 'sending'))"
)
UNSETTLED: Final = ("author = 'customer' AND settled_at IS NULL", "delivery IN ('pending', 'sending')")


class Message(Base):
    """One message of a conversation.

    Inbound (``author`` customer): ``client_id`` is the platform's own id of it, unique in its conversation
    (a redelivery is the same row); ``heard_at`` is set when the pipeline judged it, ``settled_at`` when it
    ended in a reply, a human owner or an alarm; ``turn_id`` is the message whose turn answers it (the last of
    those that were gathered, often itself), None as long as the desk is listening; ``intent`` to ``entities``
    are what was heard in this message alone.

    Outbound: ``reply_to_id`` is the inbound message it answers, ``delivery`` how far it got, ``script`` the
    name of the script entry it was spoken from, ``buttons`` quick replies ``{"title", "payload"}``.

    ``alarmed_at`` is when people were called because it came to no end: nobody answered it, or it could not
    be delivered (``ledger/views/endings.py``).
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        # Small, and no work for whoever writes: rows lie in the order of time.
        Index("ix_messages_at", "at", postgresql_using="brin"),
        Index("ix_messages_unsettled", "at", postgresql_where=text(UNSETTLED[0])),
        Index("ix_messages_undelivered", "at", postgresql_where=text(UNSETTLED[1])),
        Index(
            "ix_messages_staff",
            "staff_id",
            "conversation_id",
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
        Index(
            "ix_messages_unsettled_in_conversation",
            "conversation_id",
            "id",
            postgresql_where=text(UNSETTLED[0]),
        ),
        Index(
            "ix_messages_grams",
            text("message_grams(id, text)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text(SETTLED),
        ),
        Index(
            "ix_messages_failed",
            "conversation_id",
            postgresql_where=text("delivery = 'failed' AND reply_to_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    author: Mapped[Author] = mapped_column(words(Author))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    client_id: Mapped[str | None]
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    stage: Mapped[Stage | None] = mapped_column(words(Stage))
    script: Mapped[str | None]
    buttons: Mapped[list[dict[str, Any]] | None]

    heard_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    language: Mapped[Language | None] = mapped_column(words(Language))
    intent: Mapped[str | None]
    kind: Mapped[Kind | None] = mapped_column(words(Kind))
    category: Mapped[Category | None] = mapped_column(words(Category))
    signals: Mapped[list[str] | None]
    emotion: Mapped[int | None]
    entities: Mapped[list[dict[str, Any]] | None]

    delivery: Mapped[Delivery | None] = mapped_column(words(Delivery))
    delivered_at: Mapped[datetime | None]
    delivery_error: Mapped[str | None]
    platform_id: Mapped[str | None]
    alarmed_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    staff: Mapped[Staff | None] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="message")
    edits: Mapped[list["Edit"]] = relationship(back_populates="message")


class Edit(Base):
    """A customer's later wording of a message; the first one stays as it was, evidence as much as it."""

    __tablename__ = "edits"
    __table_args__ = (UniqueConstraint("message_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    client_id: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]

    message: Mapped[Message] = relationship(back_populates="edits")


class Attachment(Base):
    """A photo, document or voice note sent as evidence; the bytes lie under ``path`` in the data folder."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    path: Mapped[str]
    at: Mapped[datetime]

    message: Mapped[Message] = relationship(back_populates="attachments")
