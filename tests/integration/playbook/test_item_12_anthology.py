"""Item 12, the ledger's further uses (playbook C1), clause by clause.

Customer's opinion on the outcome; case anthology (案例选编): marked cases with personal data removed (checked
by a second reader), problem, course, turning point, lesson; searchable by agents while they reply; exported
as a book (Markdown and PDF).
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot import anthology
from bot.__main__ import app
from bot.console.texts import texts
from ledger.errors import Missing, NotThisStep, PersonalDataLeft, SecondPerson
from ledger.models import Customer, Message, Staff
from ledger.services import forms, rating
from ledger.views import complaints
from ledger.views.anthology import Story, published, similar
from ledger.views.forms import FormDetail, form, open_forms
from ledger.views.opinions import Opinions, opinions
from ledger.views.suggestions import suggestions
from ledger.vocabulary import Author, Category, Language
from tests.ledger_world import LedgerWorld

CHECKED = ["names", "contacts", "numbers", "recognisable"]
STORY = {"title": "三次没修好的冰箱", "lesson": "头一次上门就带齐配件。"}


class Desk:
    """A ledger with two agents, and a case that went well in the end."""

    def __init__(self, world: LedgerWorld, wang: Staff, lin: Staff) -> None:
        self.world, self.wang, self.lin = world, wang, lin

    async def solved(self, words: str = "我叫周小雨，冰箱修了三次，电话 13912345678", **heard: Any) -> str:
        world = self.world
        conversation = await world.conversation()
        hearing = await world.says(conversation, words, emotion=3, **heard)
        assert hearing is not None
        await self._say(conversation, Author.CUSTOMER, words, emotion=3)
        await self._say(conversation, Author.AGENT, "我是王芳，周小雨您好，三次都没修好，换谁都烦。")
        world.later(hours=26)
        await self._say(conversation, Author.CUSTOMER, "好吧，那就等你们", emotion=1)
        await world.resolve(hearing.number, self.wang)
        return hearing.number

    async def named(self, number: str, name: str) -> None:
        case = await self.world.case(number)
        query = update(Customer).where(Customer.id == case.customer_id).values(name=name)
        await self.world.do(lambda session: session.execute(query))

    async def rated(self, number: str, stars: int, words: str | None) -> None:
        world = self.world
        await world.do(
            lambda s: rating.revisited(
                s,
                number=number,
                rating=stars,
                opinion=words,
                staff=self.wang,
                policy=world.policy,
                now=world.now,
            )
        )

    async def opened(self, number: str, **filled: Any) -> str:
        world = self.world
        made = await world.do(
            lambda s: forms.open_form(
                s,
                kind="anthology",
                number=number,
                staff=self.wang,
                policy=world.policy,
                now=world.now,
                filled=filled,
            )
        )
        return made.number

    async def step(self, number: str, name: str, staff: Staff, **entered: Any) -> None:
        world = self.world
        await world.do(
            lambda s: forms.take_step(
                s,
                number=number,
                step=name,
                staff=staff,
                policy=world.policy,
                now=world.now,
                entered=entered,
                reason="还认得出" if name == "send_back" else None,
            )
        )

    async def published(self, case: str | None = None, **differs: Any) -> str:
        number = await self.opened(case or await self.solved(), **{**STORY, **differs})
        await self.step(number, "hand_in", self.wang)
        await self.step(number, "publish", self.lin, checked=CHECKED)
        return number

    async def read(self, number: str) -> FormDetail:
        found = await self.world.do(lambda s: form(s, number))
        assert found is not None
        return found

    async def found(self, words: str = "") -> list[str]:
        return [one.number for one in await self.world.do(lambda s: published(s, words))]

    async def _say(self, conversation: int, author: Author, words: str, emotion: int | None = None) -> None:
        said = Message(
            conversation_id=conversation, author=author, text=words, at=self.world.now, emotion=emotion
        )

        async def add(session: Any) -> None:
            session.add(said)

        await self.world.do(add)


@pytest.fixture
async def desk(desk_ledger: LedgerWorld) -> Desk:
    wang = await desk_ledger.staff("wang", name="王芳")
    return Desk(desk_ledger, wang, await desk_ledger.staff("lin", name="林静"))


async def test_the_customers_opinion_on_the_outcome_is_in_the_ledger_and_on_the_case(desk: Desk) -> None:
    number = await desk.solved()
    await desk.rated(number, 4, "慢了点，修好了")
    found = await desk.world.do(lambda s: complaints.complaint(s, number))
    assert found is not None
    assert (found.complaint.rating, found.opinion) == (4, "慢了点，修好了")
    rated = [entry for entry in found.entries if (entry.after or {}).get("rating") == 4]
    assert [(entry.after or {})["opinion_given"] for entry in rated] == [True]


async def test_the_figures_tell_how_many_said_what_they_think_and_what(desk: Desk) -> None:
    world = desk.world
    first, second = await desk.solved(), await desk.solved()
    await desk.rated(first, 5, "谢谢你们")
    await desk.rated(second, 4, None)
    await desk.solved()
    span = {"since": world.now - timedelta(days=7), "until": world.now + timedelta(days=1)}
    found: Opinions = await world.do(lambda s: opinions(s, **span))
    assert (found.solved, found.rated[5], found.rated[4], found.rated[1]) == (3, 1, 1, 0)
    assert found.share == pytest.approx(2 / 3)
    assert [(one.number, one.words) for one in found.latest] == [(first, "谢谢你们")]


async def test_the_first_draft_is_written_by_the_desk_without_personal_data(desk: Desk) -> None:
    number = await desk.solved()
    await desk.named(number, "周小雨")
    await desk.rated(number, 5, "周小雨谢谢你们")
    values = (await desk.read(await desk.opened(number))).values
    assert values["problem"] == "我叫〔姓名〕，冰箱修了三次，电话 〔号码〕"
    assert values["course"].splitlines() == [
        "第1天，我们：我是〔姓名〕，〔姓名〕您好，三次都没修好，换谁都烦。",
        "第2天，办结：换了新机",
    ]
    assert "情绪从 3 降到 1" in values["turning_point"]
    assert "换谁都烦" in values["turning_point"]
    assert values["opinion"] == "5 星。〔姓名〕谢谢你们"
    assert not {"周小雨", "王芳", "13912345678"} & set("".join(map(str, values.values())).split())
    assert "lesson" not in values


async def test_the_lesson_is_left_to_people(desk: Desk) -> None:
    number = await desk.opened(await desk.solved(), title="冰箱")
    with pytest.raises(Missing, match="lesson"):
        await desk.step(number, "hand_in", desk.wang)


@pytest.mark.parametrize("slip", ["找王芳就行", "订单号 JD2026112300", "电话 0912345678", "漕溪北路88号"])
async def test_what_is_recognised_as_personal_is_not_even_handed_in(desk: Desk, slip: str) -> None:
    number = await desk.opened(await desk.solved(), **{**STORY, "lesson": slip})
    with pytest.raises(PersonalDataLeft):
        await desk.step(number, "hand_in", desk.wang)


async def test_it_is_published_only_by_a_second_reader_who_looked_for_everything(desk: Desk) -> None:
    number = await desk.opened(await desk.solved(), **STORY)
    await desk.step(number, "hand_in", desk.wang)
    with pytest.raises(SecondPerson):
        await desk.step(number, "publish", desk.wang, checked=CHECKED)
    with pytest.raises(Missing, match="recognisable"):
        await desk.step(number, "publish", desk.lin, checked=CHECKED[:3])
    assert await desk.found() == []
    await desk.step(number, "publish", desk.lin, checked=CHECKED)
    assert await desk.found() == [number]


async def test_what_was_read_is_what_is_published(desk: Desk) -> None:
    number = await desk.opened(await desk.solved(), **STORY)
    await desk.step(number, "hand_in", desk.wang)
    world = desk.world
    with pytest.raises(NotThisStep):
        await world.do(
            lambda s: forms.fill(
                s, number=number, filled={"lesson": "x"}, staff=desk.wang, policy=world.policy, now=world.now
            )
        )
    await desk.step(number, "send_back", desk.lin)
    await world.do(
        lambda s: forms.fill(
            s,
            number=number,
            filled={"lesson": "先带配件"},
            staff=desk.wang,
            policy=world.policy,
            now=world.now,
        )
    )


async def test_a_published_case_is_no_open_task_and_can_be_withdrawn(desk: Desk) -> None:
    number = await desk.published()
    assert await desk.world.do(lambda s: open_forms(s, kind="anthology")) == []
    world = desk.world
    await world.do(
        lambda s: forms.take_step(
            s,
            number=number,
            step="withdraw",
            staff=desk.lin,
            policy=world.policy,
            now=world.now,
            reason="过时",
        )
    )
    assert await desk.found() == []


@pytest.mark.parametrize(
    ("words", "hits"),
    [("配件", 1), ("冰箱 配件", 1), ("電視", 0), ("冰箱 電視", 0), ("配件齊", 0), ("帶齊配件", 1)],
)
async def test_agents_search_it_by_words_in_either_script(desk: Desk, words: str, hits: int) -> None:
    await desk.published()
    assert len(await desk.found(words)) == hits


async def test_agents_are_shown_the_cases_like_the_one_at_hand(desk: Desk) -> None:
    fridge = await desk.published()
    await desk.published(
        await desk.solved("宽带收费比合同高", category=Category.FEE_DISPUTE), title="宽带收费"
    )
    world = desk.world

    async def like(told: str, category: Category | None) -> Sequence[Story]:
        return await world.do(lambda s: similar(s, told, category))

    assert [one.number for one in await like("冰箱又坏了，修了三次", Category.PRODUCT_QUALITY)] == [fridge]
    assert await like("今天天气不错", Category.PRODUCT_QUALITY) == []
    assert await like("", None) == []
    found = await world.do(
        lambda s: suggestions(s, told="修了三次的冰箱", category=None, policy=world.policy, now=world.now)
    )
    assert [one.number for one in found.stories] == [fridge]


async def test_it_is_a_book_in_markdown_without_a_case_number(desk: Desk) -> None:
    case = await desk.solved()
    await desk.published(case)
    stories = await desk.world.do(published)
    made = anthology.book(
        stories, texts(Language.ZH_HANS), day=desk.world.now.date(), format=anthology.Format.MD
    ).decode()
    for heading in ("# 案例选编", "## 1. 三次没修好的冰箱", "### 问题", "### 经过", "### 转折", "### 教训"):
        assert heading in made
    assert case not in made
    assert "周小雨" not in made


async def test_it_is_a_book_in_pdf_with_chinese_of_both_scripts(desk: Desk) -> None:
    await desk.published(lesson="頭一次上門就帶齊配件。第一次上门就带齐配件。")
    stories = await desk.world.do(published)
    made = anthology.book(
        stories, texts(Language.ZH_HANS), day=desk.world.now.date(), format=anthology.Format.PDF
    )
    assert made.startswith(b"%PDF-")
    assert b"STSong-Light" in made


@pytest.mark.parametrize("format", anthology.Format)
async def test_the_command_writes_the_book(
    desk: Desk, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: anthology.Format
) -> None:
    await desk.published()
    monkeypatch.setenv("QINGTING_DATABASE_URL", database_url)
    monkeypatch.setenv("QINGTING_HOME", str(tmp_path))
    book = tmp_path / f"book.{format}"
    command = ["anthology", "export", "--format", format.value, str(book)]
    told = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert told.output == f"1 cases written to {book}.\n"
    assert book.stat().st_size > 500
