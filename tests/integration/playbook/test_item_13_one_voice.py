"""Item 13, one voice (统一口径, playbook D1), clause by clause; what the assistant says is in tests/dialogue.

Statements by topic, drafted, approved, versioned, expiring; while one is in force the assistant and the
suggestions use it on that topic, and the guard warns when an agent departs from it.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import Missing, NotAllowed, NotFitToSay, NotThisStep, SecondPerson
from ledger.guard import Finding
from ledger.lists import LISTS, Row
from ledger.models import Entry, Message, Staff
from ledger.services import forms, guarding, statements
from ledger.statement import DEPARTS, FORBIDDEN, Statement
from ledger.views.overrides import overrides
from ledger.views.statements import Standing, by_topic
from ledger.views.suggestions import suggestions
from ledger.vocabulary import Author, Category, Language, Role, Topic
from tests import statements as written
from tests.ledger_world import LedgerWorld
from tests.statements import RECALL


class Desk:
    """A ledger, two supervisors and an agent."""

    def __init__(self, world: LedgerWorld, wang: Staff, zhao: Staff, lin: Staff) -> None:
        self.world, self.wang, self.zhao, self.lin = world, wang, zhao, lin

    async def draft(self, staff: Staff | None = None, **differs: Any) -> str:
        world = self.world
        return await written.draft(world.database, staff or self.wang, world.policy, world.now, **differs)

    async def step(self, number: str, name: str, staff: Staff, reason: str | None = None) -> None:
        world = self.world
        await written.step(world.database, number, name, staff, world.policy, world.now, reason=reason)

    async def approved(self, **differs: Any) -> str:
        world = self.world
        return await written.approved(
            world.database, self.wang, self.zhao, world.policy, world.now, **differs
        )

    async def running(self) -> list[Statement]:
        world = self.world
        return await world.do(lambda s: statements.in_force(s, policy=world.policy, now=world.now))

    async def numbers(self) -> list[str]:
        return [one.number for one in await self.running()]

    async def on(self, text: str, **heard: Any) -> str | None:
        world = self.world
        found = await world.do(lambda s: statements.on(s, text, policy=world.policy, now=world.now, **heard))
        return found.number if found else None

    async def read(self, text: str, conversation: int | None = None) -> list[Finding]:
        world = self.world
        return await world.do(
            lambda s: guarding.read(
                s,
                text=text,
                conversation_id=conversation,
                staff=self.wang,
                policy=world.policy,
                now=world.now,
            )
        )

    async def standings(self) -> list[list[tuple[str, str]]]:
        world = self.world
        topics = await world.do(lambda s: by_topic(s, policy=world.policy, now=world.now))
        return [[(one.number, one.standing.value) for one in versions] for versions in topics]


@pytest.fixture
async def desk(desk_ledger: LedgerWorld) -> Desk:
    wang = await desk_ledger.staff("wang", name="王芳")
    zhao = await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)
    lin = await desk_ledger.staff("lin", name="林静", role=Role.SUPERVISOR)
    return Desk(desk_ledger, wang, zhao, lin)


async def test_drafted_by_anybody_it_is_in_force_only_once_a_second_person_approved_it(desk: Desk) -> None:
    number = await desk.draft()
    assert await desk.numbers() == []
    await desk.step(number, "propose", desk.wang)
    assert await desk.numbers() == []
    await desk.step(number, "approve", desk.zhao)
    assert await desk.numbers() == [number]


async def test_unauthorised_staff_may_not_publish(desk: Desk) -> None:
    number = await desk.draft(desk.zhao)
    await desk.step(number, "propose", desk.zhao)
    with pytest.raises(NotAllowed):
        await desk.step(number, "approve", desk.wang)
    with pytest.raises(SecondPerson):
        await desk.step(number, "approve", desk.zhao)
    await desk.step(number, "approve", desk.lin)


@pytest.mark.parametrize("field", ["topic", "words", "text_zh_hans", "text_zh_hant", "text_en", "until"])
async def test_it_is_whole_in_three_languages_and_has_an_end_before_it_is_proposed(
    desk: Desk, field: str
) -> None:
    number = await desk.draft(**{field: None})
    with pytest.raises(Missing, match=field):
        await desk.step(number, "propose", desk.wang)


async def test_its_own_text_is_read_by_the_guard_when_it_is_proposed(desk: Desk) -> None:
    number = await desk.draft(text_zh_hant="這是您自己操作不當造成的。")
    with pytest.raises(NotFitToSay, match="自己操作"):
        await desk.step(number, "propose", desk.wang)


async def test_a_promise_in_it_is_what_the_approval_authorises_and_the_approver_sees_it(desk: Desk) -> None:
    await desk.approved(text_zh_hans="我们会全额退款。")
    world = desk.world
    [[version]] = await world.do(lambda s: by_topic(s, policy=world.policy, now=world.now))
    assert [found.rule for found in version.warned[Language.ZH_HANS]] == ["promise"]


async def test_what_was_approved_is_not_rewritten(desk: Desk) -> None:
    number = await desk.approved()
    world = desk.world
    with pytest.raises(NotThisStep):
        await world.do(
            lambda s: forms.fill(
                s,
                number=number,
                filled={"text_en": "All is well."},
                staff=desk.zhao,
                policy=world.policy,
                now=world.now,
            )
        )


async def test_a_newer_one_on_the_topic_replaces_it_and_the_history_stays(desk: Desk) -> None:
    first = await desk.approved()
    desk.world.later(days=1)
    second = await desk.approved(topic="濾芯 召回", text_en="The filter is taken back.")
    assert await desk.numbers() == [second]
    assert await desk.standings() == [[(second, "in_force"), (first, "replaced")]]
    entries = await desk.world.all(select(Entry).where(Entry.action == "form.step"))
    ended = [one for one in entries if (one.after or {})["form"] == first][-1]
    assert ((ended.after or {})["state"], ended.reason) == ("superseded", "superseded")
    world = desk.world
    [versions] = await world.do(lambda s: by_topic(s, policy=world.policy, now=world.now))
    assert [one.replaces for one in versions] == [first, None]


async def test_a_version_for_later_leaves_the_former_in_force_until_then(desk: Desk) -> None:
    first = await desk.approved()
    later = (desk.world.now + timedelta(days=2)).isoformat()
    second = await desk.approved(since=later)
    assert await desk.standings() == [[(second, "to_come"), (first, "in_force")]]
    desk.world.later(days=3)
    assert await desk.standings() == [[(second, "in_force"), (first, "replaced")]]


async def test_another_topic_is_another_statement(desk: Desk) -> None:
    first = await desk.approved()
    second = await desk.approved(topic="停电", words="停电")
    assert set(await desk.numbers()) == {first, second}


async def test_it_ends_with_its_last_day_and_whenever_it_is_withdrawn(desk: Desk) -> None:
    number = await desk.approved(until="2026-11-25")
    desk.world.later(days=2)
    assert await desk.numbers() == [number]
    desk.world.later(hours=13)
    assert await desk.numbers() == []
    assert await desk.standings() == [[(number, "over")]]
    again = await desk.approved()
    with pytest.raises(Missing, match="reason"):
        await desk.step(again, "withdraw", desk.zhao)
    await desk.step(again, "withdraw", desk.zhao, reason="查清了")
    assert await desk.numbers() == []


async def test_what_ends_soon_is_on_a_list(desk: Desk) -> None:
    world = desk.world
    soon = await desk.approved(until="2026-11-28")
    await desk.approved(topic="停电", words="停电", until="2026-12-28")

    async def listed(department: str | None = None) -> list[Row]:
        find = LISTS["statements_ending"].find
        return await world.do(lambda s: find(s, policy=world.policy, now=world.now, department=department))

    assert [row.number for row in await listed()] == [soon]
    assert await listed("after_sales") == []


async def test_a_new_version_begins_with_what_the_former_says(desk: Desk) -> None:
    number = await desk.approved()
    world = desk.world
    newer = await world.do(
        lambda s: statements.new_version(
            s, number=number, staff=desk.wang, policy=world.policy, now=world.now
        )
    )
    assert {**newer.filled} == {name: RECALL[name] for name in RECALL if name != "until"}


@pytest.mark.parametrize(
    ("text", "heard", "concerned"),
    [
        ("你们的云母滤芯有味道", {}, True),
        ("你們的雲母濾芯有味道", {}, True),
        ("My Mica Filters smell", {}, True),
        ("a micafilter thing", {}, False),
        ("冰箱坏了", {}, False),
        ("能退吗", {"topic": Topic.REFUND}, True),
        ("水有问题", {"category": Category.SAFETY_ACCIDENT}, True),
        ("水有问题", {"category": Category.OTHER}, False),
    ],
)
async def test_a_message_is_about_it_by_its_words_in_either_script_or_by_what_it_was_heard_as(
    desk: Desk, text: str, heard: dict[str, Any], concerned: bool
) -> None:
    number = await desk.approved(categories=["safety_accident"], asked=["refund"])
    assert await desk.on(text, **heard) == (number if concerned else None)


async def test_one_that_is_named_goes_before_one_for_the_whole_kind(desk: Desk) -> None:
    named = await desk.approved()
    await desk.approved(topic="安全", words="安全通报", categories=["safety_accident"])
    assert await desk.on("云母滤芯炸了", category=Category.SAFETY_ACCIDENT) == named


async def test_all_cases_of_a_matter_are_told_the_same(desk: Desk) -> None:
    await desk.approved()
    world = desk.world
    said = [
        await world.do(
            lambda s, about=about: statements.statement_on(
                s, about, Language.ZH_HANT, world.now, policy=world.policy
            )
        )
        for about in ("滤芯召回", "我家的雲母濾芯", "冰箱")
    ]
    assert said == [RECALL["text_zh_hant"], RECALL["text_zh_hant"], None]


async def test_the_suggestions_begin_with_it(desk: Desk) -> None:
    number = await desk.approved()
    world = desk.world
    found = await world.do(
        lambda s: suggestions(s, told="云母滤芯有味道", category=None, policy=world.policy, now=world.now)
    )
    assert found.statement is not None
    assert found.statement.number == number


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("其实滤芯有毒，大家都知道", [FORBIDDEN]),
        ("honestly, the filter is poisonous", [FORBIDDEN]),
        ("云母滤芯一共有三百台，因为供应商换了材料", [DEPARTS, DEPARTS]),
        ("云母滤芯 12月5日 就能换", [DEPARTS]),
        ("云母滤芯的电话 12 小时有人接，请先停用", []),
        ("云母滤芯的情况正在核查，结果会在官网公布。我 15:30 前给您打电话，您的编号是 QT-2026-000123。", []),
        ("云母滤芯的情况正在核查，结果会在官网公布。您家那 3 天的事我另外记下了。", []),
        ("您说“滤芯有毒”，我记下了", []),
        ("冰箱一共修了三次", []),
    ],
)
async def test_the_guard_warns_an_agent_who_departs_from_it(desk: Desk, text: str, rules: list[str]) -> None:
    await desk.approved()
    found = [one for one in await desk.read(text) if one.rule in (FORBIDDEN, DEPARTS)]
    assert [one.rule for one in found] == rules
    assert all(text[one.start : one.end].strip() == one.excerpt for one in found)


async def test_the_warning_tells_what_is_said_instead_in_the_customers_language(desk: Desk) -> None:
    await desk.approved()
    conversation = await desk.world.conversation()
    [found] = await desk.read("滤芯有毒", conversation)
    assert found.instead == RECALL["text_zh_hans"]


async def test_a_departure_is_sent_all_the_same_and_recorded_like_every_override(desk: Desk) -> None:
    await desk.approved()
    world = desk.world
    conversation = await world.conversation()
    found = await desk.read("滤芯有毒", conversation)
    said = Message(conversation_id=conversation, author=Author.AGENT, text="滤芯有毒", at=world.now)

    async def send(session: Any) -> None:
        session.add(said)
        await session.flush()
        await guarding.override(session, message=said, staff=desk.wang, found=found, now=world.now)

    await world.do(send)
    [line] = await world.do(overrides)
    assert (line.who, [one.rule for one in line.findings]) == ("王芳", [FORBIDDEN])


async def test_without_a_statement_in_force_nothing_is_warned_of(desk: Desk) -> None:
    number = await desk.approved()
    await desk.step(number, "withdraw", desk.zhao, reason="查清了")
    assert await desk.read("其实滤芯有毒") == []


def test_every_standing_has_words() -> None:
    from bot.console.texts import texts

    assert {f"statement_standing.{one}" for one in Standing} <= texts(Language.EN).entries.keys()
