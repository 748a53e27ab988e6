"""Several members of staff at one conversation know of each other, and nobody's words get lost."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete, update

from ledger.models import Message
from tests.browser.screens import SignIn, holding, press
from tests.served_desk import ServedDesk

SHOTS = os.environ.get("QINGTING_SHOTS")
"""A folder to keep pictures of the pages in, for whoever wants to look at them."""


@pytest.fixture
def served(staffed: ServedDesk) -> ServedDesk:
    """The desk with its console and staff."""
    return staffed


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def test_a_supervisor_who_takes_over_is_seen_and_the_words_begun_are_kept(
    served: ServedDesk, sign_in: SignIn
) -> None:
    visitor = await served.visitor()
    await visitor.says("冰箱第三次坏了", "1")
    await visitor.reads_until(2)
    path = f"/desk/conversations/{visitor.conversation}"
    mine = await sign_in("wang", path, width=1440)
    await press(mine, "接手")
    await expect(holding(mine)).to_have_text("王芳正在接待，助手不再发言")
    theirs = await sign_in("li", path, width=390)
    await expect(mine.locator(".qt-colleagues")).to_have_text("李霞也在看")
    await expect(theirs.locator(".qt-colleagues")).to_have_text("王芳也在看")
    await mine.get_by_label("写给客户").fill("您好,我先看一下记录")
    await expect(theirs.locator(".qt-colleagues")).to_have_text("王芳正在写…")
    await picture(theirs, "colleague-390")
    await press(theirs, "由我接手")
    told = mine.get_by_role("alert").get_by_text("李霞接手了。您没发出的话还留在这里。")
    await expect(told).to_be_visible()
    await expect(mine.get_by_label("写给客户")).to_have_value("您好,我先看一下记录")
    await expect(mine.get_by_label("写给客户")).not_to_be_editable()
    await expect(mine.get_by_role("button", name="发送")).to_be_disabled()
    await picture(mine, "lost-1440")


@pytest.mark.parametrize(("username", "sees"), [("li", True), ("chen", False)])
async def test_what_nobody_answered_stands_above_every_page_of_those_above(
    served: ServedDesk,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    username: str,
    sees: bool,
) -> None:
    visitor = await served.visitor()
    await visitor.says("有人吗", "1")
    await visitor.reads_until(2)
    monkeypatch.setattr(served.engine, "away", True)
    earlier = served.desk.now() - timedelta(minutes=10)
    async with served.desk.database.transaction() as session:
        stuck = Message.conversation_id == visitor.conversation
        await session.execute(delete(Message).where(stuck, Message.author != "customer"))
        await session.execute(update(Message).where(stuck).values(settled_at=None, at=earlier))
    page = await sign_in(username, width=1440)
    bar = page.locator(".qt-unanswered")
    if sees:
        await expect(bar).to_contain_text("没有得到答复")
        await picture(page, "unanswered-1440")
        await page.set_viewport_size({"width": 390, "height": 844})
        await picture(page, "unanswered-390")
    else:
        await expect(page.locator(".qt-title")).to_be_visible()
        await expect(bar).to_be_hidden()
