"""Moments as people say them become dates, by when and where they were said."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.moments import resolve

A_SUNDAY = datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("moment", "iso"),
    [
        ("-P1D", "2026-11-21"),
        ("+P1D", "2026-11-23"),
        ("-P1DT16:00", "2026-11-21T16:00"),
        ("-P1W", "2026-W46"),
        ("-P1W-3", "2026-11-11"),
        ("-P0W-3", "2026-11-18"),
        ("-P3M", "2026-08"),
        ("-P11M", "2025-12"),
        ("-P1M-18", "2026-10-18"),
        ("-P1Y", "2025"),
        ("-P1Y-03", "2025-03"),
        ("-P1Y-03-15", "2025-03-15"),
        ("-PT2H", "2026-11-22T14:30"),
        ("-W-7", "2026-11-15"),
        ("-W-6", "2026-11-21"),
        ("--03", "2026-03"),
        ("--12", "2025-12"),
        ("--11-22", "2026-11-22"),
        ("--12-24", "2025-12-24"),
        ("---18", "2026-11-18"),
        ("---30", "2026-10-30"),
    ],
)
def test_a_moment_is_counted_from_when_it_was_said(moment: str, iso: str) -> None:
    assert resolve(moment, A_SUNDAY) == iso


@pytest.mark.parametrize("moment", ["2026-11-18", "2026-11", "2026", "T16:00", "2026-03-01T09:15"])
def test_what_is_a_date_already_stays_as_it_is(moment: str) -> None:
    assert resolve(moment, A_SUNDAY) == moment


@pytest.mark.parametrize("moment", ["--02-30", "--13-01", "-P9999999999D", "-P3000Y", "soon", ""])
def test_what_is_no_day_is_kept_as_it_was_heard(moment: str) -> None:
    assert resolve(moment, A_SUNDAY) == moment


def test_after_midnight_at_the_desk_yesterday_is_the_day_the_customer_means() -> None:
    just_after_midnight = datetime(2026, 11, 22, 16, 5, tzinfo=ZoneInfo("UTC"))
    there = just_after_midnight.astimezone(ZoneInfo("Asia/Shanghai"))
    assert resolve("-P1D", there) == "2026-11-22"
