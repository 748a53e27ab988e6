"""The administrators' page about the desk itself."""

from playwright.async_api import expect

from tests.browser.screens import SignIn, put_on_duty
from tests.served_desk import ServedDesk


async def test_an_administrator_sees_what_works_and_what_waits(staffed: ServedDesk, sign_in: SignIn) -> None:
    await put_on_duty(staffed)
    try:
        page = await sign_in("root", "/supervise/status")

        await expect(page.get_by_text("服务正常", exact=True)).to_be_visible()
        await expect(page.get_by_text("总部无人值班。请在“人员”里安排。")).to_be_visible()
        await expect(page.get_by_text("条消息还没有答复")).to_be_visible()
    finally:
        await put_on_duty(staffed, "li")


async def test_it_says_by_itself_when_the_engine_is_gone(staffed: ServedDesk, sign_in: SignIn) -> None:
    page = await sign_in("root", "/supervise/status")
    staffed.engine.away = True
    try:
        await expect(page.get_by_text("对话引擎没有应答")).to_be_visible()
    finally:
        staffed.engine.away = False
    await expect(page.get_by_text("服务正常", exact=True)).to_be_visible()


async def test_nobody_but_an_administrator_sees_it(staffed: ServedDesk, sign_in: SignIn) -> None:
    page = await sign_in("li", "/supervise/status")

    await expect(page.get_by_text("服务正常", exact=True)).to_have_count(0)
