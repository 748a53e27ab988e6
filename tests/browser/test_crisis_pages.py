"""A crisis on its pages: who of the team is here, how grave a crowd is, and its complaints told in one go."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from ledger.models import Case, Form
from ledger.services import cases, forms
from ledger.services import staff as accounts
from ledger.vocabulary import Category, Language, Signal
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk

SHOTS = os.environ.get("QINGTING_SHOTS")
"""A folder to keep pictures of the pages in, for whoever wants to look at them."""


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def enters(served: ServedDesk, narrative: str, *signals: Signal) -> Case:
    """A complaint that came by phone."""
    desk = served.desk
    async with desk.database.transaction() as session:
        return await cases.enter_by_staff(
            session,
            staff=await accounts.by_username(session, "wang"),
            channel="phone",
            narrative=narrative,
            category=Category.SERVICE_QUALITY,
            language=Language.ZH_HANS,
            remedies=[],
            signals=signals,
            consented=False,
            policy=desk.policy,
            now=desk.now(),
        )


async def form_of(served: ServedDesk, case: Case, kind: str, **filled: object) -> str:
    desk = served.desk
    async with desk.database.transaction() as session:
        of_case = select(Form.number).where(Form.case_id == case.id, Form.kind == kind)
        number = str(await session.scalar(of_case))
        if filled:
            staff = await accounts.by_username(session, "wang")
            await forms.fill(
                session, number=number, filled=filled, staff=staff, policy=desk.policy, now=desk.now()
            )
        return number


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_crowd_is_judged_and_all_its_complaints_hear_one_statement(
    sign_in: SignIn, staffed: ServedDesk, width: int
) -> None:
    lead = await enters(staffed, "健身房关门，我们一百多人退不了费", Signal.GROUP_EVENT)
    other = await enters(staffed, "我也是那家的会员，钱没退", Signal.GROUP_EVENT)
    statement = {"people": 250, "violence": True, "statement": "周五前逐户答复。"}
    number = await form_of(staffed, lead, "group_event", **statement)
    page = await sign_in("li", f"/desk/forms/{number}", width=width)
    await expect(page.get_by_text("特别重大", exact=True)).to_be_visible()
    await expect(page.get_by_text("250 人并有暴力（200 人起为特别重大）")).to_be_visible()
    line = page.locator(".qt-line", has_text=other.number)
    await line.get_by_role("button", name="是这件事").click()
    await expect(line.get_by_role("button", name="移出")).to_be_visible()
    await picture(page, f"group-{width}")
    await press(page, "统一告知")
    await expect(page.get_by_text("2 件已办")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
async def test_the_emergency_form_shows_which_part_of_the_team_nobody_has(
    sign_in: SignIn, staffed: ServedDesk, width: int
) -> None:
    case = await enters(staffed, "热水器漏电，孩子被电了", Signal.INJURY_SAFETY)
    number = await form_of(staffed, case, "emergency")
    page = await sign_in("li", f"/desk/forms/{number}", width=width)
    await expect(page.get_by_text("应急小组", exact=True)).to_be_visible()
    await expect(page.locator(".qt-grave", has_text="没有人").first).to_be_visible()
    await picture(page, f"emergency-{width}")
