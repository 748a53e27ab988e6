"""Who had a case, read off its book (playbook D8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.views.complaints import EntryLine
from ledger.views.handovers import holdings
from ledger.vocabulary import ActorKind

BEGAN = datetime(2026, 11, 23, 4, tzinfo=UTC)


def book(*lines: tuple[float, str, dict[str, Any]]) -> list[EntryLine]:
    return [
        EntryLine(
            position=place,
            at=BEGAN + timedelta(hours=hours),
            actor_kind=ActorKind.STAFF,
            actor="lin",
            action=action,
            reason="太忙",
            before=None,
            after=after,
            hash="",
        )
        for place, (hours, action, after) in enumerate(lines, 1)
    ]


def told(entries: list[EntryLine], hours: float) -> list[tuple[str | None, str | None, float]]:
    now = BEGAN + timedelta(hours=hours)
    found = holdings(entries, [], now=now)
    return [(one.owner, one.department, one.lasted(now) / timedelta(hours=1)) for one in found]


OPENED = (0.0, "case.opened", {"owner": "wang", "department": "sales"})


def test_each_hand_over_ends_one_holding_and_begins_the_next() -> None:
    entries = book(OPENED, (2, "case.assigned", {"owner": "chen"}))
    assert told(entries, 5) == [("wang", "sales", 2), ("chen", "sales", 3)]


def test_the_department_changes_without_the_person() -> None:
    entries = book(OPENED, (2, "case.assigned", {"department": "after_sales"}))
    assert told(entries, 3) == [("wang", "sales", 2), ("wang", "after_sales", 1)]


def test_what_is_over_is_nobodys_until_it_is_reopened() -> None:
    entries = book(OPENED, (1, "case.resolved", {}), (9, "case.reopened", {}))
    assert told(entries, 10) == [("wang", "sales", 1), ("wang", "sales", 1)]


def test_what_was_corrected_in_the_same_moment_was_never_held() -> None:
    entries = book(OPENED, (0, "case.assigned", {"owner": None}), (0, "case.assigned", {"owner": "chen"}))
    assert told(entries, 1) == [("chen", "sales", 1)]


def test_the_customers_time_is_told_apart() -> None:
    entries = book(
        OPENED, (1, "case.waiting", {}), (2, "case.assigned", {"owner": "chen"}), (5, "case.waited", {})
    )
    found = holdings(entries, [], now=BEGAN + timedelta(hours=6))
    assert [one.waited for one in found] == [timedelta(hours=1), timedelta(hours=3)]


def test_who_gave_it_and_why_stands_beside_it() -> None:
    [first] = holdings(book(OPENED), [], now=BEGAN)
    assert (first.given_by, first.reason) == ("lin", "太忙")
