"""On no screen stands a word of a graded case but on its own, for those who need to know (playbook C6)."""

from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from bot.auth import COOKIE
from bot.console.menu import PAGES
from ledger.models import Case
from ledger.services import cases, conversations, handoff
from ledger.services import staff as accounts
from ledger.vocabulary import Category, Language, Role
from tests.browser.screens import SignIn, press
from tests.ledger_world import LedgerWorld
from tests.served_desk import PASSWORD, ServedDesk

# In letters: Chinese would stand in a page's first answer as escapes.
WORDS = "zebrafinch-escaped"
NAME = "Quintilian Vesperwood"
PHONE = "13955556666"


@dataclass(frozen=True)
class Secret:
    """A graded case and the conversation it is talked about in."""

    number: str
    conversation: int

    @property
    def pages(self) -> list[str]:
        """Those that are about it."""
        return [f"/desk/complaints/{self.number}", f"/desk/conversations/{self.conversation}"]


@pytest.fixture
async def secret(staffed: ServedDesk) -> Secret:
    """One with words everywhere words can be, that waits for a person."""
    desk, now = staffed.desk, staffed.desk.now()
    world = LedgerWorld(desk.database, desk.policy, now)
    async with desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        case: Case = await cases.enter_by_staff(
            session,
            staff=wang,
            channel="phone",
            narrative=WORDS,
            category=Category.PRIVACY_LEAK,
            language=Language.ZH_HANS,
            remedies=[],
            signals=[],
            name=NAME,
            phone=PHONE,
            email=None,
            consented=True,
            policy=desk.policy,
            now=now,
        )
    number = case.number
    async with desk.database.transaction() as session:
        opened = await conversations.open_conversation(session, channel="web", address=uuid4().hex, now=now)
    conversation = opened.id
    await world.message(conversation, WORDS)
    async with desk.database.transaction() as session:
        await cases.link(
            session, conversation_id=conversation, number=number, pass_code=case.pass_code, now=now
        )
        await cases.flag(session, number=number, reason=WORDS, staff=wang, policy=desk.policy, now=now)
        await handoff.ask_for_human(
            session, conversation_id=conversation, reason="customer_asked", policy=desk.policy, now=now
        )
    return Secret(number, conversation)


async def client_of(staffed: ServedDesk, username: str) -> httpx.AsyncClient:
    """A browser's requests, without the browser."""
    async with staffed.desk.database.transaction() as session:
        opened = await accounts.sign_in(
            session,
            username=username,
            password=PASSWORD,
            policy=staffed.desk.policy,
            now=staffed.desk.now(),
        )
    cookies = {COOKIE: opened.secret}
    return httpx.AsyncClient(base_url=staffed.url, cookies=cookies, trust_env=False, timeout=40)


@pytest.mark.parametrize(("username", "role"), [("chen", Role.AGENT), ("li", Role.SUPERVISOR)])
async def test_no_page_of_the_menu_shows_a_word_of_it(
    staffed: ServedDesk, secret: Secret, username: str, role: Role
) -> None:
    own = secret.pages if role is Role.AGENT else []
    async with await client_of(staffed, username) as client:
        for path in [*(page.path for page in PAGES), *own]:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert not [word for word in (WORDS, NAME, PHONE) if word in answer.text], path


async def test_who_needs_to_know_reads_it_on_its_own_page(staffed: ServedDesk, secret: Secret) -> None:
    async with await client_of(staffed, "wang") as client:
        answer = await client.get(secret.pages[0])
    assert WORDS in answer.text
    assert PHONE in answer.text


async def test_who_is_refused_asks_with_one_button_and_the_page_opens_by_itself(
    staffed: ServedDesk, secret: Secret, sign_in: SignIn
) -> None:
    stranger = await sign_in("chen")
    await expect(stranger.get_by_text("三级·秘密").first).to_be_visible()
    assert WORDS not in await stranger.content()
    await stranger.goto(secret.pages[0])
    await expect(stranger.get_by_text("需要了解，请找：王芳")).to_be_visible()
    await press(stranger, "申请查看")
    owner = await sign_in("wang", secret.pages[0])
    await press(owner, "同意查看")
    await owner.get_by_label("原因").last.fill("协助核查")
    await press(owner, "保存")
    await expect(stranger.get_by_text(WORDS).first).to_be_visible()
    assert not await stranger.get_by_text("需要了解，请找：王芳").count()
