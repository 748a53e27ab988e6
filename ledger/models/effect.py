"""Effects already had: what makes one inbound message change the ledger once, however often it is run."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base


class Effect(Base):
    """The outcome of (inbound message, effect name), returned unchanged when the same is asked again."""

    __tablename__ = "effects"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    result: Mapped[dict[str, Any]]
