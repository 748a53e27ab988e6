"""A real Chromium without a screen. `QINGTING_CHROMIUM` names another one than Debian's."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from sqlalchemy import select

from bot import console
from bot.auth import COOKIE
from bot.desk import Desk
from bot.runtime.postgres import EmbeddedServer
from ledger.models import Case, Clock
from ledger.services import clocks
from ledger.services import staff as accounts
from ledger.vocabulary import ClockKind, Role
from tests import policies
from tests.browser.screens import SignIn, put_on_duty
from tests.conftest import TEMPLATE
from tests.served_desk import PASSWORD, ServedDesk, serving

CHROMIUM = Path(os.environ.get("QINGTING_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 1000
# As patient as the clicks are: a loaded machine is slow, not wrong.
expect.set_options(timeout=10 * SECONDS)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Where the browser is."""
    if not CHROMIUM.exists():
        pytest.fail(f"The browser tests need Chromium at {CHROMIUM}: apt-get install chromium.")
    return CHROMIUM


@pytest.fixture(scope="session")
async def chromium(chromium_path: Path) -> AsyncIterator[Browser]:
    """The browser, started once for the run."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A visitor's browser with nothing kept from before, reading zh-Hans."""
    opened = await chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(10 * SECONDS)
    yield opened
    await opened.close()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """One tab of it."""
    return await context.new_page()


@pytest.fixture(scope="session")
async def staffed(
    migrated: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServedDesk]:
    """One desk with its console and staff for all tests: NiceGUI knows one application a process."""
    migrated.copy_database(TEMPLATE, "console")
    applications: list[FastAPI] = []

    def mount(app: FastAPI, desk: Desk) -> None:
        console.mount(app, desk)
        applications.append(app)

    home = tmp_path_factory.mktemp("console")
    settings = {"policy": policies.write_at_once(home / "policy.yml")}
    async with serving(migrated.url("console"), home, mount=mount, settings=settings) as desk:
        app = applications[0]
        async with app.router.lifespan_context(app):
            await desk.staff("wang", Role.AGENT, "王芳")
            await desk.staff("chen", Role.AGENT, "陈杰")
            await desk.staff("li", Role.SUPERVISOR, "李霞")
            await desk.staff("root", Role.ADMINISTRATOR, "管理员")
            await put_on_duty(desk, "li")
            yield desk
    migrated.drop_database("console")


@pytest.fixture
async def nobody_waits_for_headquarters(staffed: ServedDesk) -> None:
    """The bar above the page shows the few most urgent: those of other tests are acknowledged first."""
    runs = (Clock.kind == ClockKind.HEADQUARTERS, Clock.stopped_at.is_(None))
    async with staffed.desk.database.transaction() as session:
        boss = await accounts.by_username(session, "li")
        waiting = select(Case.number).join(Clock, Clock.case_id == Case.id).where(*runs)
        for number in (await session.scalars(waiting)).all():
            await clocks.acknowledge(session, number=number, staff=boss, now=staffed.desk.now())


@pytest.fixture
async def sign_in(chromium: Browser, staffed: ServedDesk) -> AsyncIterator[SignIn]:
    """Opens a browser of somebody's own, signed in, and gives the page at ``path``."""
    opened: list[BrowserContext] = []

    async def open_as(
        username: str, path: str = "/desk", password: str = PASSWORD, width: int = 1280
    ) -> Page:
        context = await chromium.new_context(
            locale="zh-CN", base_url=staffed.url, viewport={"width": width, "height": 844}
        )
        context.set_default_timeout(10 * SECONDS)
        opened.append(context)
        async with staffed.desk.database.transaction() as session:
            opened_session = await accounts.sign_in(
                session,
                username=username,
                password=password,
                policy=staffed.desk.policy,
                now=staffed.desk.now(),
            )
        await context.add_cookies([{"name": COOKIE, "value": opened_session.secret, "url": staffed.url}])
        page = await context.new_page()
        await page.goto(path)
        return page

    yield open_as
    for context in opened:
        await context.close()
