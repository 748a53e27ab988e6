"""The policy in words: what stands in a section, what changed, and what is unlike shipped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from bot.policy_meanings import meanings
from ledger.views.policy_changes import PolicyChange
from ledger.vocabulary import Language

VEIL: Final = "*" * 10
COLUMNS: Final = 6
SHOWN: Final = 8


def in_words(visit: Visit, value: Any) -> str:
    """A value of the policy on one line; texts in the reader's language, secrets not at all."""
    say = visit.texts
    if value is None or value == "" or value == [] or value == {}:
        return say("policy.absent")
    if isinstance(value, bool):
        return say("entry.yes" if value else "entry.no")
    if isinstance(value, list):
        between = "\n" if all(_is_text(one) for one in value) else say("format.and")
        return between.join(in_words(visit, one) for one in value)
    if _is_text(value):
        return str(value[say.language])
    if isinstance(value, dict):
        set_ones = {key: one for key, one in value.items() if one is not None}
        return say("format.and").join(f"{key} {in_words(visit, one)}" for key, one in set_ones.items())
    return say("policy.hidden") if value == VEIL else str(value)


def values(visit: Visit, key: str, section: Any, standard: Mapping[str, Any], was: str) -> None:
    """All of a section, as rows and tables; ``standard`` is what it is compared with, told by ``was``."""
    drawn = _Values(visit, standard, was)
    drawn.meaning(key)
    if _rows(section):
        drawn.table(key, section)
    elif section:
        drawn.group(key, section if isinstance(section, dict) else {})
    else:
        ui.label(visit.texts("policy.empty")).classes("qt-dim")


def change(visit: Visit, key: str, was: Any, is_now: Any) -> None:
    """``old → new`` of one key; of a list only what came and went."""
    with ui.element("div").classes("qt-change"):
        ui.label(key).classes("qt-code")
        if was == is_now:
            ui.label(visit.texts("policy.secret"))
        elif isinstance(was, list) and isinstance(is_now, list):
            _list_change(visit, was, is_now)
        else:
            with ui.element("div").classes("qt-line"):
                ui.label(in_words(visit, was)).classes("qt-gone")
                ui.label("→")
                ui.label(in_words(visit, is_now)).classes("qt-strong qt-text")


def history(visit: Visit, found: Sequence[PolicyChange], section: str | None = None) -> None:
    """Changes with who and when, in the order given; of a ``section`` what changed there."""
    for one in found:
        with ui.element("div").classes("qt-row"):
            _told(visit, one, [key for key in one.keys if section in (None, key.partition(".")[0])])


def _told(visit: Visit, one: PolicyChange, keys: Sequence[str]) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        ui.label(visit.when(one.at)).classes("qt-dim")
        ui.label(one.who or say("policy.by_file")).classes("qt-strong")
    if one.reason:
        ui.label(say("entry.reason", reason=one.reason)).classes("qt-text")
    if one.whole:
        ui.label(say("policy.whole", count=len(keys))).classes("qt-dim")
        return
    for key in keys[:SHOWN]:
        change(visit, key, one.before.get(key), one.after.get(key))
    if len(keys) > SHOWN:
        ui.label(say("policy.more", count=len(keys) - SHOWN)).classes("qt-dim")
    if not keys:
        ui.label(say("policy.only_comments")).classes("qt-dim")


def _list_change(visit: Visit, was: list[Any], is_now: list[Any]) -> None:
    say = visit.texts
    gone = [one for one in was if one not in is_now]
    new = [one for one in is_now if one not in was]
    for item in gone:
        ui.label(say("policy.item_gone", item=in_words(visit, item))).classes("qt-gone qt-text")
    for item in new:
        ui.label(say("policy.item_new", item=in_words(visit, item))).classes("qt-strong qt-text")
    if not gone and not new:
        ui.label(say("policy.item_order", items=in_words(visit, is_now))).classes("qt-text")


class _Values:
    """Draws values, marking those that are unlike ``standard``."""

    def __init__(self, visit: Visit, standard: Mapping[str, Any], was: str) -> None:
        self.visit, self.standard, self.was = visit, standard, was

    def group(self, place: str, section: Mapping[str, Any], prefix: str = "") -> None:
        """The keys of a mapping, those below it with it; tables after what is one line."""
        tables = [name for name, value in section.items() if _rows(value)]
        for name in sorted(section, key=lambda name: name in tables):
            here, label, value = f"{place}.{name}", f"{prefix}{name}", section[name]
            if name in tables:
                ui.label(label).classes("qt-code qt-strong")
                self.meaning(here)
                self.table(here, value)
            elif isinstance(value, dict) and value and not _is_text(value):
                self.group(here, value, f"{label}.")
            elif value is not None:
                self._row(here, label, value)

    def table(self, place: str, section: Any) -> None:
        """Rows of the same kind side by side."""
        rows = _rows(section)
        columns = list(dict.fromkeys(name for _, row in rows for name in row))
        if isinstance(section, list):
            self._mark(place, section)
        with ui.element("div").classes("qt-scroll"), ui.element("table").classes("qt-table qt-policy-table"):
            with ui.element("tr"):
                for title in ["", *columns] if isinstance(section, dict) else columns:
                    with ui.element("th").classes("qt-code"):
                        ui.label(title)
            for name, row in rows:
                self._table_row(place, name if isinstance(section, dict) else "", row, columns)

    def _table_row(self, place: str, name: str, row: Mapping[str, Any], columns: Sequence[str]) -> None:
        with ui.element("tr"):
            if name:
                with ui.element("td").classes("qt-code"):
                    ui.label(name)
            for column in columns:
                value = row.get(column)
                with ui.element("td"):
                    ui.label("" if value in (None, []) else in_words(self.visit, value)).classes("qt-text")
                    if name:
                        self._mark(f"{place}.{name}.{column}", value)

    def _row(self, place: str, label: str, value: Any) -> None:
        with ui.element("div").classes("qt-policy-row"):
            ui.label(label).classes("qt-code")
            with ui.element("div").classes("qt-line"):
                ui.label(in_words(self.visit, value)).classes("qt-strong qt-text")
                self._mark(place, value)
            self.meaning(place)

    def meaning(self, place: str) -> None:
        """What it decides, where the documentation says so in a line."""
        if told := meanings().get(place):
            ui.label(told).classes("qt-dim").props("lang=en")

    def _mark(self, place: str, value: Any) -> None:
        """That it is unlike the standard, and what that says."""
        if dict(_flat(place, value)) != (then := _below(self.standard, place)):
            said = in_words(self.visit, then.get(place)) if place in then or not then else ""
            marks.tag(self.visit.texts(self.was, value=said), "warn").classes("qt-wrapping")


def _is_text(value: Any) -> bool:
    """Whether it is a text in every language."""
    return isinstance(value, dict) and value.keys() == set(Language)


def _rows(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows of what is a table: several mappings of few keys, alike; none where it is something else."""
    named = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        named = [(str(place), one) for place, one in enumerate(value)]
    if len(named) < 2 or not all(isinstance(one, dict) and one and not _is_text(one) for _, one in named):
        return []
    columns = [set(one) for _, one in named]
    return named if len(set.union(*columns)) <= COLUMNS and set.intersection(*columns) else []


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{place}.{name}", one)
    elif value is not None:
        yield place, value


def _below(standard: Mapping[str, Any], place: str) -> dict[str, Any]:
    return {key: value for key, value in standard.items() if key == place or key.startswith(f"{place}.")}
