"""Opinion watch (playbook C8, 舆情监测): keywords with volume and feeling, here and elsewhere.

The clauses of the playbook's sentence, one after the other.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from bot.__main__ import app
from bot.console.texts import texts
from bot.opinion import watch
from bot.report_words import markdown
from bot.wording import Wording
from ledger.errors import AlreadyLinked
from ledger.mentions import NewMention
from ledger.models import Mention, OpinionDay, Staff, Wave
from ledger.policy import Source
from ledger.reports import Content, Figure
from ledger.sentences import Sentence
from ledger.services import mentions, opinion_counting, reports, waves
from ledger.services.mentions import TakenIn
from ledger.views import opinion
from ledger.views.reports import ReportLine
from ledger.vocabulary import (
    Category,
    ClockKind,
    Feeling,
    Language,
    MentionKind,
    ReportKind,
    Role,
    Signal,
    Stage,
    WarningLevel,
    WaveKind,
)
from tests import policies
from tests.ledger_world import COMPLAINT, NOON, LedgerWorld
from tests.served_desk import HEARD, ServedDesk, serving

TODAY = date(2026, 11, 23)
TOKEN = "a-token-of-the-monitoring-tool"
HEADER = {"Authorization": f"Bearer {TOKEN}"}
WEBHOOK = "/api/v1/opinion/mentions"


def a_mention(number: object = 1, said: str = "倾听的冰箱坏了", **differs: Any) -> NewMention:
    values = {"external_id": str(number), "text": said, "published_at": NOON, **differs}
    return NewMention.model_validate(values)


async def brings(world: LedgerWorld, *found: NewMention, source: str = "monitor") -> TakenIn:
    return await world.do(
        lambda session: mentions.take_in(
            session, source=source, mentions=found, policy=world.policy, now=world.now
        )
    )


async def kept(world: LedgerWorld) -> list[Mention]:
    return await world.all(select(Mention).order_by(Mention.id))


async def judged(world: LedgerWorld, mention: Mention, **heard: Any) -> None:
    await world.do(
        lambda session: mentions.judge(
            session,
            mention_id=mention.id,
            heard=replace(COMPLAINT, **heard),
            policy=world.policy,
            now=world.now,
        )
    )


async def counted(world: LedgerWorld) -> int:
    days = await world.do(
        lambda session: opinion_counting.days_to_count(session, policy=world.policy, now=world.now)
    )
    for day in days:
        await world.do(
            lambda session, day=day: opinion_counting.count_day(  # type: ignore[misc]
                session, day, policy=world.policy, now=world.now
            )
        )
    return len(days)


async def the_trend(world: LedgerWorld, first: date = TODAY, last: date = TODAY) -> opinion.Trend:
    return await world.do(lambda session: opinion.trend(session, first=first, last=last, policy=world.policy))


async def topic(world: LedgerWorld, key: str, **period: date) -> opinion.TopicTrend:
    return next(one for one in (await the_trend(world, **period)).topics if one.key == key)


@pytest.fixture
async def boss(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("li", Role.SUPERVISOR, name="李霞")


# Keywords with their volume and feeling, over the desk's own conversations and over mentions.


async def test_a_topic_is_counted_in_what_customers_write_and_in_mentions(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.message(await desk_ledger.conversation(), "你们的冰箱坏了", emotion=2)
    await desk_ledger.message(await desk_ledger.conversation(), "冰箱有什么颜色", emotion=0)
    await brings(desk_ledger, a_mention(1, feeling="negative"), a_mention(2, "冰箱真好", feeling="positive"))
    await counted(desk_ledger)
    fridge = await topic(desk_ledger, "product")
    assert (fridge.volume, sum(fridge.negative), fridge.own) == (4, 2, 2)
    assert (await topic(desk_ledger, "company")).volume == 1
    assert (await the_trend(desk_ledger)).everything.volume == 4


async def test_every_mention_is_counted_on_the_day_and_hour_it_was_published(
    desk_ledger: LedgerWorld,
) -> None:
    before = NOON - timedelta(days=3, hours=1)
    await brings(desk_ledger, a_mention(1), a_mention(2, published_at=before))
    await counted(desk_ledger)
    product = await topic(desk_ledger, "product", first=TODAY - timedelta(days=3))
    assert product.per_day == (1, 0, 0, 1)
    found = await desk_ledger.do(
        lambda session: opinion.hours(
            session,
            topic="product",
            since=before - timedelta(hours=1),
            until=NOON + timedelta(hours=1),
            policy=desk_ledger.policy,
        )
    )
    assert found == {before: 1, NOON: 1}


async def test_a_day_is_counted_again_when_a_mention_of_it_comes_late(desk_ledger: LedgerWorld) -> None:
    long_ago = NOON - timedelta(days=5)
    await brings(desk_ledger, a_mention(1, published_at=long_ago))
    assert await counted(desk_ledger) == 6
    assert await counted(desk_ledger) == 0
    await brings(desk_ledger, a_mention(2, published_at=long_ago))
    assert await counted(desk_ledger) == 1
    assert (await topic(desk_ledger, "product", first=TODAY - timedelta(days=5))).volume == 2


async def test_what_comes_while_its_day_is_counted_has_it_counted_again(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1))
    async with desk_ledger.database.transaction() as session:
        await opinion_counting.count_day(session, TODAY, policy=desk_ledger.policy, now=desk_ledger.now)
        bringing = asyncio.create_task(brings(desk_ledger, a_mention(2)))
        await asyncio.sleep(0.2)
        assert not bringing.done()
    await bringing
    assert await counted(desk_ledger) == 1
    assert (await topic(desk_ledger, "product")).volume == 2


async def test_other_words_in_the_policy_count_every_day_anew(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1, "门关不上"))
    await counted(desk_ledger)
    assert (await topic(desk_ledger, "product")).volume == 0
    shipped = desk_ledger.policy.opinion
    doors = shipped.topics[1].model_copy(update={"words": ("门",)})
    changed = shipped.model_copy(update={"topics": (doors,)})
    desk_ledger.policy = desk_ledger.policy.model_copy(update={"opinion": changed})
    assert await counted(desk_ledger) == 1
    assert (await topic(desk_ledger, "product")).volume == 1


async def test_what_a_drill_plays_is_not_counted(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.complains("冰箱坏了")
    async with desk_ledger.database.transaction() as session:
        drill = await session.scalar(
            text(
                'INSERT INTO drills (name, digest, script, faster, "cast", started_at, seen_at)'
                " VALUES ('a', 'a', '{}', 1, false, now(), now()) RETURNING id"
            )
        )
        await session.execute(text("UPDATE conversations SET drill_id = :drill"), {"drill": drill})
    await counted(desk_ledger)
    assert (await the_trend(desk_ledger)).everything.volume == 0


async def test_feeling_and_danger_are_judged_by_the_assistant_unless_the_source_told(
    desk_ledger: LedgerWorld,
) -> None:
    await brings(desk_ledger, a_mention(1), a_mention(2, feeling="neutral"), a_mention(3))
    assert [mention.feeling for mention in await kept(desk_ledger)] == [None, Feeling.NEUTRAL, None]
    for mention in (await kept(desk_ledger))[:2]:
        await judged(desk_ledger, mention, emotion=2, signals=(Signal.LEGAL_THREAT,))
    first, second, third = await kept(desk_ledger)
    assert (first.feeling, first.emotion, first.signals) == (Feeling.NEGATIVE, 2, ["legal_threat"])
    assert (second.feeling, second.emotion) == (Feeling.NEUTRAL, 2)
    assert third.heard_at is None
    await counted(desk_ledger)
    day = (await desk_ledger.all(_days()))[0]
    assert {name.rpartition(".")[2] for name in day.counts} == {"negative", "neutral", "unknown"}


# … imported from whatever monitoring tool the company has, by file …


async def test_the_same_mention_twice_is_one(desk_ledger: LedgerWorld) -> None:
    assert await brings(desk_ledger, a_mention(1), a_mention(2), a_mention(1)) == TakenIn(3, 2)
    assert await brings(desk_ledger, a_mention(1), a_mention(3)) == TakenIn(2, 1)
    assert await brings(desk_ledger, a_mention(1), source="other") == TakenIn(1, 1)


async def test_a_file_that_somebody_brings_is_an_entry_and_its_words_are_not(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    async def once() -> TakenIn:
        return await desk_ledger.do(
            lambda session: mentions.import_file(
                session,
                source="clippings",
                mentions=[a_mention(1), a_mention(2)],
                staff=boss,
                policy=desk_ledger.policy,
                now=desk_ledger.now,
            )
        )

    assert await once() == TakenIn(2, 2)
    assert await once() == TakenIn(2, 0)
    [entry] = [one for one in await desk_ledger.entries("desk") if one.action == "mention.imported"]
    assert (entry.actor, entry.after) == ("li", {"source": "clippings", "new": 2, "known": 0})


def test_the_command_takes_the_good_lines_and_names_the_others(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGTING_DATABASE_URL", database_url)
    monkeypatch.setenv("QINGTING_HOME", str(tmp_path))
    file = tmp_path / "mentions.csv"
    file.write_bytes("编号,正文,发布时间\n1,冰箱坏了,2026-11-20 10:00\n2,冰箱坏了,昨天\n".encode("gb18030"))
    arguments = ["opinion", "import", str(file), "--source", "clippings"]
    for new, known in ((1, 0), (0, 1)):
        done = CliRunner().invoke(app, arguments)
        assert done.stdout == f"1 mentions: {new} new, {known} known.\n"
        assert done.stderr == "Line 3: published_at: '昨天' cannot be used.\n"
        assert done.exit_code == 1


async def test_nobody_speaks_in_the_future_and_long_words_are_cut(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1, "长" * 5000, published_at=NOON + timedelta(days=9)))
    [mention] = await kept(desk_ledger)
    assert (mention.published_at, len(mention.text)) == (NOON, 4000)


async def test_what_belongs_to_no_case_goes_after_its_time(desk_ledger: LedgerWorld, boss: Staff) -> None:
    hearing = await desk_ledger.complains()
    await brings(desk_ledger, a_mention(1), a_mention(2))
    await joined(desk_ledger, hearing.number, boss)
    desk_ledger.later(days=181)
    gone = await desk_ledger.do(
        lambda session: mentions.forget_old(session, policy=desk_ledger.policy, now=desk_ledger.now)
    )
    assert gone == 1
    assert [mention.external_id for mention in await kept(desk_ledger)] == ["1"]
    assert (await desk_ledger.entries("desk"))[-1].after == {"mentions": 1}


# … or webhook.


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    """A desk that one tool may post to."""
    policy = policies.at_once()
    sources = (
        Source(name="other", token=SecretStr("another-token-of-20-letters")),
        Source(name="monitor", token=SecretStr(TOKEN)),
    )
    watched = policy.opinion.model_copy(update={"sources": sources})
    async with serving(database_url, tmp_path, policy=policy.model_copy(update={"opinion": watched})) as desk:
        yield desk


def posted(*numbers: object, **differs: Any) -> dict[str, Any]:
    found = {"text": "倾听的冰箱坏了", "published_at": "2026-11-20T10:23:00+08:00", **differs}
    return {"mentions": [{"external_id": str(number), **found} for number in numbers]}


async def post(served: ServedDesk, body: Any, **header: Any) -> httpx.Response:
    return await served.client.post(WEBHOOK, json=body, headers=header.get("headers", HEADER))


async def test_a_tool_posts_with_its_own_token_and_may_post_again(served: ServedDesk) -> None:
    first = await post(served, posted(1, 2))
    again = await post(served, posted(2, 3))
    assert (first.status_code, first.json()) == (202, {"received": 2, "new": 2, "known": 0})
    assert again.json() == {"received": 2, "new": 1, "known": 1}
    async with served.desk.database.transaction() as session:
        assert {one.source for one in await mentions.unheard(session, 9)} == {"monitor"}


async def test_no_other_token_opens_it_and_its_token_opens_nothing_else(served: ServedDesk) -> None:
    staff = await served.token_of(await served.staff("boss", Role.ADMINISTRATOR, "管理员"))
    for headers in ({}, staff, {"Authorization": "Bearer wrong"}):
        refused = await post(served, posted(1), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "source_unknown")
    assert (await served.client.get("/api/v1/complaints", headers=HEADER)).status_code == 401


REFUSED = [
    (posted(1, published_at="2026-11-20 10:23"), 422, "body.mentions.0.published_at"),
    (posted(1, url="javascript:alert(1)"), 422, "body.mentions.0.url"),
    (posted(1, text=" "), 422, "body.mentions.0"),
    (posted(1, text="a\0b"), 422, "body.mentions.0.text"),
    (posted(1, sentiment="bad"), 422, "body.mentions.0.sentiment"),
    (posted(*range(501)), 422, "body.mentions"),
    ({"mentions": []}, 422, "body.mentions"),
    (posted(1, text="长" * 400_000), 413, None),
]


async def test_what_cannot_be_taken_is_a_problem_that_says_where(served: ServedDesk) -> None:
    for body, status, at in REFUSED:
        refused = await post(served, body)
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
        if at:
            assert refused.json()["errors"][0]["at"] == at
    async with served.desk.database.transaction() as session:
        assert await mentions.unheard(session, 9) == []


async def test_with_the_engine_away_a_mention_waits_to_be_judged(served: ServedDesk) -> None:
    served.engine.away = True
    await post(served, posted(1))
    await watch.look(served.desk)
    async with served.desk.database.transaction() as session:
        [waiting] = await mentions.unheard(session, 9)
        assert (waiting.feeling, waiting.heard_at) == (None, None)
    served.engine.away = False
    await watch.look(served.desk)
    async with served.desk.database.transaction() as session:
        assert await mentions.unheard(session, 9) == []
        assert (await session.get_one(Mention, waiting.id)).feeling is Feeling.NEUTRAL
    assert HEARD["kind"] == "chat"


# What is said elsewhere finds its case, or becomes one; the way it spreads is the case's (B6).


async def joined(world: LedgerWorld, number: str, staff: Staff, place: int = 0) -> None:
    mention = (await kept(world))[place]
    await world.do(
        lambda session: mentions.link(
            session, mention_id=mention.id, number=number, staff=staff, policy=world.policy, now=world.now
        )
    )


async def test_a_mention_that_names_a_case_finds_it_by_itself(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    await brings(desk_ledger, a_mention(1, f"投诉{hearing.number}没人管", kind="big_account"))
    named = ({"entity": "case_number", "value": hearing.number},)
    await judged(desk_ledger, (await kept(desk_ledger))[0], entities=named)
    [mention] = await kept(desk_ledger)
    assert mention.case_id == (await desk_ledger.case(hearing.number)).id
    booked = await desk_ledger.entries(hearing.number)
    (entry,) = [one for one in booked if one.action == "case.mentioned"]
    assert entry.actor == "assistant"
    assert entry.after is not None
    assert (entry.after["kind"], entry.after["mention"]) == ("big_account", mention.id)
    assert "没人管" not in str(entry.after)


async def test_a_number_nobody_knows_links_nothing(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1))
    named = ({"entity": "case_number", "value": "QT-2026-999999"},)
    await judged(desk_ledger, (await kept(desk_ledger))[0], entities=named)
    assert (await kept(desk_ledger))[0].case_id is None


async def test_a_case_is_as_far_in_the_open_as_its_gravest_mention(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    hearing = await desk_ledger.complains()
    await brings(desk_ledger, a_mention(1, kind="press"), a_mention(2, kind="bystander"))
    for place in (0, 1):
        await joined(desk_ledger, hearing.number, boss, place)
    case = await desk_ledger.case(hearing.number)
    spread = await desk_ledger.do(lambda session: opinion.farthest(session, case.id))
    assert spread is MentionKind.PRESS
    about = await desk_ledger.do(
        lambda session: opinion.of_case(session, hearing.number, policy=desk_ledger.policy)
    )
    assert {line.complaint for line in about} == {hearing.number}


async def test_a_mention_becomes_a_case_once_and_its_first_response_is_still_owed(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    await brings(desk_ledger, a_mention(1))
    [mention] = await kept(desk_ledger)
    await judged(desk_ledger, mention, signals=(Signal.MEDIA_THREAT,), emotion=3)

    async def opened() -> str:
        case = await desk_ledger.do(
            lambda session: mentions.open_case(
                session,
                mention_id=mention.id,
                category=Category.PRODUCT_QUALITY,
                language=Language.ZH_HANS,
                staff=boss,
                policy=desk_ledger.policy,
                now=desk_ledger.now,
            )
        )
        return case.number

    number = await opened()
    case = await desk_ledger.case(number)
    assert (case.channel, case.stage, case.narrative) == ("mention", Stage.LISTEN, "倾听的冰箱坏了")
    assert case.special
    assert (await desk_ledger.clock(number, ClockKind.FIRST_RESPONSE)).stopped_at is None
    assert "case.mentioned" in await desk_ledger.actions(number)
    with pytest.raises(AlreadyLinked, match=number):
        await opened()


# A rise that is more than chance raises the warning level (B5).


async def warned(world: LedgerWorld) -> list[tuple[str, str]]:
    """The warnings about topics that stand, once everything is counted: topic and level."""
    await counted(world)
    await world.do(lambda session: waves.look(session, policy=world.policy, now=world.now))
    standing = await world.all(select(Wave).where(Wave.until.is_(None)))
    return [(wave.subject, wave.level) for wave in standing if wave.kind == WaveKind.TOPIC]


async def usual(world: LedgerWorld, days: int = 60) -> None:
    """For weeks somebody has grumbled about a fridge, two times a day."""
    found = [
        a_mention(f"{back}-{n}", "冰箱又坏了", feeling="negative", published_at=NOON - timedelta(days=back))
        for back in range(1, days)
        for n in range(2)
    ]
    await brings(world, *found)


def a_burst(count: int, said: str = "冰箱又坏了", feeling: str = "negative") -> list[NewMention]:
    return [a_mention(f"now-{n}", said, feeling=feeling) for n in range(count)]


async def test_what_is_named_as_often_as_ever_warns_nobody(desk_ledger: LedgerWorld) -> None:
    await usual(desk_ledger)
    await brings(desk_ledger, *a_burst(3))
    assert await warned(desk_ledger) == []


async def test_more_than_chance_raises_the_level_and_more_of_it_raises_it_further(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    await desk_ledger.on_duty("headquarters", boss)
    await usual(desk_ledger)
    await brings(desk_ledger, *a_burst(12))
    [(subject, level)] = await warned(desk_ledger)
    assert subject == "product"
    await brings(desk_ledger, *a_burst(60))
    [(subject, higher)] = await warned(desk_ledger)
    order = list(WarningLevel)
    assert order.index(WarningLevel(higher)) > order.index(WarningLevel(level))
    assert {kind for kind, _, _ in await desk_ledger.told()} == {"wave"}


async def test_praise_warns_nobody_and_a_risk_does_without_any_anger(desk_ledger: LedgerWorld) -> None:
    await usual(desk_ledger)
    await brings(desk_ledger, *a_burst(60, feeling="positive"))
    assert await warned(desk_ledger) == []
    neutral = [one.model_copy(update={"external_id": f"r{one.external_id}"}) for one in a_burst(30, "要召回")]
    calm = [one.model_copy(update={"feeling": Feeling.NEUTRAL}) for one in neutral]
    await brings(desk_ledger, *calm)
    assert [subject for subject, _ in await warned(desk_ledger)] == ["recall"]


async def test_a_tool_that_has_only_just_begun_warns_nobody(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, *a_burst(60))
    assert await warned(desk_ledger) == []


async def test_what_the_demo_made_up_warns_nobody(desk_ledger: LedgerWorld) -> None:
    await usual(desk_ledger)
    await brings(desk_ledger, *a_burst(60))
    await desk_ledger.do(lambda session: session.execute(update(Mention).values(demo=True)))
    assert await warned(desk_ledger) == []
    assert (await topic(desk_ledger, "product")).elsewhere == 60


async def test_what_customers_write_warns_by_itself(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    desk_ledger.now = NOON - timedelta(days=60)
    await desk_ledger.message(talk, "冰箱", emotion=2)
    desk_ledger.now = NOON
    for _ in range(20):
        await desk_ledger.message(talk, "听说冰箱要召回", emotion=0)
    assert "recall" in [subject for subject, _ in await warned(desk_ledger)]


# Negative news and possible risks first.


async def test_bad_news_comes_first_and_the_gravest_of_it_before_all(desk_ledger: LedgerWorld) -> None:
    await brings(
        desk_ledger,
        a_mention("praise", "服务很好", feeling="positive", kind="press", reach=10**6),
        a_mention("grumble", feeling="negative", reach=10),
        a_mention("article", feeling="negative", kind="press", reach=10),
        a_mention("loud", feeling="negative", reach=10**6),
        a_mention("risk", "听说要召回", feeling="neutral"),
        a_mention("yesterday", feeling="negative", published_at=NOON - timedelta(days=1)),
    )
    found = await desk_ledger.do(
        lambda session: opinion.press(
            session,
            since=NOON - timedelta(hours=1),
            until=NOON + timedelta(hours=1),
            policy=desk_ledger.policy,
        )
    )
    told = await kept(desk_ledger)
    names = {mention.id: mention.external_id for mention in told}
    assert [names[line.id] for line in found.negative] == ["article", "loud", "grumble"]
    assert [names[line.id] for line in found.risks] == ["risk"]
    assert found.count == 5


async def the_reports(world: LedgerWorld) -> dict[str, Content]:
    """What is made at this hour, by kind; the counts are made first, as the desk does."""
    await counted(world)
    made = await world.do(lambda session: reports.make_due(session, policy=world.policy, now=world.now))
    return {report.kind: Content.model_validate(report.content) for report in made}


async def test_the_daily_report_puts_bad_news_first_and_then_risks(
    desk_ledger: LedgerWorld, boss: Staff
) -> None:
    hearing = await desk_ledger.complains()
    await desk_ledger.message(await desk_ledger.conversation(), "冰箱呢", emotion=1)
    await brings(
        desk_ledger,
        a_mention(1, "冰箱真好", feeling="positive"),
        a_mention(2, feeling="negative", author="老王"),
        a_mention(3, title="冰箱漏水", kind="press", feeling="negative", reach=9, url="https://example.com"),
        a_mention(4, "听说要召回", feeling="neutral"),
    )
    await joined(desk_ledger, hearing.number, boss, place=2)
    desk_ledger.later(hours=20)
    daily = (await the_reports(desk_ledger))["opinion"]
    [headline, grumble] = daily.section("bad_news").quotes
    assert (headline.said, headline.kind, headline.complaint) == ("冰箱漏水", "press", hearing.number)
    assert grumble.said == "倾听的冰箱坏了"
    assert [quote.said for quote in daily.section("risks").quotes] == ["听说要召回"]
    flow = {figure.about.partition(".")[2]: figure.value for figure in daily.section("opinion").figures}
    assert flow == {"mentions": 4, "negative_mentions": 2, "risks": 1, "own_messages": 2}
    assert daily.figure("topics", "topic.product") == Figure(about="topic.product", value=5)
    assert [told.code for told in daily.analysis] == ["negative_press", "bad_news", "risks", "top_topic"]
    assert "老王" not in daily.model_dump_json()


async def test_every_figure_stands_beside_that_of_the_day_before(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1, feeling="negative"))
    desk_ledger.later(hours=20)
    await the_reports(desk_ledger)
    late = desk_ledger.now + timedelta(hours=3)
    desk_ledger.later(hours=24)
    more = [a_mention(n, feeling="negative", published_at=late) for n in (2, 3, 4)]
    await brings(desk_ledger, *more)
    daily = (await the_reports(desk_ledger))["opinion"]
    told = {one.code: one.values for one in daily.analysis}
    assert told["more_bad_news"] == {"count": 3, "before": 1}
    assert told["topic_grew"]["before"] == 1


async def test_the_weekly_report_has_the_trend_of_its_week(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1), a_mention(2))
    desk_ledger.later(days=2)
    await brings(desk_ledger, a_mention(3, published_at=desk_ledger.now))
    desk_ledger.later(days=4, hours=20)
    weekly = (await the_reports(desk_ledger))["opinion_week"]
    assert weekly.figure("topics", "topic.product") == Figure(about="topic.product", value=3)
    assert [told.code for told in weekly.analysis] == ["no_bad_news", "top_topic"]


async def test_what_rises_beyond_chance_is_what_the_report_says_first(desk_ledger: LedgerWorld) -> None:
    await usual(desk_ledger)
    await brings(desk_ledger, *a_burst(40))
    await warned(desk_ledger)
    desk_ledger.later(hours=20)
    daily = (await the_reports(desk_ledger))["opinion"]
    assert daily.analysis[0] == Sentence(code="rising", values={"topic": "product", "count": 40})


async def test_the_report_is_read_in_words_and_leads_to_what_was_said(desk_ledger: LedgerWorld) -> None:
    await brings(desk_ledger, a_mention(1, title="冰箱 漏水", kind="press", feeling="negative"))
    desk_ledger.later(hours=20)
    daily = (await the_reports(desk_ledger))["opinion"]
    line = ReportLine(
        id=1,
        kind=ReportKind.OPINION,
        day=TODAY,
        department=None,
        since=NOON,
        until=NOON,
        generated_at=NOON,
        sent_at=None,
        content=daily,
    )
    words = Wording(texts(Language.ZH_HANT), desk_ledger.policy, desk_ledger.now)
    told = markdown(words, line)
    assert "# 輿情日報" in told
    assert "- 媒體負面 1 則，請先看這些。" in told
    assert "- 冰箱 漏水 (媒體," in told
    assert "- 產品: 1" in told


async def test_mentions_are_read_by_topic_and_feeling_page_by_page(desk_ledger: LedgerWorld) -> None:
    await brings(
        desk_ledger, *(a_mention(n, "冰箱" if n % 2 else "门", feeling="negative") for n in range(6))
    )

    async def page(**wanted: Any) -> list[int]:
        lines = await desk_ledger.do(
            lambda session: opinion.newest(session, policy=desk_ledger.policy, **wanted)
        )
        return [line.id for line in lines]

    everything = await page()
    assert everything == sorted(everything, reverse=True)
    assert await page(limit=2) + await page(before=everything[1]) == everything
    assert len(await page(topic="product")) == 3
    assert await page(feeling=Feeling.POSITIVE) == []


def _days() -> Any:
    return select(OpinionDay).order_by(OpinionDay.day.desc())
