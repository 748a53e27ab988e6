"""The main job from end to end: a customer in the chat, an agent and a supervisor at the console."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import select

from ledger.heard import Heard
from ledger.models import Message
from ledger.services import cases
from ledger.vocabulary import Category, Kind, Language, Signal
from tests.browser.screens import SignIn, holding, press
from tests.served_desk import ServedDesk

SPECIAL_BAR = ".qt-special-bar:not(.qt-unanswered)"
FURY = "油烟机修了三次都没修好，再不解决我就找记者曝光！"
HEARD = Heard(
    intent="complain",
    confidence=0.9,
    language=Language.ZH_HANS,
    kind=Kind.COMPLAINT,
    category=Category.PRODUCT_QUALITY,
    signals=(Signal.MEDIA_THREAT,),
    emotion=3,
)


@dataclass(frozen=True)
class CustomerAtPhone:
    """Somebody at the chat's page, on a phone."""

    page: Page

    async def says(self, text: str) -> None:
        await self.page.locator("#message").fill(text)
        await self.page.keyboard.press("Enter")
        said = self.page.locator(".bubble.customer", has_text=text)
        await expect(said.locator(".state")).to_have_text("已送达")

    async def writes_until(self, seen: Locator) -> None:
        """Go on writing until ``seen`` is there: the page tells of it every few seconds."""
        async with asyncio.timeout(10):
            while not await seen.is_visible():
                await self.page.locator("#message").press_sequentially("行", delay=200)

    def heard_from(self, author: str) -> Locator:
        """The last thing said by ``bot``, ``agent`` or ``system``."""
        return self.page.locator(f".bubble.{author}").last


@pytest.fixture
async def customer(chromium: Browser, staffed: ServedDesk) -> AsyncIterator[CustomerAtPhone]:
    """Somebody who has opened the chat and said nothing yet."""
    page = await chromium.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
    await page.goto(staffed.url)
    yield CustomerAtPhone(page)
    await page.close()


async def open_a_case(desk: ServedDesk, words: str) -> tuple[int, str]:
    """What the assistant's actions do on hearing ``words``: the conversation's id and the case's number."""
    async with desk.desk.database.transaction() as session:
        said = (await session.scalars(select(Message).where(Message.text == words))).one()
        hearing = await cases.hear(
            session, message_id=said.id, heard=HEARD, policy=desk.desk.policy, now=desk.desk.now()
        )
        assert hearing is not None
        return said.conversation_id, hearing.number


@pytest.mark.usefixtures("nobody_waits_for_headquarters")
async def test_a_customer_is_heard_taken_over_handed_back_and_read(
    staffed: ServedDesk, sign_in: SignIn, customer: CustomerAtPhone
) -> None:
    agent = await sign_in("wang")
    await customer.says(FURY)
    await expect(customer.heard_from("bot")).to_contain_text(f"记下了:{FURY}")
    conversation, number = await open_a_case(staffed, FURY)

    await expect(agent.locator(SPECIAL_BAR)).to_contain_text(number)
    row = agent.locator(".qt-row", has=agent.get_by_role("link", name=f"访客 {conversation}"))
    await row.get_by_role("button", name="接手").click()
    await agent.wait_for_url(f"**/desk/conversations/{conversation}")
    await expect(holding(agent)).to_have_text("王芳正在接待，助手不再发言")
    await expect(customer.heard_from("system")).to_contain_text("王芳")

    await agent.get_by_label("写给客户").fill("我是王芳，今天下午四点前有师傅带着配件上门。")
    await agent.keyboard.press("Control+Enter")
    await expect(customer.heard_from("agent")).to_contain_text("今天下午四点前有师傅")
    await expect(customer.page.locator(".head .name")).to_have_text("王芳")

    await customer.writes_until(agent.get_by_text("客户正在输入…"))
    await customer.says("行，我在家等到四点")
    await expect(agent.locator("article", has_text="我在家等到四点")).to_be_visible()
    asked = len(staffed.engine.asked)
    await expect(customer.heard_from("bot")).to_contain_text(FURY)

    await press(agent, "交回助手")
    await expect(holding(agent)).to_have_text("助手正在接待")
    await customer.says("师傅几点到来着")
    await expect(customer.heard_from("bot")).to_contain_text("记下了:师傅几点到来着")
    told = [turn["text"] for question in staffed.engine.asked[asked:] for turn in question.get("turns", ())]
    assert any("带着配件上门" in words for words in told), "the assistant learns what was said meanwhile"

    await customer.page.reload()
    for words in (FURY, "今天下午四点前有师傅", "我在家等到四点", "师傅几点到来着"):
        await expect(customer.page.locator(".bubble", has_text=words).first).to_be_visible()

    supervisor = await sign_in("li", "/supervise/transcripts")
    await supervisor.get_by_label("会话里的字词").fill("带着配件上门")
    await supervisor.keyboard.press("Enter")
    found = supervisor.locator(".qt-row", has=supervisor.get_by_role("link", name=f"访客 {conversation}"))
    await expect(found).to_contain_text(number)
    await found.get_by_role("link", name=f"访客 {conversation}").click()
    for words in (FURY, "今天下午四点前有师傅", "我在家等到四点", "师傅几点到来着"):
        await expect(supervisor.locator("article", has_text=words).first).to_be_visible()

    await press(supervisor, "确认知悉")
    await expect(supervisor.locator(SPECIAL_BAR)).not_to_contain_text(number)
    await expect(agent.locator(SPECIAL_BAR)).not_to_contain_text(number)
