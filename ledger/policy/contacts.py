"""Contacts outside that are kept for a crisis (联络名录, playbook D6; docs/contacts.md)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.form_book import book
from ledger.parts import Duration, Part
from ledger.vocabulary import ContactKind


class Contacts(Part):
    """Who reads them, how often they are visited, and where they stand ready.

    ``read_by``: the departments whose people read all of them, besides supervisors and whoever keeps one.
    ``visit_every``: how often somebody calls on a contact of a kind that has no interval of its own.
    ``beside``: which kinds stand beside an open form of a kind, the most needed first.
    """

    read_by: tuple[str, ...] = ()
    visit_every: Mapping[ContactKind, Annotated[Duration, Field(gt=timedelta())]]
    beside: Mapping[str, tuple[ContactKind, ...]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if lacking := [kind for kind in ContactKind if kind not in self.visit_every]:
            raise ValueError(f"visit_every: none for {', '.join(lacking)}")
        if unknown := sorted(set(self.beside) - set(book())):
            raise ValueError(f"beside: no such form: {', '.join(unknown)}")
        return self

    def every(self, kind: ContactKind, days: int | None) -> timedelta:
        """How often a contact is visited; ``days`` is its own interval, None the one of its kind."""
        return timedelta(days=days) if days else self.visit_every[kind]
