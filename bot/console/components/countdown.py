"""A countdown that ticks in the browser, on the server's clock."""

from datetime import datetime

from nicegui.element import Element

from bot.console.visit import Visit


class Countdown(Element, component="countdown.js"):
    """Time left to ``due``, every second; red with the time passed once it is over."""

    def __init__(self, visit: Visit, due: datetime) -> None:
        super().__init__()
        self._props["due"] = round(due.timestamp() * 1000)
        self._props["now"] = round(visit.now.timestamp() * 1000)
        self._props["left"] = visit.texts("clock.left", time="{time}")
        self._props["days"] = visit.texts("clock.days", days="{days}", hours="{hours}")
        self._props["over"] = visit.texts("clock.over", time="{time}")
