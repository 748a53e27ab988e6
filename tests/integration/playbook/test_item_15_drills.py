"""Item 15: drills (模拟演练), played through the real system, marked, timed against the plan (playbook D3).

One small drill is played on a served desk, whose engine is a stand-in that hears by a word and has the ledger
act as the actions would. Everything else is the desk's own: chat, queue, clocks, notices, staff API.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bot.console.texts import texts
from bot.desk import utc_now
from bot.drills.player import Player
from bot.drills.report import markdown, rows
from bot.engine import Engine
from bot.notices import letter
from bot.notices.letter import Facts
from bot.runtime.errors import NoDeskError
from ledger.db import Database
from ledger.drill_book import Aim, DrillFile, Seat, read
from ledger.errors import DrillUnderWay
from ledger.heard import Heard
from ledger.models import Base, Case, Clock, Conversation, Drill, Entry, Notice, Staff
from ledger.policy import Policy
from ledger.services import cases, counting, drills, entries
from ledger.views import drills as view
from ledger.views import figures
from ledger.views.drills import DrillLine
from ledger.views.queue import queue
from ledger.vocabulary import CaseStatus, ClockKind, Holding, Language, NoticeKind, Role
from tests.served_desk import HEARD, ServedDesk, Visitor, serving

T = TypeVar("T")
M = TypeVar("M", bound=Base)
COMPLAINT: Final = HEARD | {"intent": {"name": "complain_product", "confidence": 0.9}, "kind": "complaint"}
HOLDING: Final = "情况我们正在核实，由发言人统一答复。"

FILE: Final = """
names: {zh-Hans: 小演练, zh-Hant: 小演練, en: A small drill}
purpose: {zh-Hans: 试, zh-Hant: 試, en: To see}
briefing: {zh-Hans: 看着, zh-Hant: 看著, en: Watch}
lasts: 10m
faster: 150
people:
  - {name: plain, count: 4, over: 4m, says: [plain, more], languages: {zh-Hans: 1}}
  - {name: grave, special: true, count: 2, at: 1m, over: 1m, says: [grave], languages: {zh-Hans: 1}}
  - {name: press, who: journalist, count: 1, says: [press], languages: {zh-Hans: 1}}
  - {name: late, count: 1, at: 6m, says: [late], languages: {zh-Hans: 1}}
staff:
  - {seat: duty, away: true}
  - {seat: head, away: true}
  - {seat: delegate, after: 1m, says: calm}
  - {seat: supervisor, after: 1m}
  - {seat: agent, count: 2, after: 30s, says: calm}
events:
  - {what: engine_down, at: 5m, lasts: 2m}
plan:
  - {aim: answered, within: 30s, of: [plain]}
  - {aim: filed, of: [plain]}
  - {aim: flagged}
  - {aim: acknowledged, within: 30m}
  - {aim: first_response, within: 10m, of: [plain]}
  - {aim: bridged, within: 30s}
  - {aim: holding_statement}
  - {aim: nobody_left}
  - {aim: answered, within: 1s, share: 100, of: [late]}
words:
  plain: {zh-Hans: ["冰箱坏了 {n}"], zh-Hant: [x], en: [x]}
  more: {zh-Hans: [要退货], zh-Hant: [x], en: [x]}
  grave: {zh-Hans: [我要找记者曝光], zh-Hant: [x], en: [x]}
  press: {zh-Hans: [我是采访的记者], zh-Hant: [x], en: [x]}
  late: {zh-Hans: [空调坏了], zh-Hant: [x], en: [x]}
  calm: {zh-Hans: ["这件事我接手了 {n}"], zh-Hant: [x], en: [x]}
slots:
  n: {zh-Hans: [一, 二, 三, 四, 五, 六], zh-Hant: [x], en: [x]}
