"""What the person at the terminal sees while things start: each step, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

NAME_WIDTH = 44


class Steps:
    """On a terminal a moving bar for each step under way and a line when it is done; elsewhere the line."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While the block runs, bars may move."""
        with self._bars:
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The block is one step; nothing is said of one that raises."""
        began = time.monotonic()
        bar = self._bars.add_task(name, total=None)
        try:
            yield
        finally:
            self._bars.remove_task(bar)
        self.say(f"{name:<{NAME_WIDTH}} {time.monotonic() - began:6.1f} s")

    def say(self, line: str) -> None:
        """One line, as it is."""
        self.console.print(line, markup=False)
