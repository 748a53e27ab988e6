"""Contacts outside (联络名录, playbook D6): whoever keeps one is reminded, opens it, and notes the visit."""

from datetime import timedelta
from typing import Any

from playwright.async_api import expect
from sqlalchemy import update

from ledger.models import Drill, Staff
from ledger.services import forms, outside_contacts
from ledger.services import staff as accounts
from ledger.services.outside_contacts import read_details
from ledger.services.staff_entry import enter_by_staff
from ledger.vocabulary import Category
from tests.browser.screens import SignIn, press
from tests.served_desk import ServedDesk

PAPER = {
    "kind": "media",
    "organisation": "城南晚报",
    "office": "民生版",
    "name": "丁一",
    "phone": "010-55501234",
    "keeper": "wang",
}


async def of(served: ServedDesk, name: str) -> Staff:
    async with served.desk.database.transaction() as session:
        return await accounts.by_username(session, name)


async def kept_for_long(served: ServedDesk) -> str:
    """A contact nobody has visited since it was put on the list long ago."""
    lead, then = await of(served, "li"), served.desk.now() - timedelta(days=400)
    async with served.desk.database.transaction() as session:
        made = await outside_contacts.add(session, details=read_details(PAPER), staff=lead, now=then)
        return made.number


async def test_a_visit_that_is_due_stands_on_the_day_and_goes_when_it_was_made(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    number = await kept_for_long(staffed)
    page = await sign_in("wang", "/desk/day")
    await expect(page.get_by_text("城南晚报 民生版：")).to_be_visible()
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_text("010-55501234")).to_be_visible()
    await press(page, "记一次拜访")
    await page.get_by_label("谈了什么、有什么结果").fill("换了电话，周四截稿")
    await press(page, "保存")
    await expect(page.get_by_text("换了电话，周四截稿")).to_be_visible()
    await page.goto("/desk/day")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("城南晚报 民生版：")).to_have_count(0)


async def test_whoever_neither_keeps_it_nor_reads_all_is_told_whom_to_ask(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    number = await kept_for_long(staffed)
    page = await sign_in("chen", f"/desk/contacts/{number}")
    await expect(page.get_by_text("需要时请找督导")).to_be_visible()
    await expect(page.get_by_text("010-55501234")).to_have_count(0)


async def test_beside_a_drills_form_it_says_that_nobody_is_called(
    staffed: ServedDesk, sign_in: SignIn
) -> None:
    desk, lead = staffed.desk, await of(staffed, "li")
    given: dict[str, Any] = {"staff": lead, "policy": desk.policy, "now": desk.now()}
    async with desk.database.transaction() as session:
        case = await enter_by_staff(
            session, channel="phone", narrative="城南晚报要报道", category=Category.OTHER, **given
        )
        form = await forms.open_form(
            session, kind="journalist", number=case.number, filled={"outlet": "城南晚报"}, **given
        )
        at = desk.now()
        drill = Drill(name="press", digest="", script={}, faster=1, cast=False, started_at=at, seen_at=at)
        session.add(drill)
        await session.flush()
        case.drill_id = drill.id
    await kept_for_long(staffed)
    page = await sign_in("li", f"/desk/forms/{form.number}")
    await expect(page.get_by_text("演练：说出会找谁，不要真的打。")).to_be_visible()
    await expect(page.get_by_text("城南晚报 民生版").first).to_be_visible()
    async with desk.database.transaction() as session:
        await session.execute(update(Drill).values(ended_at=desk.now(), ending="played"))
