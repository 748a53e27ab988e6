"""The counts of a day, kept so that a month's figures need not be counted anew (docs/growth.md)."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base


class FigureDay(Base):
    """What the cases opened on one day of the organisation's amount to.

    ``counts`` are numbers by name, all of which can be added to another day's; nothing is in them that cannot
    be counted again. ``entry_id`` is the last entry of the ledger that was surely seen.
    """

    __tablename__ = "figure_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    time_zone: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    entry_id: Mapped[int]
    counted_at: Mapped[datetime]
