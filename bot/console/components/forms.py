"""Forms in a dialog: fields, a button that does it, and one that does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nicegui import ui

from bot.console.texts import Texts

PROPS = {
    "password": "type=password",
    "moment": "type=datetime-local stack-label",
    "day": "type=date stack-label",
    "number": "type=number",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, labelled with the text ``key`` or as it is; ``options`` make it a choice."""

    key: str
    kind: Literal["line", "text", "password", "moment", "day", "number", "yes", "choice", "several"] = "line"
    options: Mapping[Any, str] | None = None
    value: Any = None
    required: bool = True
    label: str | None = None


def build(say: Texts, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The inputs of ``fields``, by name."""
    return {name: _input(say, name, field) for name, field in fields.items()}


def values(say: Texts, fields: Mapping[str, Field], inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was entered; None, with the field marked, when something required is empty."""
    entered = {name: _stripped(inputs[name].value) for name in fields}
    empty = [name for name, field in fields.items() if field.required and not entered[name]]
    for name in empty:
        inputs[name].props(f'error error-message="{say("form.required")}"')
    return None if empty else entered


async def ask(
    say: Texts, title: str, submit: str, fields: Mapping[str, Field], *, about: str = ""
) -> dict[str, Any] | None:
    """Ask in a dialog, with a line ``about`` it; None when it was cancelled."""
    with ui.dialog() as dialog, ui.card().classes("qt-form"):
        ui.label(title).classes("qt-heading")
        if about:
            ui.label(about)
        inputs = build(say, fields)

        def done() -> None:
            if (entered := values(say, fields, inputs)) is not None:
                dialog.submit(entered)

        with ui.element("div").classes("qt-actions"):
            ui.button(submit, on_click=done).props("unelevated no-caps")
            ui.button(say("form.cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
    entered: dict[str, Any] | None = await dialog
    dialog.delete()
    return entered


def _input(say: Texts, name: str, field: Field) -> Any:
    label = field.label or say(field.key)
    if field.kind == "yes":
        return ui.checkbox(label, value=bool(field.value))
    if field.kind in ("choice", "several"):
        several = field.kind == "several"
        made: Any = ui.select(dict(field.options or {}), label=label, value=field.value, multiple=several)
    elif field.kind == "text":
        made = ui.textarea(label, value=field.value or "").props("autogrow")
    else:
        made = ui.input(label, value=field.value or "")
        made.props(PROPS.get(field.kind, ""))
    return made.props("outlined dense").classes("qt-wide")


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
