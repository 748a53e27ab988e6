"""Forms: known fields fill themselves, steps lead on, a second person is another one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger import form_book
from ledger.errors import (
    AlreadyOpen,
    Missing,
    NoSuchForm,
    NotAllowed,
    NotExtendable,
    NotThisStep,
    SecondPerson,
    WrongValue,
)
from ledger.models import Clock, Entry, Form, Notice, Staff
from ledger.services import forms
from ledger.views.forms import FormDetail, form, open_forms
from ledger.vocabulary import ClockKind, NoticeKind, Role, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld

FORMS = Path(__file__).parents[1] / "data" / "forms"
TO_THE_PRESS = replace(COMPLAINT, signals=(Signal.MEDIA_THREAT,))


@pytest.fixture(autouse=True)
def test_forms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The book of forms holds those of ``tests/data/forms`` alone."""
    monkeypatch.setattr(form_book, "FOLDER", FORMS)
    form_book.book.cache_clear()
    yield
    form_book.book.cache_clear()


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def zhao(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


async def opened(world: LedgerWorld, staff: Staff, kind: str = "outing", **differs: Any) -> str:
    number = differs.pop("number", None) or (await world.complains()).number
    found = await world.do(
        lambda session: forms.open_form(
            session, kind=kind, number=number, staff=staff, policy=world.policy, now=world.now, **differs
        )
    )
    return found.number


async def fills(world: LedgerWorld, number: str, staff: Staff, **filled: Any) -> None:
    await world.do(
        lambda session: forms.fill(
            session, number=number, filled=filled, staff=staff, policy=world.policy, now=world.now
        )
    )


async def takes(
    world: LedgerWorld, number: str, step: str, staff: Staff, reason: str | None = None, **entered: Any
) -> None:
    await world.do(
        lambda session: forms.take_step(
            session,
            number=number,
            step=step,
            staff=staff,
            policy=world.policy,
            now=world.now,
            entered=entered,
            reason=reason,
        )
    )


async def read(world: LedgerWorld, number: str) -> FormDetail:
    found = await world.do(lambda session: form(session, number))
    assert found is not None
    return found


async def clocks_of(world: LedgerWorld, kind: ClockKind) -> list[Clock]:
    return await world.all(select(Clock).where(Clock.kind == kind))


async def said_of(world: LedgerWorld, number: str) -> list[tuple[str, Mapping[str, Any] | None]]:
    entries = await world.all(select(Entry).where(Entry.action.like("form.%")).order_by(Entry.id))
    return [(entry.action, entry.after) for entry in entries if (entry.after or {}).get("form") == number]


async def test_a_form_has_a_number_of_its_own_and_begins_in_its_first_state(desk_ledger, wang):
    found = await read(desk_ledger, await opened(desk_ledger, wang))
    assert found.line.number.startswith("TT-2026-")
    assert (found.line.state, found.line.opened_by) == ("planned", "王芳")


async def test_what_the_desk_knows_fills_itself_in_and_is_not_stored(desk_ledger, wang):
    number = await opened(desk_ledger, wang)
    assert (await read(desk_ledger, number)).values["story"] == "冰箱坏了"
    assert [row.filled for row in await desk_ledger.all(select(Form))] == [{}]


async def test_what_people_enter_stands_before_what_the_desk_knows_until_it_is_taken_out(desk_ledger, wang):
    number = await opened(desk_ledger, wang)
    await fills(desk_ledger, number, wang, story="压缩机不转")
    assert (await read(desk_ledger, number)).values["story"] == "压缩机不转"
    await fills(desk_ledger, number, wang, story="")
    assert (await read(desk_ledger, number)).values["story"] == "冰箱坏了"


async def test_a_step_that_lacks_a_field_names_it_and_changes_nothing(desk_ledger, wang):
    number = await opened(desk_ledger, wang)
    with pytest.raises(Missing, match="place"):
        await takes(desk_ledger, number, "go", wang)
    assert (await read(desk_ledger, number)).missing == ["place", "back_on"]
    assert (await read(desk_ledger, number)).line.state == "planned"


async def test_a_step_leads_on_starts_its_clock_and_tells_people(desk_ledger, wang, zhao):
    number = await opened(desk_ledger, wang, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", wang)
    assert (await read(desk_ledger, number)).line.state == "out"
    (clock,) = await clocks_of(desk_ledger, ClockKind.PETITION_CLOSED)
    assert clock.due_at == desk_ledger.now + timedelta(days=60)
    told = await desk_ledger.all(select(Notice).where(Notice.kind == NoticeKind.FORM))
    assert {notice.staff_id for notice in told} == {zhao.id}


async def test_a_step_from_another_state_is_refused(desk_ledger, wang):
    with pytest.raises(NotThisStep):
        await takes(desk_ledger, await opened(desk_ledger, wang), "come_back", wang)


async def test_a_step_asks_for_its_role_and_its_reason(desk_ledger, wang, zhao):
    number = await opened(desk_ledger, wang)
    with pytest.raises(NotAllowed):
        await takes(desk_ledger, number, "call_off", wang, reason="下雨")
    with pytest.raises(Missing, match="reason"):
        await takes(desk_ledger, number, "call_off", zhao)
    await takes(desk_ledger, number, "call_off", zhao, reason="下雨")
    assert (await read(desk_ledger, number)).line.closed_at is not None


async def test_the_second_person_is_neither_who_brought_it_there_nor_who_filled_it_in(
    desk_ledger, wang, zhao
):
    li = await desk_ledger.staff("li", role=Role.SUPERVISOR)
    number = await opened(desk_ledger, wang, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", zhao)
    await fills(desk_ledger, number, li, place="仓库")
    for not_second in (zhao, li):
        with pytest.raises(SecondPerson):
            await takes(desk_ledger, number, "come_back", not_second)
    await takes(desk_ledger, number, "come_back", await desk_ledger.staff("sun", role=Role.SUPERVISOR))


async def test_what_a_form_of_its_own_opening_says_may_be_decided_by_anybody_of_the_role(desk_ledger, zhao):
    hearing = await desk_ledger.complains(signals=TO_THE_PRESS.signals)
    (line,) = await desk_ledger.do(open_forms)
    assert (line.kind, line.case, line.opened_by) == ("told", hearing.number, None)
    await takes(desk_ledger, line.number, "agree", zhao)


async def test_a_form_that_people_closed_does_not_open_again_by_itself(desk_ledger, zhao):
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, "找记者", TO_THE_PRESS)
    (line,) = await desk_ledger.do(open_forms)
    await takes(desk_ledger, line.number, "agree", zhao)
    await desk_ledger.says(conversation, "真的找记者", TO_THE_PRESS)
    assert await desk_ledger.do(open_forms) == []


async def test_a_step_that_stays_is_a_line_of_the_log_with_what_was_entered(desk_ledger, wang):
    number = await opened(desk_ledger, wang)
    await takes(desk_ledger, number, "note", wang, heard="说下午到")
    await takes(desk_ledger, number, "note", wang, heard="到了")
    found = await read(desk_ledger, number)
    assert [(step.by, step.entered) for step in found.steps] == [
        ("王芳", {"heard": "说下午到"}),
        ("王芳", {"heard": "到了"}),
    ]
    assert found.line.state == "planned"


async def test_a_step_opens_the_form_that_follows_from_it(desk_ledger, wang):
    number = await opened(desk_ledger, wang, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", wang)
    assert [child.kind for child in (await read(desk_ledger, number)).children] == ["told"]


async def test_what_stands_in_a_fixed_form_is_kept_until_a_step_leads_back(desk_ledger, wang):
    number = await opened(desk_ledger, wang)
    await takes(desk_ledger, number, "seal", wang)
    with pytest.raises(NotThisStep):
        await fills(desk_ledger, number, wang, story="另一回事")
    assert [row.filled["story"] for row in await desk_ledger.all(select(Form))] == ["冰箱坏了"]
    await takes(desk_ledger, number, "unseal", wang)
    await fills(desk_ledger, number, wang, story="压缩机不转")
    assert (await read(desk_ledger, number)).values["story"] == "压缩机不转"


async def test_an_ended_form_keeps_what_it_said_and_stops_its_clocks(desk_ledger, wang, zhao):
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, "冰箱坏了")
    number = await opened(desk_ledger, wang, number=hearing.number, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", wang)
    await takes(desk_ledger, number, "come_back", zhao)
    await desk_ledger.says(conversation, "洗衣机也坏了")
    assert (await read(desk_ledger, number)).values["story"] == "冰箱坏了"
    assert [clock.stopped_by_id for clock in await clocks_of(desk_ledger, ClockKind.PETITION_CLOSED)] == [
        zhao.id
    ]
    with pytest.raises(NotThisStep):
        await fills(desk_ledger, number, wang, place="别处")


async def test_solving_the_case_does_not_stop_a_forms_clock(desk_ledger, wang):
    hearing = await desk_ledger.complains()
    number = await opened(desk_ledger, wang, number=hearing.number, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", wang)
    await desk_ledger.resolve(hearing.number, wang)
    assert [clock.stopped_at for clock in await clocks_of(desk_ledger, ClockKind.PETITION_CLOSED)] == [None]


async def test_a_deadline_is_put_off_once_with_its_reason_and_no_further_than_allowed(
    desk_ledger, wang, zhao
):
    number = await opened(desk_ledger, wang, filled={"place": "门店"})
    await takes(desk_ledger, number, "go", wang)
    due = desk_ledger.now + timedelta(days=60)
    for too_late in (due - timedelta(days=1), due + timedelta(days=31)):
        with pytest.raises(NotExtendable):
            await takes(desk_ledger, number, "stay", zhao, "检测要时间", until=too_late.isoformat())
    later = due + timedelta(days=30)
    await takes(desk_ledger, number, "stay", zhao, "检测要时间", until=later.isoformat())
    assert [clock.due_at for clock in await clocks_of(desk_ledger, ClockKind.PETITION_CLOSED)] == [later]
    with pytest.raises(NotExtendable):
        await takes(
            desk_ledger, number, "stay", zhao, "再等等", until=(later + timedelta(days=1)).isoformat()
        )


async def test_a_day_named_in_a_form_is_a_deadline_of_its_own(desk_ledger, wang):
    number = await opened(desk_ledger, wang, filled={"back_on": "2026-11-30"})
    await takes(desk_ledger, number, "agree_day", wang)
    (clock,) = await clocks_of(desk_ledger, ClockKind.FORM_DUE)
    assert (
        clock.due_at.astimezone(desk_ledger.policy.organisation.time_zone)
        .isoformat()
        .startswith("2026-11-30T23:59")
    )


async def test_a_case_has_one_open_form_of_a_kind(desk_ledger, wang):
    hearing = await desk_ledger.complains()
    await opened(desk_ledger, wang, number=hearing.number)
    with pytest.raises(AlreadyOpen):
        await opened(desk_ledger, wang, number=hearing.number)


async def test_a_kind_nobody_knows_is_refused(desk_ledger, wang):
    with pytest.raises(NoSuchForm):
        await opened(desk_ledger, wang, kind="nothing")


@pytest.mark.parametrize(
    "wrong", [{"nothing": "x"}, {"people": "many"}, {"back_on": "soon"}, {"weather": "snow"}, {"place": 7}]
)
async def test_a_value_that_does_not_fit_its_field_is_refused_by_name(desk_ledger, wang, wrong):
    with pytest.raises(WrongValue, match=next(iter(wrong))):
        await fills(desk_ledger, await opened(desk_ledger, wang), wang, **wrong)


async def test_everything_done_to_a_form_stands_in_the_book_without_who_somebody_is(desk_ledger, wang, zhao):
    number = await opened(desk_ledger, wang)
    await fills(desk_ledger, number, wang, guide="张三", place="门店")
    await takes(desk_ledger, number, "call_off", zhao, reason="下雨")
    actions = await said_of(desk_ledger, number)
    assert [action for action, _ in actions] == ["form.opened", "form.filled", "form.step"]
    filled = actions[1][1]
    assert filled is not None
    assert (filled["guide"], filled["place"]) == ("…", "门店")
