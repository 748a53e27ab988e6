"""The roster (值班表): who is on duty in a department when (playbook B4)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Time
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base
from ledger.models.staff import Staff


class DutyShift(Base):
    """Hours in which somebody is on duty: on one ``day``, or every week on a ``weekday`` (0 is Monday).

    One that closes before it opens, or when it opens, ends on the next day. On a day that has shifts of its
    own the weekly ones do not count. The times are those of ``time_zone``.
    """

    __tablename__ = "duty_shifts"
    __table_args__ = (CheckConstraint("(day IS NULL) <> (weekday IS NULL)", name="day_or_weekday"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date | None]
    weekday: Mapped[int | None]
    opens: Mapped[time] = mapped_column(Time())
    closes: Mapped[time] = mapped_column(Time())
    time_zone: Mapped[str]

    staff: Mapped[Staff] = relationship()

    def is_on(self, day: date) -> bool:
        """Whether it begins on ``day``, dated shifts of that day aside."""
        return self.day == day if self.day else self.weekday == day.weekday()

    def runs(self, day: date, now: datetime) -> bool:
        """Whether it runs at ``now`` (aware) if it begins on ``day``."""
        zone, until = ZoneInfo(self.time_zone), day + timedelta(days=self.closes <= self.opens)
        return (
            datetime.combine(day, self.opens, zone).astimezone(now.tzinfo)
            <= now
            < datetime.combine(until, self.closes, zone).astimezone(now.tzinfo)
        )

    def today(self, now: datetime) -> date:
        """The day it is where the shift is kept."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()