"""


@dataclass
class ActingEngine:
    """Hears by a word, and has the ledger act as the actions do."""

    database: Database
    policy: Policy

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        question = json.loads(request.content)
        text = question.get("text", "")
        heard = _heard(text)
        if request.url.path.endswith("/turn") and heard["kind"] == "complaint":
            async with self.database.transaction() as session:
                await cases.hear(
                    session,
                    message_id=question["message_id"],
                    heard=Heard.from_parse(heard),
                    policy=self.policy,
                    now=utc_now(),
                )
        reply = {"text": "记下了", "stage": "listen"}
        if "采访" in text:
            reply = {"text": HOLDING, "script": "utter_listen_outlet+utter_listen_details"}
        return httpx.Response(200, json={"replies": [reply], "heard": heard, "actions": True})


def _heard(text: str) -> dict[str, Any]:
    if "曝光" in text:
        return COMPLAINT | {"signals": ["media_threat"]}
    return COMPLAINT if "坏了" in text else HEARD


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DrillFile:
    path = tmp_path_factory.mktemp("drills") / "small.yml"
    path.write_text(FILE, encoding="utf-8")
    return read(path)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    async with serving(database_url, tmp_path) as served:
        acting = ActingEngine(served.desk.database, served.desk.policy)
        await served.desk.engine.close()
        served.desk.engine = Engine(["http://engine"], "secret", transport=httpx.MockTransport(acting))
        yield served


async def begin(served: ServedDesk, file: DrillFile, *, cast: bool) -> drills.Begun:
    async with served.desk.database.transaction() as session:
        return await drills.begin(session, file=file, cast=cast, by=None, now=utc_now())


def player(served: ServedDesk, file: DrillFile, begun: drills.Begun) -> Player:
    return Player(file, begun, served.url, served.desk.database, served.desk.policy, utc_now)


async def played(served: ServedDesk, file: DrillFile, *, cast: bool) -> DrillLine:
    """How the drill went, once it is over."""
    begun = await begin(served, file, cast=cast)
    await player(served, file, begun).play()
    line = await asked(served, lambda session: view.drill(session, begun.id))
    assert line is not None
    return line


async def asked(served: ServedDesk, ask: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async with served.desk.database.transaction() as session:
        return await ask(session)


async def every(served: ServedDesk, model: type[M]) -> Sequence[M]:
    return await asked(served, lambda session: _all(session, model))


async def _all(session: AsyncSession, model: type[M]) -> Sequence[M]:
    return (await session.scalars(select(model))).all()


async def test_a_drill_with_a_cast_is_played_through_the_real_system_and_timed_against_its_plan(
    desk: ServedDesk, small: DrillFile
) -> None:
    boss = await desk.staff("boss", Role.SUPERVISOR)
    line = await played(desk, small, cast=True)
    report = line.report
    assert report is not None
    assert line.ending == "played"
    assert (report.conversations, report.cases, report.special) == (8, 7, 2)
    # Customers, press, an absent head (the delegate stood in), engine down: every goal of the plan was met.
    assert [row.was for row in rows(report, line.plot, texts(Language.EN)) if not row.met] == []
    was = {goal.goal.aim: goal for goal in report.lines}
    assert was[Aim.BRIDGED].total > 0
    assert was[Aim.ACKNOWLEDGED].slowest is not None
    assert 20 < was[Aim.ACKNOWLEDGED].slowest < 20 * 60
    assert "小演练" in markdown(line, texts(Language.ZH_HANS))

    # Marked everywhere, from the first row on; nobody real was told.
    talks, opened = await every(desk, Conversation), await every(desk, Case)
    told, people = await every(desk, Notice), await every(desk, Staff)
    assert {talk.drill_id for talk in talks} == {case.drill_id for case in opened} == {line.id}
    assert {notice.drill_id for notice in told} == {line.id}
    assert boss.id not in {notice.staff_id for notice in told}
    delegate = next(one for one in people if one.drill_part == Seat.DELEGATE)
    special = [notice for notice in told if notice.kind is NoticeKind.SPECIAL_USER]
    assert {notice.staff_id for notice in special} == {delegate.id}
    entries_of = await every(desk, Entry)
    assert all(
        (entry.after or {})["drill"] == line.id for entry in entries_of if entry.action == "case.opened"
    )

    # Real clocks, shorter by the file's factor: half an hour was twelve seconds.
    clocks = await every(desk, Clock)
    half_hours = [clock for clock in clocks if clock.kind is ClockKind.HEADQUARTERS]
    assert {clock.length for clock in half_hours} == {timedelta(minutes=30) / 150}
    assert {clock.stopped_by_id for clock in half_hours} == {delegate.id}

    # Afterwards nothing goes on, nobody of the cast can do anything, and the ledger is whole.
    assert all(clock.stopped_at for clock in clocks)
    assert {case.status for case in opened} == {CaseStatus.WITHDRAWN}
    assert {talk.holding for talk in talks} == {Holding.BOT}
    assert {talk.token_hash for talk in talks} == {None}
    assert all(one.disabled_at for one in people if one.drill_id)
    now = utc_now()
    board = await asked(desk, lambda session: queue(session, now=now))
    assert (board.cases, board.conversations) == ((), ())
    assert await asked(desk, entries.verify) is None

    # Kept out of the figures.
    zone = str(desk.desk.policy.organisation.time_zone)
    await asked(desk, lambda session: counting.count_days(session, time_zone=zone, now=now))
    day = timedelta(days=1)
    counted = await asked(
        desk, lambda session: figures.figures(session, since=now - day, until=now + day, time_zone=zone)
    )
    assert (counted.cases, counted.contacts, counted.special) == (0, 0, 0)


async def test_without_a_cast_the_real_people_are_told_and_every_word_says_that_it_is_a_drill(
    desk: ServedDesk, small: DrillFile
) -> None:
    boss = await desk.staff("boss", Role.SUPERVISOR)
    begun = await begin(desk, small, cast=False)
    visitor = await opened(desk, begun, "grave")
    await visitor.says("我要找记者曝光，空调坏了", "m1")
    await visitor.reads_until(2)
    told = [notice for notice in await every(desk, Notice) if notice.kind is NoticeKind.SPECIAL_USER]
    assert boss.id in {notice.staff_id for notice in told}
    [notice] = [
        one
        for one in await asked(desk, lambda session: notices_with_cases(session))
        if one.staff_id == boss.id and one.kind is NoticeKind.SPECIAL_USER
    ]
    written = letter.write(Facts(notice, None), desk.desk.policy, Language.ZH_HANS, desk.url, utc_now())
    assert written.title.startswith("【演练】")
    assert "这是演练" in written.text
    assert "这是演练" in written.markdown
    assert written.data["drill"] is True
    board = await asked(desk, lambda session: queue(session, now=utc_now()))
    assert [row.drill for row in board.cases] == [True]
    assert [row.drill for row in board.conversations] == [True]

    # They act by the console, in their own name; stopped, the drill has its report all the same.
    token = await desk.token_of(boss)
    [case] = await every(desk, Case)
    answer = await desk.client.post(f"/api/v1/complaints/{case.number}/acknowledge", headers=token)
    assert answer.status_code == httpx.codes.OK
    ended = await asked(desk, lambda session: stop(session, begun.id, desk, boss))
    assert ended.ending == "stopped"
    assert ended.report is not None
    assert ended.report["special"] == 1


async def curtain(desk: ServedDesk, begun: drills.Begun, *, ago: timedelta) -> None:
    async with desk.desk.database.transaction() as session:
        await drills.raise_curtain(session, drill_id=begun.id, now=utc_now() - ago)
        await drills.sign(session, drill_id=begun.id, now=utc_now())


async def test_while_the_engine_fails_in_a_drill_real_customers_notice_nothing(
    desk: ServedDesk, small: DrillFile
) -> None:
    slow = replace(small, drill=small.drill.model_copy(update={"faster": 1}))
    begun = await begin(desk, slow, cast=True)
    await curtain(desk, begun, ago=timedelta(minutes=5))
    rehearsed, real = await opened(desk, begun, "late"), await desk.visitor()
    await rehearsed.says("空调坏了", "m1")
    await real.says("冰箱坏了", "m1")
    assert [one["author"] for one in await real.reads_until(2)] == ["customer", "bot"]
    assert [one["author"] for one in await rehearsed.reads()] == ["customer"]
    # It comes back by itself: nothing was switched off.
    await curtain(desk, begun, ago=timedelta(minutes=8))
    assert [one["author"] for one in await rehearsed.reads_until(2)] == ["customer", "bot"]
    marked = {case.drill_id for case in await every(desk, Case)}
    assert marked == {None, begun.id}


async def test_one_drill_at_a_time_and_nobody_without_its_key_is_marked(
    desk: ServedDesk, small: DrillFile
) -> None:
    begun = await begin(desk, small, cast=False)
    with pytest.raises(DrillUnderWay):
        await begin(desk, small, cast=False)
    address, wish = f"/api/v1/drills/{begun.id}/sessions", {"part": "plain", "language": "zh-Hans"}
    assert (await desk.client.post(address, json=wish)).status_code == httpx.codes.UNAUTHORIZED
    stranger = await desk.client.post(address, json=wish, headers={"Authorization": "Bearer guessed"})
    assert stranger.status_code == httpx.codes.UNAUTHORIZED
    outside = await desk.client.post("/api/v1/chat/sessions", json={"drill_id": begun.id})
    assert outside.is_success
    assert [talk.drill_id for talk in await every(desk, Conversation)] == [None]
    visitor = await opened(desk, begun, "plain")
    await asked(desk, lambda session: stop(session, begun.id, desk, None))
    await asked(desk, lambda session: drills.clear(session, now=utc_now()))
    assert (await visitor.says("还在吗", "late")).status_code == httpx.codes.UNAUTHORIZED
    again = await desk.client.post(address, json=wish, headers={"Authorization": f"Bearer {begun.key}"})
    assert again.status_code == httpx.codes.UNAUTHORIZED


async def test_a_drill_is_not_played_on_a_desk_that_keeps_another_ledger(
    desk: ServedDesk, small: DrillFile
) -> None:
    begun = await begin(desk, small, cast=False)
    with pytest.raises(NoDeskError, match="keeps another ledger"):
        await player(desk, small, replace(begun, key="of-another-ledger")).play()
    assert await every(desk, Conversation) == []
    assert await asked(desk, drills.running) is None


async def test_a_drill_whose_player_is_gone_is_ended_by_the_desk(desk: ServedDesk, small: DrillFile) -> None:
    begun = await begin(desk, small, cast=True)
    policy, later = desk.desk.policy, utc_now() + timedelta(minutes=2)
    await asked(desk, lambda session: drills.lost(session, policy=policy, now=utc_now()))
    assert await asked(desk, drills.running) is not None
    await asked(desk, lambda session: drills.lost(session, policy=policy, now=later))
    line = await asked(desk, lambda session: view.drill(session, begun.id))
    assert line is not None
    assert line.ending == "lost"
    assert all(one.disabled_at for one in await every(desk, Staff))


async def test_every_quarter_each_drill_is_due_again(desk: ServedDesk) -> None:
    now, every_so_often = utc_now(), desk.desk.policy.drills.every
    assert every_so_often == timedelta(days=90)
    assert view.is_due(None, every_so_often, now)
    assert view.is_due(now - timedelta(days=90), every_so_often, now)
    assert not view.is_due(now - timedelta(days=89), every_so_often, now)


async def opened(served: ServedDesk, begun: drills.Begun, part: str) -> Visitor:
    """A customer of the drill, by its door."""
    answer = await served.client.post(
        f"/api/v1/drills/{begun.id}/sessions",
        json={"part": part, "language": "zh-Hans"},
        headers={"Authorization": f"Bearer {begun.key}"},
    )
    told = answer.raise_for_status().json()
    return Visitor(served, told["token"], told["conversation"])


async def stop(session: AsyncSession, drill_id: int, served: ServedDesk, by: Staff | None) -> Drill:
    return await drills.end(
        session, drill_id=drill_id, ending="stopped", policy=served.desk.policy, now=utc_now(), by=by
    )


async def notices_with_cases(session: AsyncSession) -> Sequence[Notice]:
    with_cases = select(Notice).options(joinedload(Notice.case).joinedload(Case.department))
    return (await session.scalars(with_cases)).all()
