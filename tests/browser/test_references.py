"""Beside the conversation: the statement in force first, and published cases like it (playbook C1, D1)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from ledger.models import Message, Staff
from ledger.services import forms
from ledger.services import staff as accounts
from ledger.services.staff_entry import enter_by_staff
from ledger.vocabulary import Category, Signal
from tests import statements
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk
from tests.statements import RECALL


async def of(served: ServedDesk, name: str) -> Staff:
    async with served.desk.database.transaction() as session:
        return await accounts.by_username(session, name)


@pytest.fixture
async def voice(staffed: ServedDesk) -> AsyncIterator[str]:
    """A statement in force while the test runs."""
    desk, author, approver = staffed.desk, await of(staffed, "wang"), await of(staffed, "li")
    given = (desk.policy, desk.now())
    number = await statements.approved(desk.database, author, approver, *given, until="2099-12-31")
    yield number
    await statements.step(desk.database, number, "withdraw", approver, *given, reason="over")


async def a_story(served: ServedDesk) -> None:
    """Publish a case as a story of the anthology."""
    desk, wang, li = served.desk, await of(served, "wang"), await of(served, "li")
    filled = {
        "title": "滤芯有味道，三天没睡好",
        "problem": "云母滤芯过滤的水有味道，孩子喝了三天，家里人都睡不好。",
        "course": "第1天，我们：先停用，我去问检测。\n第2天，办结：换了滤芯，检测报告寄到。",
        "turning_point": "情绪从 3 降到 1。之前我们说的是：“先停用，我去问检测。”",
        "lesson": "先说现在怎么办，再说为什么。",
    }
    given: dict[str, Any] = {"staff": wang, "policy": desk.policy, "now": desk.now()}
    async with desk.database.transaction() as session:
        case = await enter_by_staff(
            session, channel="phone", narrative="水有味道", category=Category.PRODUCT_QUALITY, **given
        )
        form = await forms.open_form(session, kind="anthology", number=case.number, filled=filled, **given)
    await statements.step(desk.database, form.number, "hand_in", wang, desk.policy, desk.now())
    everything = ["names", "contacts", "numbers", "recognisable"]
    checked = {"checked": everything}
    await statements.step(desk.database, form.number, "publish", li, desk.policy, desk.now(), entered=checked)


async def test_an_agent_finds_the_statement_first_and_says_it(
    staffed: ServedDesk, sign_in: SignIn, voice: str
) -> None:
    visitor = await staffed.visitor()
    await visitor.says("你们云母滤芯的水有味道，孩子喝了三天", "1")
    await visitor.reads_until(2)
    page = await sign_in("wang", f"/desk/conversations/{visitor.conversation}")
    card = page.locator(".qt-statement")
    await expect(card).to_contain_text(RECALL["text_zh_hans"])
    await expect(card).to_contain_text("不能说：“滤芯有毒”")
    await press(page, "接手")
    box = page.locator(".qt-reply textarea")
    await box.fill("云母滤芯有三百台，滤芯有毒")
    warnings = page.locator(".qt-warning")
    await expect(warnings).to_have_count(2)
    await expect(warnings.first).to_contain_text(RECALL["text_zh_hans"])
    await box.fill("")
    await press(page, "用这段")
    await expect(box).to_have_value(RECALL["text_zh_hans"])
    await expect(warnings).to_have_count(0)


async def test_published_cases_are_found_while_replying_and_on_their_page(
    staffed: ServedDesk, sign_in: SignIn, voice: str
) -> None:
    visitor = await staffed.visitor()
    await visitor.says("云母滤芯的水有味道", "1")
    await visitor.reads_until(2)
    await a_story(staffed)
    page = await sign_in("wang", f"/desk/conversations/{visitor.conversation}")
    await expect(page.get_by_text("滤芯有味道，三天没睡好")).to_be_visible()
    await page.goto("/desk/anthology")
    async with page.expect_download() as downloaded:
        await press(page, "PDF")
    assert (await downloaded.value).suggested_filename.endswith(".pdf")


async def test_law_notes_are_read_beside_a_conversation_and_put_no_word_into_the_reply(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    visitor = await staffed.visitor()
    await visitor.says("多扣了我两百块，再不退我就去法院告你们", "1")
    await visitor.reads_until(2)
    async with staffed.desk.database.transaction() as session:
        said = update(Message).where(Message.conversation_id == visitor.conversation)
        await session.execute(said.values(signals=[Signal.LEGAL_THREAT]))
    page = await sign_in("wang", f"/desk/conversations/{visitor.conversation}")
    card = page.locator(".qt-law-notes")
    await expect(card).to_contain_text("不发给客户")
    await press(page, "接手")
    await card.get_by_text("展开").first.click()
    await expect(card).to_contain_text("不能说、不能做")
    await expect(card.locator("button")).to_have_count(0)
    await expect(page.locator(".qt-reply textarea")).to_have_value("")
