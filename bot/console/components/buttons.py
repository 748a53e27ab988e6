"""Pressing a button in a part of the page that may be built again meanwhile."""

from collections.abc import Awaitable, Callable

from nicegui import ui


def lasting(handler: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """``handler`` in the page's own place: its dialogs and answers outlive the row it was pressed in."""

    async def handle() -> None:
        with ui.context.client:
            await handler()

    return handle
