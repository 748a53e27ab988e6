"""A form on its page: what is missing is asked for, what is known is shown, a second person ends it."""

import pytest
from playwright.async_api import Page, expect

from ledger.services import cases
from ledger.services import staff as accounts
from ledger.vocabulary import Category, Language, Signal
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk


async def solved(served: ServedDesk) -> str:
    """A severe case that came by phone, solved; the number of its case."""
    desk = served.desk
    async with desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        case = await cases.enter_by_staff(
            session,
            staff=wang,
            channel="phone",
            narrative="老人在店里滑倒，手腕骨折",
            category=Category.SAFETY_ACCIDENT,
            language=Language.ZH_HANS,
            remedies=[],
            signals=[Signal.INJURY_SAFETY],
            consented=False,
            policy=desk.policy,
            now=desk.now(),
        )
        await cases.resolve(
            session,
            number=case.number,
            remedy="医药费",
            outcome="医药费已付",
            root_cause="地面湿滑",
            staff=wang,
            policy=desk.policy,
            now=desk.now(),
        )
        return case.number


async def fill(page: Page, **fields: str) -> None:
    for label, words in fields.items():
        await page.get_by_label(label, exact=True).fill(words)


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_review_is_written_and_approved_by_somebody_else(
    sign_in: SignIn, staffed: ServedDesk, width: int
) -> None:
    number = await solved(staffed)
    page = await sign_in("li", f"/desk/complaints/{number}", width=width)
    await expect(page.get_by_text("复盘批准之后才能结案")).to_be_visible()
    await page.locator("a.qt-number", has_text="FP-").click()
    await expect(page.get_by_text("还缺：")).to_be_visible()
    await expect(page.get_by_text("地面湿滑")).to_be_visible()
    await fill(page, 责任认定="门店巡查", 改进措施="铺防滑垫", 预案更新="雨天每小时巡查")
    await press(page, "保存")
    await expect(page.get_by_text("还缺：")).to_have_count(0)
    await press(page, "加一项改进")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("改什么").fill("铺防滑垫")
    await dialog.get_by_label("谁负责").click()
    await page.get_by_role("option", name="王芳").click()
    await dialog.get_by_label("何时办完").fill("2026-12-01")
    await press(page, "加一项改进")
    await expect(page.locator("a.qt-number", has_text="GJ-")).to_be_visible()
    await press(page, "提交批准")
    await press(page, "批准")
    await expect(page.get_by_text("这一步要第二个人来做").first).to_be_visible()

    second = await sign_in("root", page.url.removeprefix(staffed.url), width=width)
    await press(second, "批准")
    await expect(second.locator(".qt-step-now")).to_have_text("已批准")
    await expect(second.get_by_role("button", name="批准", exact=True)).to_have_count(0)
