"""The keyword counts of a day, kept so that a trend need not be counted anew (docs/opinion.md)."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.models.base import Base


class OpinionDay(Base):
    """How often each topic was named on one day of the organisation's, and with what feeling.

    ``counts`` are numbers by ``topic.hour.where.feeling``. ``wording`` names the topics' words and the time
    zone they were counted by; ``stale``: something of that day has changed since.
    """

    __tablename__ = "opinion_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    wording: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    stale: Mapped[bool]
    counted_at: Mapped[datetime | None]
