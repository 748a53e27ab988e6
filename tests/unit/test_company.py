"""Who else looks at a conversation, by the news of their pages."""

from datetime import UTC, datetime, timedelta

from bot.console.company import GONE_AFTER, SAID_EVERY, WRITES_FOR, Company
from bot.live import News

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ME, LI = 1, 2


def said(staff: int, *, writing: bool = False) -> News:
    return {"topic": "staff_here", "conversation": 7, "staff": staff, "name": "李霞", "writing": writing}


def test_a_page_of_ones_own_is_no_company() -> None:
    company = Company(ME)
    assert not company.note(said(ME), NOON)
    assert company.reading(NOON) == []


def test_a_newcomer_is_greeted_once() -> None:
    company = Company(ME)
    assert company.note(said(LI), NOON)
    assert not company.note(said(LI), NOON + timedelta(seconds=SAID_EVERY))


def test_who_says_nothing_more_has_gone_and_is_new_when_back() -> None:
    company = Company(ME)
    company.note(said(LI), NOON)
    assert company.reading(NOON + GONE_AFTER) == ["李霞"]
    later = NOON + GONE_AFTER + timedelta(seconds=1)
    assert company.reading(later) == []
    assert company.note(said(LI), later)


def test_who_writes_is_seen_writing_for_some_seconds() -> None:
    company = Company(ME)
    company.note(said(LI, writing=True), NOON)
    company.note(said(LI), NOON + timedelta(seconds=1))
    assert company.writing(NOON + WRITES_FOR) == ["李霞"]
    assert company.writing(NOON + WRITES_FOR + timedelta(seconds=1)) == []


def test_a_page_that_is_open_is_never_taken_for_gone() -> None:
    assert timedelta(seconds=SAID_EVERY) * 2 < GONE_AFTER
