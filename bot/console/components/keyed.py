"""A list on a page in which only what changed is built again."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from nicegui import ui

Row = TypeVar("Row")


class KeyedList(Generic[Row]):
    """Rows built by ``build``, told apart by ``key``; ``empty`` is said when there is none.

    A ``heading`` stands above them with their number.
    """

    def __init__(
        self,
        key: Callable[[Row], Hashable],
        build: Callable[[Row], None],
        *,
        heading: str = "",
        empty: str = "",
        classes: str = "qt-list",
    ) -> None:
        self._key, self._build = key, build
        self._shown: dict[Hashable, tuple[Row, ui.element]] = {}
        self._count = _heading(heading) if heading else None
        self._container = ui.element("div").classes(classes)
        self._empty = ui.label(empty).classes("qt-empty")
        self._empty.set_visibility(False)

    def show(self, rows: Sequence[Row]) -> bool:
        """Bring the list to ``rows``, in their order; True when there are new ones among them."""
        keys = [self._key(row) for row in rows]
        grown = not self._shown.keys() >= set(keys)
        for gone in self._shown.keys() - set(keys):
            self._shown.pop(gone)[1].delete()
        for place, (key, row) in enumerate(zip(keys, rows, strict=True)):
            self._show(key, row, place)
        if self._count:
            self._count.set_text(str(len(rows)) if rows else "")
        self._container.set_visibility(bool(rows))
        self._empty.set_visibility(bool(self._empty.text) and not rows)
        return grown

    def _show(self, key: Hashable, row: Row, place: int) -> None:
        before = self._shown.get(key)
        if before is None:
            with self._container:
                element = ui.element("div").classes("qt-row")
        else:
            element = before[1]
        if before is None or before[0] != row:
            element.clear()
            with element:
                self._build(row)
        if self._container.default_slot.children[place] is not element:
            element.move(self._container, target_index=place)
        self._shown[key] = (row, element)


def _heading(text: str) -> ui.label:
    """A heading; gives the place of the number in it."""
    with ui.element("h2").classes("qt-heading"):
        ui.label(text)
        return ui.label().classes("qt-count")
