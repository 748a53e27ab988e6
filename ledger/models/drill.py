"""A drill (模拟演练, playbook D3): an incident that was played through the desk, and how it fared."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class Drill(Base):
    """One playing of a drill file.

    ``name`` is the file's without its ending, ``digest`` the SHA-256 of its bytes, ``script`` what it said
    (``ledger/drill_book.py``). Every length of its cases is divided by ``faster``. With ``cast`` the people
    are played too, by accounts of the drill. ``key_hash`` is the SHA-256 of the secret that opens its
    conversations, gone with its end. ``seen_at`` is the player's last sign of life. ``ending`` says why it
    ended: ``played``, ``stopped`` or ``lost``. ``report`` is a ``drill_report.DrillReport`` as JSON.
    """

    __tablename__ = "drills"
    __table_args__ = (Index("ix_drills_running", "started_at", postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str]
    script: Mapped[dict[str, Any]]
    faster: Mapped[int]
    cast: Mapped[bool]
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    started_by: Mapped[Staff | None] = relationship(foreign_keys=[started_by_id])
