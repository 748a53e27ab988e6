"""What the processes write down (docs/operations.md, "Logs")."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from ledger import logs

SAID = "我的电话是13800138000"


class Written(io.StringIO):
    """A stream that remembers what was logged."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    stream = Written()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    logs.configure(stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def test_a_line_is_one_object_with_time_level_event_and_ids(written: Written) -> None:
    structlog.get_logger("bot.turns").info("turn.answered", conversation=7, message=12)

    [line] = written.lines
    assert (line["level"], line["event"], line["conversation"], line["message"]) == (
        "info",
        "turn.answered",
        7,
        12,
    )
    assert line["at"].endswith("Z")


def test_what_is_bound_to_a_job_stands_in_every_line_of_it(written: Written) -> None:
    with structlog.contextvars.bound_contextvars(job=3, conversation=7):
        structlog.get_logger("bot.turns").warning("message.unheard")
        logging.getLogger("telegram").warning("too slow")

    assert [(line["job"], line["conversation"]) for line in written.lines] == [(3, 7), (3, 7)]


def test_an_exception_is_told_by_kind_and_place_and_never_by_its_words(written: Written) -> None:
    try:
        raise ValueError(SAID)
    except ValueError:
        structlog.get_logger("bot.api").exception("api.unexpected")
        logging.getLogger("procrastinate").exception("it failed")

    assert [line["error"] for line in written.lines] == ["ValueError", "ValueError"]
    assert all("test_logs.py" in line["where"][-1] for line in written.lines)
    assert SAID not in written.getvalue()


def test_libraries_tell_only_what_went_wrong(written: Written) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://example.org/bot123:token/sendMessage")

    assert written.lines == []
