"""The guard beside the reply box: a warning while it is written, a second press, and what supervisors see."""

from playwright.async_api import Locator, Page, expect

from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk, Visitor

FORBIDDEN = "请您先冷静一下，我们一定赔偿您。"
GOOD = "您要的是退款，我写在第一行了。"


def box(page: Page) -> Locator:
    return page.locator(".qt-reply textarea")


async def taken(staffed: ServedDesk, sign_in: SignIn) -> tuple[Page, Visitor]:
    """A conversation that 王芳 holds, on her screen."""
    visitor = await staffed.visitor()
    await visitor.says("空调不制冷", "1")
    await visitor.reads_until(2)
    page = await sign_in("wang", f"/desk/conversations/{visitor.conversation}")
    await press(page, "接手")
    await expect(box(page)).to_be_visible()
    return page, visitor


async def said_by_staff(visitor: Visitor) -> list[str]:
    return [message["text"] for message in await visitor.reads() if message["author"] == "agent"]


async def test_the_rule_and_a_better_way_are_named_before_anything_is_sent(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    page, visitor = await taken(staffed, sign_in)

    await box(page).fill(FORBIDDEN)

    warnings = page.locator(".qt-warning")
    await expect(warnings).to_have_count(2)
    await expect(warnings.first).to_contain_text("叫人冷静")
    await expect(warnings.last).to_contain_text("私自承诺")
    await expect(warnings.last).to_contain_text("您要的是退款，我写在第一行了")
    assert await said_by_staff(visitor) == []

    await box(page).fill(GOOD)
    await expect(warnings).to_have_count(0)
    await press(page, "发送")
    await expect(page.get_by_role("log")).to_contain_text(GOOD)


async def test_the_second_press_sends_it_all_the_same_and_supervisors_see_it(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    page, visitor = await taken(staffed, sign_in)
    await box(page).fill(FORBIDDEN)
    await press(page, "发送")
    again = page.get_by_role("button", name="仍然发送")
    await expect(again).to_be_visible()
    assert await said_by_staff(visitor) == []

    await again.click()

    await expect(page.get_by_role("log")).to_contain_text(FORBIDDEN)
    await expect(page.get_by_role("button", name="发送", exact=True)).to_be_visible()
    supervisor = await sign_in("li", "/supervise/guard")
    line = supervisor.locator(".qt-list .qt-row").first
    await expect(line).to_contain_text("王芳看到提醒后仍然发出")
    await expect(line).to_contain_text("私自承诺")
    await line.get_by_role("link", name="看对话").click()
    await supervisor.wait_for_url(f"**/desk/conversations/{visitor.conversation}")


async def test_other_words_after_the_first_press_are_warned_of_again(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    page, visitor = await taken(staffed, sign_in)
    await box(page).fill(FORBIDDEN)
    await press(page, "发送")
    await expect(page.get_by_role("button", name="仍然发送")).to_be_visible()

    await box(page).fill("按规定不能退。")

    await expect(page.get_by_role("button", name="发送", exact=True)).to_be_visible()
    await press(page, "发送")
    await expect(page.get_by_role("button", name="仍然发送")).to_be_visible()
    assert await said_by_staff(visitor) == []
