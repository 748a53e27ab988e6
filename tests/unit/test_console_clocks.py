"""What is left of a clock that stands still is written like a countdown."""

import pytest

from bot.console.components.clocks import span


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "00:00"), (65, "01:05"), (3600, "1:00:00"), (86399, "23:59:59"), (93784, "1d 02:03:04")],
)
def test_a_length_is_written_as_the_countdown_writes_it(seconds: int, written: str) -> None:
    assert span(seconds) == written
