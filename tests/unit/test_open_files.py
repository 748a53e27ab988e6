"""A desk with thousands of chats needs as many open files."""

import resource

import pytest
import structlog

from bot.runtime import open_files


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What the process may have open, first as it is and then as it was set: soft and hard."""
    given = [(1024, 524_288)]
    monkeypatch.setattr(resource, "getrlimit", lambda kind: given[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: given.append(limits))
    return given


def test_the_limit_is_raised_as_far_as_chats_need_it(limits: list[tuple[int, int]]) -> None:
    open_files.allow_many()
    assert limits[1:] == [(open_files.ENOUGH, 524_288)]


def test_a_limit_that_is_high_enough_is_left_alone(limits: list[tuple[int, int]]) -> None:
    limits[0] = (20_000, 20_000)
    open_files.allow_many()
    assert limits[1:] == []


def test_where_the_system_allows_little_the_log_says_for_how_many_chats(
    limits: list[tuple[int, int]],
) -> None:
    limits[0] = (1024, 2048)
    with structlog.testing.capture_logs() as told:
        open_files.allow_many()
    assert limits[1:] == [(2048, 2048)]
    assert [(line["event"], line["limit"], line["chats"]) for line in told] == [
        ("desk.few_files", 2048, 1548)
    ]
