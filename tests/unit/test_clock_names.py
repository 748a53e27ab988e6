"""What a deadline is called where a case is one of many (decision 0030)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.console.components.clocks import clock_name
from bot.console.texts import texts
from ledger.views.clocks import ClockLine
from ledger.vocabulary import ClockKind, Language

SAY = texts(Language.ZH_HANS)
LEAK = ClockLine(
    id=1,
    kind=ClockKind.LEAK_TO_LEAD,
    complaint="QT-2026-000001",
    special=False,
    started_at=datetime(2026, 11, 2, tzinfo=UTC),
    due_at=None,
    left=None,
    stopped_at=None,
    stopped_by=None,
    stop_reason=None,
    breached_at=None,
    task=None,
    note=None,
    form="XM-2026-000001",
)
HEADQUARTERS = replace(LEAK, kind=ClockKind.HEADQUARTERS, form=None)


@pytest.mark.parametrize(
    ("clock", "graded", "name"),
    [
        (LEAK, False, "泄密报告保密负责人"),
        (LEAK, True, "处理单时限"),
        (HEADQUARTERS, True, "通知总部"),
    ],
)
def test_a_forms_deadline_does_not_tell_of_a_graded_case_what_happened(
    clock: ClockLine, graded: bool, name: str
) -> None:
    assert clock_name(SAY, clock, graded=graded) == name
