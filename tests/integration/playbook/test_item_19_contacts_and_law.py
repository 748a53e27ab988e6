"""Item 19, contacts (联络名录, playbook D6) and law notes (法规备忘, D7) for agents, clause by clause."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import hanzidentifier
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from typer.testing import CliRunner

from bot import api
from bot.__main__ import app
from bot.settings import PROJECT
from ledger.errors import BadLines, Missing, NoSuchContact, NoSuchStaff, NotAllowed, WrongValue
from ledger.law_book import law_book
from ledger.lists import LISTS, Row
from ledger.models import ContactVisit, Entry, OutsideContact, Staff, View
from ledger.services import contacts_file, forms, outside_contacts
from ledger.services import staff as accounts
from ledger.services.outside_contacts import Details, read_details
from ledger.views import outside_contacts as view
from ledger.views.forms import form
from ledger.views.outside_contacts import Beside, ContactLine
from ledger.views.suggestions import Suggestions, suggestions
from ledger.vocabulary import Category, ContactKind, Language, Role, Signal
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


# Law notes: what they say, and from where

NOTES = law_book().notes
SCRIPTS = {Language.ZH_HANS: hanzidentifier.SIMPLIFIED, Language.ZH_HANT: hanzidentifier.TRADITIONAL}


@pytest.mark.parametrize(
    ("topic", "law", "articles", "told"),
    [
        ("contract", "civil_code", {577, 584}, ["违约责任", "预见到"]),
        ("returns", "consumer_law", {24, 25}, ["七日", "无需理由"]),
        ("fraud", "consumer_law", {55}, ["三倍", "五百元"]),
        ("food", "food_safety_law", {148}, ["十倍", "一千元"]),
        ("injury", "civil_code", {1179, 1198}, ["医疗", "安全保障义务"]),
        ("mental_harm", "civil_code", {1183}, ["严重精神损害"]),
        ("criticism", "consumer_law", {15, 17}, ["监督", "批评"]),
        ("criticism", "civil_code", {1024, 1025, 1028}, ["名誉"]),
        ("extortion", "criminal_law", {274}, ["敲诈勒索"]),
        ("extortion", "extortion_interpretation", {1}, ["二千元至五千元"]),
        ("settling", "consumer_law", {39}, ["协商", "调解", "投诉", "仲裁", "起诉"]),
        ("privacy", "personal_information_law", {57, 69}, ["补救", "没有过错"]),
    ],
)
def test_each_topic_names_its_law_and_article(
    topic: str, law: str, articles: set[int], told: list[str]
) -> None:
    says = [one for one in NOTES[topic].says if one.law == law]
    assert articles <= {number for one in says for number in one.articles}
    words = "".join(one.text[Language.ZH_HANS] for one in says)
    assert [word for word in told if word not in words] == []


@pytest.mark.parametrize("topic", NOTES)
def test_a_note_says_as_of_when_and_when_to_ask_in_three_languages_each_in_its_script(topic: str) -> None:
    note = NOTES[topic]
    assert note.as_of > date(2025, 1, 1)
    assert "法务" in note.ask[Language.ZH_HANS] or note.ask[Language.EN].startswith("When ")
    parts = (note.title, note.when, note.ask, *note.may, *note.may_not, *(one.text for one in note.says))
    for names in (*parts, *(law_book().laws[one.law].names for one in note.says)):
        assert set(names) == set(Language)
        for language, script in SCRIPTS.items():
            assert hanzidentifier.identify(names[language]) in (script, hanzidentifier.BOTH), names[language]


def test_a_note_nobody_checked_for_long_says_so(desk_ledger: LedgerWorld) -> None:
    note, after = NOTES["fraud"], desk_ledger.policy.law.recheck_after
    assert not note.is_old(note.as_of + after, after)
    assert note.is_old(note.as_of + after + timedelta(days=1), after)


# An agent can open them


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("精神損害 侮辱", ["mental_harm"]),
        ("敲诈勒索 274", ["extortion"]),
        ("第1183条", ["mental_harm"]),
        ("刑法", ["extortion"]),
        ("personal information", ["privacy"]),
        ("沒有這樣的字", []),
    ],
)
def test_agents_search_them_by_words_or_law_in_either_script(words: str, found: list[str]) -> None:
    assert law_book().found(words) == found


def test_without_words_all_are_there() -> None:
    assert law_book().found("") == list(NOTES)


@pytest.mark.parametrize(
    ("told", "category", "signals", "notes"),
    [
        (
            "给五万，不然我就发到网上",
            Category.PRODUCT_QUALITY,
            {Signal.EXTORTION, Signal.MEDIA_THREAT},
            ["criticism", "extortion", "online"],
        ),
        ("给五万，不然就曝光", None, {Signal.EXTORTION}, ["extortion"]),
        ("冰箱修了三次", Category.PRODUCT_QUALITY, set(), ["returns"]),
        ("買到過期的奶粉", Category.PRODUCT_QUALITY, set(), ["food", "returns"]),
        ("我的电话号码被泄露了", Category.PRIVACY_LEAK, set(), ["privacy"]),
        ("店员当众搜身", Category.STAFF_ATTITUDE, {Signal.COMPENSATION_DEMAND}, ["mental_harm"]),
        ("服务员很冷淡", Category.STAFF_ATTITUDE, set(), []),
        ("", None, set(), []),
    ],
)
async def test_beside_a_conversation_stand_the_notes_for_its_kind_and_signals(
    desk_ledger: LedgerWorld,
    told: str,
    category: Category | None,
    signals: set[Signal],
    notes: list[str],
) -> None:
    assert (await _suggested(desk_ledger, told, category, signals)).law == notes


# Never by the bot, and never to the customer


def test_the_assistant_says_no_sentence_of_a_note_and_names_no_law() -> None:
    spoken = [PROJECT / "domain.yml", *(PROJECT / "data" / "scripts").glob("*.yml")]
    said = "\n".join(file.read_text("utf-8") for file in spoken)
    names = [name for law in law_book().laws.values() for name in law.names.values()]
    sentences = [text for note in NOTES.values() for text in note.texts() if text.endswith(("。", "."))]
    assert len(sentences) > 100
    assert [text for text in (*sentences, *names) if text in said] == []


async def test_what_is_suggested_are_keys_and_no_words_to_send(desk_ledger: LedgerWorld) -> None:
    found = await _suggested(desk_ledger, "我要曝光你们", None, {Signal.MEDIA_THREAT})
    assert found.law == ["criticism"]
    assert found.statement is None
    assert found.stories == []


def test_no_route_gives_them_to_programs() -> None:
    served = FastAPI()
    api.install(served)
    assert [path for path in served.openapi()["paths"] if "law" in path.split("/")] == []


async def _suggested(
    desk: LedgerWorld, told: str, category: Category | None, signals: set[Signal]
) -> Suggestions:
    return await desk.do(
        lambda s: suggestions(
            s, told=told, category=category, signals=signals, policy=desk.policy, now=desk.now
        )
    )
