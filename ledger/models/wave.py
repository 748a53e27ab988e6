"""Waves: complaints with something in common, more of them than chance explains (四级预警, playbook B5)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.staff import Staff
from ledger.vocabulary import WarningLevel, WaveKind


class Wave(Base):
    """A warning from its beginning (``since``) to its end (``until``), with its ``level`` as of now.

    ``subject`` is the category, the place or the product. ``count`` complaints came in the ``minutes`` before
    ``counted_at``, where ``expected`` are usual: as of the last time that was a warning. ``lower_since``: so
    long the level it has is not reached any more. Who acknowledged knew the level of then: one that rises has
    to be acknowledged again.
    """

    __tablename__ = "waves"
    __table_args__ = (
        Index("uq_waves_open", "kind", "subject", unique=True, postgresql_where=text("until IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[WaveKind] = mapped_column(words(WaveKind))
    subject: Mapped[str]
    level: Mapped[WarningLevel] = mapped_column(words(WarningLevel))
    count: Mapped[int]
    expected: Mapped[float]
    minutes: Mapped[int]
    counted_at: Mapped[datetime]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    lower_since: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None]

    acknowledged_by: Mapped[Staff | None] = relationship()
