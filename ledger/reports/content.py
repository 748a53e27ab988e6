"""What stands in a report: figures beside those of before, rows of lists, what was asked for, sentences.

All of it is kept without words, so that everybody reads it in their own language, years later too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from ledger.lists import Row
from ledger.sentences import Sentence
from ledger.vocabulary import Feeling, MentionKind


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Part):
    """A number; ``about`` is the key of the text that says of what (``category.fee_dispute``).

    ``before`` is what it was in the report before, None when there was none.
    """

    about: str
    value: int
    before: int | None = None


class Note(_Part):
    """Something a person wrote, in form ``number``; ``department`` is that person's, a key."""

    number: str
    who: str
    department: str | None
    text: str


class Quote(_Part):
    """Something said elsewhere, in ``mention`` (its id): the headline or the beginning, not by whom.

    ``complaint`` is the number of its case.
    """

    mention: int
    kind: MentionKind
    feeling: Feeling | None
    said: str
    url: str | None
    reach: int | None
    published_at: datetime
    complaint: str | None


class Section(_Part):
    """A part of a report under the heading ``report_section.<key>``; ``more``: rows that are left out."""

    key: str
    figures: tuple[Figure, ...] = ()
    rows: tuple[Row, ...] = ()
    more: int = 0
    notes: tuple[Note, ...] = ()
    quotes: tuple[Quote, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it has nothing to say."""
        told = self.rows or self.notes or self.quotes
        return not (told or any(figure.value or figure.before for figure in self.figures))


class Content(_Part):
    """A whole report: ``analysis`` is what its figures amount to, the most telling sentence first."""

    analysis: tuple[Sentence, ...] = ()
    sections: tuple[Section, ...] = ()

    def section(self, key: str) -> Section:
        """The section with this key, empty if there is none."""
        return next((section for section in self.sections if section.key == key), Section(key=key))

    def figure(self, section: str, about: str) -> Figure | None:
        """A section's figure about something."""
        found = (figure for figure in self.section(section).figures if figure.about == about)
        return next(found, None)

    def beside(self, before: Self | None) -> Self:
        """The same with every figure beside what it was; what is gone since stands there as 0."""
        if before is None:
            return self
        sections = (_beside(section, before.section(section.key)) for section in self.sections)
        return self.model_copy(update={"sections": tuple(sections)})


def _beside(section: Section, before: Section) -> Section:
    was = {figure.about: figure.value for figure in before.figures}
    now = {figure.about: figure.value for figure in section.figures}
    gone = [Figure(about=about, value=0) for about, value in was.items() if value and about not in now]
    figures = [*section.figures, *gone]
    return section.model_copy(
        update={"figures": tuple(one.model_copy(update={"before": was.get(one.about, 0)}) for one in figures)}
    )


def figures(counts: Sequence[tuple[str, int]]) -> tuple[Figure, ...]:
    """Figures from what they are about and how many."""
    return tuple(Figure(about=about, value=value) for about, value in counts)
