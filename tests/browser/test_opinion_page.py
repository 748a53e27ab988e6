"""The opinion watch on its page: a file is brought, bad news stands first, and becomes a case."""

from playwright.async_api import expect

from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk

FILE = """编号,类型,标题,正文,发布时间,情感
p1,媒体,市民反映冰箱漏水,修了三次,2026-11-20 10:00,负面
p2,帖子,,<b>冰箱</b>很好,2026-11-20 10:00,正面
p3,帖子,,冰箱,昨天,负面
"""


async def test_a_file_is_brought_and_its_bad_news_becomes_a_case(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    page = await sign_in("li", "/supervise/opinion?days=28", width=390)
    await press(page, "导入文件")
    file = {"name": "mentions.csv", "mimeType": "text/csv", "buffer": FILE.encode("gb18030")}
    await page.set_input_files("input[type=file]", files=[file])
    await expect(page.get_by_text("共 2 条：新增 2 条，已有 0 条。")).to_be_visible()
    await expect(page.get_by_text("第 4 行：发布时间读不懂（昨天）")).to_be_visible()
    await press(page, "关闭")

    await expect(page.get_by_text("<b>冰箱</b>很好")).to_be_visible()
    bad = page.locator(".qt-card", has=page.get_by_role("heading", name="负面与风险")).locator(".qt-row")
    await expect(bad.first).to_contain_text("市民反映冰箱漏水")
    await bad.first.get_by_role("button", name="立案").click()
    await page.get_by_label("类别").click()
    await page.get_by_role("option", name="产品质量").click()
    await press(page, "立案")

    await bad.first.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="外部提及")).to_be_visible()
    await expect(page.locator(".qt-cards .qt-row", has_text="市民反映冰箱漏水")).to_be_visible()
