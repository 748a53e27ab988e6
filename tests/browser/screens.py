"""What tests do on the console's screens."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page

from ledger.services import departments
from ledger.services import staff as accounts
from tests.served_desk import ServedDesk

SignIn = Callable[..., Awaitable[Page]]


async def put_on_duty(served: ServedDesk, *usernames: str) -> None:
    """Make these the duty list of headquarters."""
    async with served.desk.database.transaction() as session:
        people = [await accounts.by_username(session, name) for name in usernames]
        await departments.set_duty(
            session, key="headquarters", contacts=people, by=None, now=served.desk.now()
        )


async def press(page: Page, name: str) -> None:
    """Press the button called ``name``; in a dialog, that of the dialog."""
    await page.get_by_role("button", name=name, exact=True).last.click()


def holding(page: Page) -> Locator:
    """The line that says who is answering."""
    return page.locator(".qt-holding")
