"""A clock that stands still, on the case's page: since when, what for, and what is left of it."""

import pytest
from playwright.async_api import Page, expect

from ledger.services import cases
from ledger.services import staff as accounts
from tests.browser.screens import SignIn, press
from tests.browser.test_console import complains
from tests.served_desk import ServedDesk


@pytest.fixture
def served(staffed: ServedDesk) -> ServedDesk:
    """The desk with its console and staff."""
    return staffed


async def told_how_it_goes(served: ServedDesk) -> str:
    """A case whose next word is due in a day; its number."""
    _, number = await complains(served)
    async with served.desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        await cases.progress(
            session, number=number, text="在查", staff=wang, policy=served.desk.policy, now=served.desk.now()
        )
    return number


async def wait(page: Page) -> None:
    await press(page, "等待客户")
    await page.get_by_label("需要客户做什么").fill("把收据的照片发过来")
    await press(page, "开始等待")


@pytest.mark.parametrize("width", [1440, 390])
async def test_who_waits_sees_it_and_who_waits_no_longer_too(
    served: ServedDesk, sign_in: SignIn, width: int
) -> None:
    number = await told_how_it_goes(served)
    page = await sign_in("wang", f"/desk/complaints/{number}", width=width)
    await wait(page)
    await expect(page.get_by_text("等待客户回复", exact=True)).to_be_visible()
    await expect(page.get_by_text("把收据的照片发过来").first).to_be_visible()
    await expect(page.get_by_text("已暂停，还剩 23:59").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await press(page, "不再等待")
    await expect(page.get_by_text("等待客户回复", exact=True)).to_be_hidden()
    await expect(page.locator(".qt-entry", has_text="不必再等")).to_be_visible()
