"""Item 19, contacts (联络名录, playbook D6) and law notes (法规备忘, D7) for agents, clause by clause."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.__main__ import app
from ledger.errors import BadLines, Missing, NoSuchContact, NoSuchStaff, NotAllowed, WrongValue
from ledger.lists import LISTS, Row
from ledger.models import ContactVisit, Entry, OutsideContact, Staff, View
from ledger.services import contacts_file, forms, outside_contacts
from ledger.services import staff as accounts
from ledger.services.outside_contacts import Details, read_details
from ledger.views import outside_contacts as view
from ledger.views.forms import form
from ledger.views.outside_contacts import Beside, ContactLine
from ledger.vocabulary import ContactKind, Role
from tests.ledger_world import LedgerWorld

PAPER = Details(
    kind=ContactKind.MEDIA,
    organisation="城南晚报",
    office="民生版",
    name="丁一",
    phone="010-5550123",
    keeper="he",
)
BUREAU = Details(kind=ContactKind.REGULATOR, organisation="城南区市场监管局", region="城南", phone="12315")
POLICE = Details(kind=ContactKind.POLICE, organisation="城南派出所", region="城南", phone="110", keeper="he")
FAR = Details(kind=ContactKind.POLICE, organisation="河西派出所", region="河西", phone="110")


class Desk:
    """A supervisor, an agent at brand operations who keeps contacts, and one at customer service."""

    def __init__(self, world: LedgerWorld, lead: Staff, keeper: Staff, agent: Staff) -> None:
        self.world, self.lead, self.keeper, self.agent = world, lead, keeper, agent

    async def add(self, details: Details, staff: Staff | None = None) -> str:
        by, now = staff or self.lead, self.world.now
        made = await self.world.do(lambda s: outside_contacts.add(s, details=details, staff=by, now=now))
        return made.number

    async def visit(self, number: str, staff: Staff, outcome: str = "换了名片", **ago: float) -> None:
        world = self.world
        await world.do(
            lambda s: outside_contacts.visit(
                s,
                number=number,
                at=world.now - timedelta(**ago),
                outcome=outcome,
                staff=staff,
                policy=world.policy,
                now=world.now,
            )
        )

    async def opens(self, number: str, staff: Staff) -> OutsideContact:
        world = self.world
        return await world.do(
            lambda s: outside_contacts.open_contact(
                s, number=number, staff=staff, policy=world.policy, now=world.now
            )
        )

    async def listed(self, staff: Staff, words: str = "", kind: ContactKind | None = None) -> list[str]:
        policy = self.world.policy
        found = await self.world.do(
            lambda s: view.contacts(s, staff=staff, policy=policy, words=words, kind=kind)
        )
        return [line.organisation for line in found]

    async def line(self, number: str) -> ContactLine:
        found = await self.world.do(lambda s: view.all_contacts(s, policy=self.world.policy))
        return next(line for line in found if line.number == number)

    async def due(self, department: str | None = None) -> list[Row]:
        world = self.world
        find = LISTS["visits_due"].find
        return await world.do(lambda s: find(s, policy=world.policy, now=world.now, department=department))

    async def beside(self, kind: str, staff: Staff, words: str = "来了一群人", **filled: Any) -> list[Beside]:
        """Who stands beside a form of ``kind`` about a new complaint."""
        world = self.world
        hearing = await world.complains(words)
        made = await world.do(
            lambda s: forms.open_form(
                s,
                kind=kind,
                number=hearing.number,
                staff=self.lead,
                policy=world.policy,
                now=world.now,
                filled=filled,
            )
        )
        found = await world.do(lambda s: form(s, made.number))
        assert found
        return await world.do(
            lambda s: view.beside(s, form=kind, values=found.values, staff=staff, policy=world.policy)
        )

    async def entries(self, action: str) -> list[Entry]:
        return list(await self.world.all(select(Entry).where(Entry.action == f"outside_contact.{action}")))

    async def takes(self, text: str, by: Staff | None = None) -> contacts_file.Imported:
        world = self.world
        return await world.do(lambda s: contacts_file.import_contacts(s, text=text, by=by, now=world.now))


@pytest.fixture
async def desk(desk_ledger: LedgerWorld) -> Desk:
    lead = await desk_ledger.staff("li", Role.SUPERVISOR)
    keeper = await desk_ledger.staff("he", name="何敏", department="brand_operations")
    return Desk(desk_ledger, lead, keeper, await desk_ledger.staff("wang", department="customer_service"))


# Lists of contacts, kept for a crisis: who writes them, who reads them


async def test_it_ships_empty(desk: Desk) -> None:
    assert await desk.listed(desk.lead) == []


async def test_supervisors_write_the_list_and_the_ledger_keeps_nothing_of_who_they_are(desk: Desk) -> None:
    number = await desk.add(PAPER)
    await desk.world.do(
        lambda s: outside_contacts.change(
            s,
            number=number,
            details=replace(PAPER, name="丁二", visit_every_days=14),
            staff=desk.lead,
            now=desk.world.now,
        )
    )
    [added], [changed] = await desk.entries("added"), await desk.entries("changed")
    assert added.after == {"contact": number, "kind": "media", "keeper": "he", "visit_every_days": None}
    assert changed.after
    assert changed.after["changed"] == ["name", "visit_every_days"]
    told = f"{added.after}{changed.before}{changed.after}"
    assert not [word for word in ("丁", "010", "晚报") if word in told]
    for refused in (PAPER, replace(PAPER, keeper="nobody")):
        with pytest.raises(NotAllowed if refused is PAPER else NoSuchStaff):
            await desk.add(refused, desk.agent if refused is PAPER else None)


async def test_who_is_taken_off_is_gone_with_all_visits_and_the_ledger_says_why(desk: Desk) -> None:
    number = await desk.add(PAPER)
    await desk.visit(number, desk.keeper)

    async def remove(reason: str, staff: Staff) -> None:
        await desk.world.do(
            lambda s: outside_contacts.remove(
                s, number=number, reason=reason, staff=staff, now=desk.world.now
            )
        )

    with pytest.raises(NotAllowed):
        await remove("调走", desk.keeper)
    with pytest.raises(Missing):
        await remove(" ", desk.lead)
    await remove("调走", desk.lead)
    assert await desk.world.all(select(OutsideContact)) == []
    assert await desk.world.all(select(ContactVisit)) == []
    assert [entry.reason for entry in await desk.entries("removed")] == ["调走"]
    with pytest.raises(NoSuchContact):
        await desk.opens(number, desk.lead)


async def test_only_who_needs_to_know_reads_it_and_every_look_is_on_record(desk: Desk) -> None:
    number = await desk.add(PAPER)
    own = await desk.add(replace(BUREAU, keeper="wang"))
    assert len(await desk.listed(desk.lead)) == len(await desk.listed(desk.keeper)) == 2
    assert await desk.listed(desk.agent) == [BUREAU.organisation]
    with pytest.raises(NotAllowed):
        await desk.opens(number, desk.agent)
    await desk.opens(own, desk.agent)
    await desk.opens(own, desk.agent)
    assert (await desk.opens(number, desk.keeper)).phone == PAPER.phone
    looks = await desk.world.all(select(View).where(View.kind == "contact"))
    assert [(look.staff_id, look.subject) for look in looks] == [
        (desk.agent.id, own),
        (desk.keeper.id, number),
    ]


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("晚报", None, [PAPER]),
        ("晚報 民生", None, [PAPER]),
        ("城南", None, [BUREAU, PAPER]),
        ("", ContactKind.REGULATOR, [BUREAU]),
        ("河西", None, []),
    ],
)
async def test_it_is_searched_by_words_in_either_script_and_by_kind(
    desk: Desk, words: str, kind: ContactKind | None, found: list[Details]
) -> None:
    await desk.add(PAPER)
    await desk.add(BUREAU)
    assert await desk.listed(desk.lead, words, kind) == [one.organisation for one in found]


# Daily visits


async def test_a_visit_tells_who_when_and_what_came_of_it_and_the_ledger_only_that_it_was(desk: Desk) -> None:
    number = await desk.add(PAPER)
    await desk.visit(number, desk.keeper, "丁一下月转去经济版", days=1)
    [told] = await desk.world.do(lambda s: view.visits_of(s, int(number.removeprefix("LX-"))))
    assert (told.by, told.outcome) == ("何敏", "丁一下月转去经济版")
    [entry] = await desk.entries("visited")
    assert (entry.actor, entry.book) == ("he", "desk")
    assert "丁一" not in f"{entry.after}"
    with pytest.raises(NotAllowed):
        await desk.visit(number, desk.agent)
    with pytest.raises(Missing):
        await desk.visit(number, desk.keeper, "")
    with pytest.raises(WrongValue):
        await desk.visit(number, desk.keeper, days=-1)


async def test_visits_are_due_by_the_kind_or_by_the_contacts_own_interval(desk: Desk) -> None:
    world, every = desk.world, desk.world.policy.contacts.visit_every
    often, usual = await desk.add(replace(PAPER, visit_every_days=7)), await desk.add(POLICE)
    assert (await desk.line(usual)).due_at - world.now == every[ContactKind.POLICE]
    world.later(days=8)
    assert [row.number for row in await desk.due()] == [often]
    await desk.visit(often, desk.keeper)
    assert await desk.due() == []
    world.later(days=every[ContactKind.POLICE].days - 7)
    assert {row.number for row in await desk.due()} == {often, usual}


async def test_a_row_of_the_list_tells_why_and_whose_but_neither_name_nor_number(desk: Desk) -> None:
    await desk.add(PAPER)
    desk.world.later(days=400)
    [row] = await desk.due()
    assert (row.owner, row.department, row.about) == ("何敏", "brand_operations", "contact_kind.media")
    assert [reason.code for reason in row.reasons] == ["never_visited"]
    assert row.reasons[0].values["whom"] == "城南晚报 民生版"
    assert await desk.due("brand_operations") == [row]
    assert await desk.due("customer_service") == []


async def test_what_nobody_keeps_any_more_is_on_the_list(desk: Desk) -> None:
    number = await desk.add(PAPER)
    assert await desk.due() == []
    await desk.world.do(lambda s: accounts.disable(s, username="he", now=desk.world.now))
    assert [(row.number, row.reasons[0].code) for row in await desk.due()] == [(number, "no_keeper")]


# Use in a crisis


async def test_a_group_event_has_police_and_government_beside_it_its_own_place_first(desk: Desk) -> None:
    for one in (FAR, POLICE, PAPER, BUREAU):
        await desk.add(one)
    found = await desk.beside("group_event", desk.keeper, place="城南大卖场门口")
    assert [(one.line.organisation, one.named) for one in found] == [
        (POLICE.organisation, True),
        (FAR.organisation, False),
    ]
    assert found[0].line.phone == "110"


async def test_a_journalist_has_the_outlets_known_contact_beside_and_no_other_outlets(desk: Desk) -> None:
    await desk.add(PAPER)
    await desk.add(replace(PAPER, organisation="河西都市报"))
    found = await desk.beside("journalist", desk.keeper, outlet="城南晚報")
    assert [(one.line.organisation, one.line.name) for one in found] == [("城南晚报", "丁一")]
    assert await desk.beside("journalist", desk.keeper, outlet="某某网") == []


async def test_a_leak_has_the_regulator_beside_it(desk: Desk) -> None:
    await desk.add(BUREAU)
    [found] = await desk.beside("leak", desk.keeper, "你们把我的身份证号泄露了")
    assert found.line.organisation == BUREAU.organisation


async def test_who_need_not_know_is_told_whom_of_us_to_ask_and_no_number(desk: Desk) -> None:
    await desk.add(POLICE)
    [found] = await desk.beside("group_event", desk.agent)
    assert not found.readable
    assert (found.line.organisation, found.line.keeper) == (POLICE.organisation, "何敏")
    assert (found.line.name, found.line.phone, found.line.note) == (None, None, None)


async def test_a_form_that_needs_nobody_outside_has_nobody_beside_it(desk: Desk) -> None:
    await desk.add(BUREAU)
    given: dict[str, Any] = {"values": {"what": "城南区市场监管局"}, "staff": desk.lead}
    assert (
        await desk.world.do(lambda s: view.beside(s, form="review", policy=desk.world.policy, **given)) == []
    )


# Import from a file

HEADER = "kind,organisation,office,name,phone,region,keeper,visit_every_days,note\n"
GOOD = (
    HEADER + "media,城南晚报,民生版,丁一,010-5550123,城南,he,30,\n监管部门,城南区市场监管局,,,12315,城南,,,\n"
)


async def test_a_file_is_taken_whole_and_taken_again_it_doubles_nobody(desk: Desk) -> None:
    assert await desk.takes(GOOD, desk.lead) == contacts_file.Imported(new=2, known=0)
    assert await desk.takes("\ufeff" + GOOD.replace("5550123", "5550199")) == contacts_file.Imported(0, 2)
    found = await desk.world.all(select(OutsideContact).order_by(OutsideContact.id))
    assert [(one.kind, one.phone) for one in found] == [
        (ContactKind.MEDIA, "010-5550199"),
        (ContactKind.REGULATOR, "12315"),
    ]
    assert [entry.after for entry in await desk.entries("imported")] == [
        {"new": 2, "known": 0},
        {"new": 0, "known": 2},
    ]
    with pytest.raises(NotAllowed):
        await desk.takes(GOOD, desk.keeper)


async def test_every_faulty_line_is_named_and_nothing_is_half_imported(desk: Desk) -> None:
    bad = GOOD + (
        "press,某报,,,,,,,\n"
        "media,,,,,,,,\n"
        "media,甲报,,,没有,,,,\n"
        "media,乙报,,,,,ghost,,\n"
        "media,丙报,,,,,,soon,\n"
        "media,丁报,,,,,,,,,\n"
        "media,城南晚报,民生版,丁一,,,,,\n"
    )
    with pytest.raises(BadLines) as refused:
        await desk.takes(bad)
    assert refused.value.faults == (
        (4, "kind"),
        (5, "organisation"),
        (6, "phone"),
        (7, "username"),
        (8, "interval"),
        (9, "cells"),
        (10, "twice"),
    )
    with pytest.raises(BadLines, match="unknown_column:telephone"):
        await desk.takes("kind,organisation,telephone\nmedia,甲报,1\n")
    assert await desk.world.all(select(OutsideContact)) == []


@pytest.mark.parametrize(
    ("text", "code", "output"),
    [
        (GOOD, 0, "2 new, 0 written anew\n"),
        (GOOD + "press,某报\n", 1, "Line 4: unknown kind\nnothing was taken\n"),
    ],
)
async def test_the_command_takes_a_file_and_tells_what_is_wrong(
    desk: Desk,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    code: int,
    output: str,
) -> None:
    monkeypatch.setenv("QINGTING_DATABASE_URL", database_url)
    monkeypatch.setenv("QINGTING_HOME", str(tmp_path))
    file = tmp_path / "contacts.csv"
    file.write_text(text, "utf-8")
    told = await asyncio.to_thread(CliRunner().invoke, app, ["contacts", "import", str(file)])
    assert (told.exit_code, told.output) == (code, output)


def test_a_kind_is_read_in_either_script() -> None:
    written = [read_details({"kind": kind, "organisation": "x"}).kind for kind in ("媒体", "媒體", "media")]
    assert set(written) == {ContactKind.MEDIA}
