"""What customers think of the outcome (playbook C1): of cases solved in a period, how many told, and what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case
from ledger.views.real import real_cases

LATEST: Final = 8


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one customer said of the outcome of their case."""

    number: str
    rating: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Opinions:
    """``solved`` cases of the period, how many were ``rated`` with how many stars; the latest words."""

    solved: int
    rated: Mapping[int, int]
    latest: Sequence[Opinion]

    @property
    def share(self) -> float | None:
        """0 to 1, of the solved cases whose customer rated the outcome; None when none was solved."""
        return sum(self.rated.values()) / self.solved if self.solved else None


async def opinions(session: AsyncSession, *, since: datetime, until: datetime) -> Opinions:
    """The opinions on the cases solved from ``since`` up to ``until``."""
    solved = (Case.resolved_at >= since, Case.resolved_at < until, real_cases())
    counted = await session.execute(select(Case.rating, func.count()).where(*solved).group_by(Case.rating))
    stars = {rating: count for rating, count in counted}
    said = select(Case.number, Case.rating, Case.opinion).where(*solved, Case.opinion.is_not(None))
    latest = await session.execute(said.order_by(Case.resolved_at.desc()).limit(LATEST))
    return Opinions(
        solved=sum(stars.values()),
        rated={rating: stars.get(rating, 0) for rating in range(5, 0, -1)},
        latest=[Opinion(number, rating, words or "") for number, rating, words in latest],
    )
