"""Aftercare on its pages: what is owed is answered, and who comes again finds that it is known."""

import pytest
from playwright.async_api import Page, expect

from ledger.models import Case
from ledger.services import cases
from ledger.services import staff as accounts
from ledger.vocabulary import Category, Language, Signal
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk

WIDTHS = (1440, 390)


async def called(
    served: ServedDesk, phone: str, narrative: str, *signals: Signal, solve: bool = False
) -> str:
    """Somebody complains by phone; the number of the case, solved if wished."""
    desk = served.desk
    async with desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        case: Case = await cases.enter_by_staff(
            session,
            staff=wang,
            channel="phone",
            narrative=narrative,
            category=Category.PRODUCT_QUALITY,
            language=Language.ZH_HANS,
            remedies=[],
            signals=signals,
            phone=phone,
            name="刘洋",
            consented=True,
            policy=desk.policy,
            now=desk.now(),
        )
        if solve:
            await cases.resolve(
                session,
                number=case.number,
                remedy="换一台新冰箱，赔 300 元",
                outcome="新机周五送到，赔偿已到账",
                root_cause="压缩机",
                staff=wang,
                policy=desk.policy,
                now=desk.now(),
            )
        return case.number


async def chosen(page: Page, label: str, option: str) -> None:
    """Choose in the dialog or on the page."""
    await page.get_by_label(label, exact=True).last.click()
    await page.get_by_role("option", name=option).click()


@pytest.mark.parametrize("width", WIDTHS)
async def test_after_a_severe_case_the_answer_is_noted_in_depth(
    sign_in: SignIn, staffed: ServedDesk, width: int
) -> None:
    number = await called(
        staffed, f"138001380{width % 100:02}", "冰箱漏电，孩子被电到送医院", Signal.INJURY_SAFETY, solve=True
    )
    page = await sign_in("wang", f"/desk/complaints/{number}", width=width)
    await page.locator("a.qt-number", has_text="SH-").first.click()
    await expect(page.get_by_text("换一台新冰箱，赔 300 元")).to_be_visible()
    await press(page, "联系上了")
    await page.get_by_role("dialog").get_by_label("联系日期").fill("2026-12-01")
    await chosen(page, "怎么联系的", "电话")
    await press(page, "联系上了")
    await expect(page.get_by_text("还缺：")).to_be_visible()
    for label, words in {
        "哪里做得好": "接电话快",
        "哪里没做好": "等了三天",
        "还希望我们做什么": "送到时打电话",
    }.items():
        await page.get_by_label(label, exact=True).fill(words)
    await chosen(page, "还会选我们吗", "不一定")
    await press(page, "保存")
    await expect(page.get_by_text("还缺：")).to_have_count(0)
    await press(page, "记下答复")
    await chosen(page, "客户的答复", "满意，收到了")
    await page.get_by_role("dialog").get_by_label("客户原话").fill("收到了，谢谢")
    await press(page, "记下答复")
    await expect(page.locator(".qt-step-now")).to_have_text("已答复")
    await page.goto(f"/desk/complaints/{number}")
    await expect(page.get_by_text("收到了，谢谢").first).to_be_visible()
    await expect(page.get_by_text("等了三天").first).to_be_visible()
    await expect(page.get_by_text("状态：待答复 → 已答复")).to_be_visible()
    await expect(page.get_by_text("客户的答复：满意，收到了")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
async def test_who_comes_again_about_the_same_is_known_on_both_cases_and_on_the_list(
    sign_in: SignIn, staffed: ServedDesk, width: int
) -> None:
    phone = f"139001390{width % 100:02}"
    first = await called(staffed, phone, "冰箱不制冷", solve=True)
    second = await called(staffed, phone, "冰箱还是不制冷，没解决", Signal.REPEAT_UNRESOLVED)
    page = await sign_in("li", f"/desk/complaints/{second}", width=width)
    await expect(page.get_by_text("像是这位客户的同一件事")).to_be_visible()
    await expect(page.get_by_text("当时的结果：新机周五送到")).to_be_visible()
    await page.locator(".qt-row a.qt-number", has_text=first).click()
    await expect(page.get_by_text("客户说还没解决").first).to_be_visible()
    await page.goto("/supervise/lists/rekindled")
    row = page.locator(".qt-row", has_text=first)
    await expect(row.get_by_text(f"又来投诉：{second}")).to_be_visible()
    await expect(row.get_by_text("都提到“冰箱”")).to_be_visible()
