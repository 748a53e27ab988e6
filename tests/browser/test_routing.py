"""Routing and the register as staff meet them: no head goes alone, who answers, who a customer is."""

from datetime import time

import pytest
from playwright.async_api import expect

from ledger.models import Staff
from ledger.services import cases, departments, rostering
from ledger.services import staff as accounts
from ledger.services.rostering import Shift
from ledger.vocabulary import Category, Signal
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk


@pytest.fixture
async def called(staffed: ServedDesk) -> tuple[str, int]:
    """A special user who called: the case's number, and the customer's id."""
    async with staffed.desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        case = await cases.enter_by_staff(
            session,
            staff=wang,
            channel="phone",
            narrative="洗衣机漏水,再不处理我就找记者",
            category=Category.PRODUCT_QUALITY,
            signals=[Signal.MEDIA_THREAT],
            name="张三丰",
            phone="13800001234",
            consented=True,
            policy=staffed.desk.policy,
            now=staffed.desk.now(),
        )
        return case.number, case.customer_id


async def heads(served: ServedDesk, username: str | None) -> Staff | None:
    async with served.desk.database.transaction() as session:
        person = await accounts.by_username(session, username) if username else None
        now = served.desk.now()
        if person:
            await accounts.set_on_duty(session, staff=person, on_duty=True, now=now)
        await departments.set_head(session, key="sales", head=person, by=None, now=now)
        await departments.set_delegate(session, key="sales", delegate=None, by=None, now=now)
        return person


async def test_a_head_who_goes_names_who_takes_over_right_there(staffed: ServedDesk, sign_in: SignIn) -> None:
    await heads(staffed, "chen")
    page = await sign_in("chen", "/account")
    await press(page, "在岗")
    await expect(page.get_by_text("指定代理人", exact=True)).to_be_visible()
    await page.get_by_label("代理人").last.click()
    await page.get_by_role("option", name="王芳").click()
    await press(page, "交接并下班")
    await expect(page.get_by_text("已由王芳接管。")).to_be_visible()
    async with staffed.desk.database.transaction() as session:
        sales = await departments.department(session, "sales")
        wang, chen = [await accounts.by_username(session, name) for name in ("wang", "chen")]
        assert (sales.delegate_id, chen.on_duty) == (wang.id, False)
        await accounts.set_on_duty(session, staff=chen, on_duty=True, now=staffed.desk.now())
    await heads(staffed, None)


async def test_the_case_says_who_answers_and_the_customers_page_who_they_are(
    staffed: ServedDesk, sign_in: SignIn, called: tuple[str, int]
) -> None:
    number, _ = called
    page = await sign_in("wang", f"/desk/complaints/{number}")
    card = page.locator("section", has_text="首问负责")
    await expect(card.get_by_text("媒体曝光（提到媒体）")).to_be_visible()
    await expect(card.get_by_text("公关部")).to_be_visible()
    await page.get_by_role("link", name="客户档案").last.click()
    await expect(page.get_by_role("heading", name="张三丰")).to_be_visible()
    await expect(page.get_by_text("+8613800001234")).to_be_visible()


async def test_a_roster_is_shown_with_who_is_on_duty(staffed: ServedDesk, sign_in: SignIn) -> None:
    async with staffed.desk.database.transaction() as session:
        shifts = [Shift("chen", day, time(0), time(0)) for day in range(7)]
        await rostering.set_roster(
            session, key="marketing", shifts=shifts, by=None, policy=staffed.desk.policy,
            now=staffed.desk.now(),
        )  # fmt: skip
    page = await sign_in("li", "/supervise/roster")
    row = page.locator(".qt-row", has_text="市场部")
    await expect(row.get_by_text("现在当班：陈杰")).to_be_visible()
    await expect(row.get_by_text("每周一")).to_be_visible()
