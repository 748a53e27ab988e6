"""The one line that is told of a part that could not start."""

import json
from pathlib import Path

import pytest

from bot.runtime.processes import complaint

REFUSED = """Traceback (most recent call last):
  File "channel.py", line 111, in _introduce
    raise TokenRefusedError(
bot.channels.telegram.channel.TokenRefusedError: Telegram refuses TELEGRAM_BOT_TOKEN

ERROR:    Application startup failed. Exiting.
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (REFUSED, "Telegram refuses TELEGRAM_BOT_TOKEN"),
        ("ready\nValueError: no such model\n", "ValueError: no such model"),
        ("\x1b[31mFATAL: disk full\x1b[0m\nbye\n", "FATAL: disk full"),
        ("starting\nstopping\n", "stopping"),
        ("", "it said nothing"),
        (json.dumps({"event": REFUSED}), "Telegram refuses TELEGRAM_BOT_TOKEN"),
    ],
)
def test_the_line_that_says_most_is_told(tmp_path: Path, said: str, told: str) -> None:
    log = tmp_path / "desk.log"
    log.write_text(said)
    assert complaint(log) == told
