"""An administrator changes the policy on its page, told what is wrong and shown what would change."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from bot.policy_watch import PolicyWatch
from ledger.policy_file import PolicyFile
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk


@pytest.fixture
async def watched(staffed: ServedDesk) -> AsyncIterator[ServedDesk]:
    """The desk follows its policy's file for this test, and goes back to what it had."""
    path, before = staffed.desk.settings.policy, staffed.desk.policy
    written = path.read_text(encoding="utf-8")
    watch = PolicyWatch(staffed.desk, PolicyFile(path))
    await watch.start()
    yield staffed
    await watch.stop()
    path.write_text(written, encoding="utf-8")
    staffed.desk.policy = before


async def test_a_duration_is_changed_with_a_preview_and_holds(sign_in: SignIn, watched: ServedDesk) -> None:
    page = await sign_in("root", "/supervise/policy/silence")
    await press(page, "修改")
    text = page.get_by_label("这一节的原文（YAML）")
    await text.fill("silence: {nudge_after: soon}")
    await press(page, "看看会改什么")
    await expect(page.get_by_role("alert").filter(has_text="silence.nudge_after: 'soon'")).to_be_visible()
    await expect(text).to_have_value("silence: {nudge_after: soon}")
    await text.fill("# 客户读得慢\nsilence: {nudge_after: 25m}")
    await press(page, "看看会改什么")
    await expect(page.locator(".qt-change").first).to_have_text("silence.nudge_after15m→25m")
    await page.get_by_label("为什么改").fill("客户读得慢")
    await press(page, "保存，立即生效")
    await expect(page.locator(".qt-policy-row").first).to_contain_text("25m出厂：15m")
    await expect(page.locator(".qt-row").first).to_contain_text(
        "管理员原因：客户读得慢silence.nudge_after15m→25m"
    )
    assert watched.desk.policy.silence.nudge_after.total_seconds() == 1500
    assert "# 客户读得慢\nsilence: {nudge_after: 25m}\n" in watched.desk.settings.policy.read_text("utf-8")


async def test_the_policy_is_for_administrators_alone(sign_in: SignIn) -> None:
    for path in ("/supervise/policy", "/supervise/policy/clocks"):
        page = await sign_in("li", path)
        await expect(page.get_by_text("这个页面供管理员使用。")).to_be_visible()
        await expect(page.locator(".qt-page")).to_have_count(0)
