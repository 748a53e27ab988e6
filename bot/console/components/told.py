"""What was told so far, and how it felt, for whoever takes the case up and asks nothing twice (A9, C7)."""

from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from bot.console.components import marks
from bot.console.texts import Texts
from ledger.views.told import FactLine, Feeling
from ledger.vocabulary import FactKind


def facts_told(say: Texts, told: Sequence[FactLine]) -> None:
    """Every fact in the customer's words; a corrected one is struck through, its successor behind it."""
    if not told:
        return
    ui.label(say("case.facts")).classes("qt-strong")
    with ui.element("div").classes("qt-facts qt-told"):
        for fact in told:
            if not any(older.replaced_by == fact.id for older in told):
                ui.label(say.word("fact", fact.kind))
                with ui.element("div").classes("qt-line"):
                    _with_successors(fact, {one.id: one for one in told})


def in_words(fact: FactLine) -> str:
    """What was said, and the day it means where the words do not tell."""
    if fact.kind is FactKind.DATE and fact.value != fact.said:
        return f"{fact.said} ({fact.value})"
    return fact.said


def feelings(say: Texts, trail: Sequence[Feeling]) -> None:
    """The emotion trail, stage by stage."""
    if not trail:
        return
    ui.label(say("case.feelings")).classes("qt-strong")
    with ui.element("div").classes("qt-line qt-feelings"):
        for stage, felt in groupby(trail, key=lambda feeling: feeling.stage):
            marks.stage(say, stage)
            marks.trail(say, [feeling.level for feeling in felt])


def _with_successors(fact: FactLine, by_id: dict[int, FactLine]) -> None:
    if fact.replaced_by is None:
        ui.label(in_words(fact))
        return
    with ui.element("s").classes("qt-dim"):
        ui.label(in_words(fact))
    _with_successors(by_id[fact.replaced_by], by_id)
