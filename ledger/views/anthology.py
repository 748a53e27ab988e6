"""The case anthology (案例选编, playbook C1): what was published, found by words or by likeness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Final

from sqlalchemy import Select, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Form, FormStep
from ledger.services.stories import KIND, PUBLISHED
from ledger.vocabulary import Category, Language
from ledger.words import Words, pieces

MOST: Final = 1_000
ALIKE: Final = 0.08
"""From which share of common pieces on (0 to 1) two texts tell of something alike."""
SAME_KIND: Final = 0.05
"""What being a complaint of the same kind counts beside common words."""


@dataclass(frozen=True, slots=True)
class Story:
    """A published case. ``category`` and ``language`` are the case's; its number stays with the desk."""

    number: str
    title: str
    problem: str
    course: str
    turning_point: str
    opinion: str
    lesson: str
    category: Category | None
    language: Language
    published_at: datetime


async def published(session: AsyncSession, words: str = "") -> list[Story]:
    """The published stories that contain every one of ``words``, the newest first."""
    wanted = _published()
    for word in words.split():
        if pattern := Words(word).pattern:
            wanted = wanted.where(cast(Form.filled, Text).op("~")(pattern))
    return [_story(*row) for row in await session.execute(wanted)]


async def similar(
    session: AsyncSession, told: str, category: Category | None, *, limit: int = 3
) -> list[Story]:
    """The stories most like what was told, the likest first: common words, and the same kind of complaint."""
    mine = pieces(told)
    if not mine:
        return []
    rated = [(_likeness(mine, story, category), story) for story in await published(session)]
    alike = sorted((one for one in rated if one[0] >= ALIKE), key=lambda one: -one[0])
    return [story for _, story in alike[:limit]]


def _likeness(mine: frozenset[str], story: Story, category: Category | None) -> float:
    theirs = pieces(f"{story.title} {story.problem}")
    common = len(mine & theirs) / sqrt(len(mine) * max(len(theirs), 1))
    same = category is not None and category is story.category
    return common + (SAME_KIND if same and common else 0)


def _published() -> Select[Form, Category | None, Language, datetime]:
    given = (FormStep.form_id == Form.id) & (FormStep.name == "publish")
    chosen = select(Form, Case.category, Case.language, FormStep.at).join(FormStep, given)
    chosen = chosen.join(Case, Case.id == Form.case_id)
    chosen = chosen.where(Form.kind == KIND, Form.state == PUBLISHED)
    return chosen.order_by(FormStep.at.desc(), Form.id.desc()).limit(MOST)


def _story(form: Form, category: Category | None, language: Language, at: datetime) -> Story:
    told = {part: form.filled.get(part) or "" for part in STORY}
    return Story(number=form.number, category=category, language=language, published_at=at, **told)


STORY: Final[Sequence[str]] = ("title", "problem", "course", "turning_point", "opinion", "lesson")
