"""The console in a real browser: sign in, take over, answer, hand back, acknowledge, read."""

import base64
import re
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from bot.console.menu import PAGES
from ledger.heard import Heard
from ledger.models import Conversation, Identity, Message
from ledger.services import cases, handoff, messages
from ledger.services import staff as accounts
from ledger.vocabulary import Author, Category, Kind, Language, Role, Signal
from tests.browser.screens import SignIn, holding, press, put_on_duty
from tests.served_desk import PASSWORD, ServedDesk

THREAT = Heard(
    intent="complain",
    confidence=0.9,
    language=Language.ZH_HANS,
    kind=Kind.COMPLAINT,
    category=Category.PRODUCT_QUALITY,
    signals=(Signal.MEDIA_THREAT,),
    emotion=3,
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
WORDS = "你们的冰箱修了三次都没修好，再不解决我就找记者曝光！"


@pytest.fixture
def served(staffed: ServedDesk) -> ServedDesk:
    """The desk with its console and staff."""
    return staffed


async def complains(served: ServedDesk, words: str = WORDS, heard: Heard = THREAT) -> tuple[int, str]:
    """A customer writes, and the ledger hears it: the conversation's id and the case's number."""
    visitor = await served.visitor()
    answer = await visitor.says(words, "1")
    await visitor.reads_until(2)
    async with served.desk.database.transaction() as session:
        hearing = await cases.hear(
            session,
            message_id=int(answer.json()["id"]),
            heard=heard,
            policy=served.desk.policy,
            now=served.desk.now(),
        )
    assert hearing is not None
    return visitor.conversation, hearing.number


@pytest.mark.parametrize("path", [path for path, *_ in PAGES] + ["/account", "/desk/conversations/1"])
async def test_whoever_is_not_signed_in_is_sent_to_sign_in(served: ServedDesk, path: str) -> None:
    answer = await served.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


async def test_a_wrong_password_opens_nothing(page: Page, served: ServedDesk) -> None:
    await page.goto(f"{served.url}/login")
    await page.fill("input[name=username]", "wang")
    await page.fill("input[name=password]", "not the password")
    await page.click("button[type=submit]")
    await expect(page.get_by_role("alert")).to_have_text("用户名或密码不对。")


async def test_nobody_is_sent_to_another_site_after_signing_in(page: Page, served: ServedDesk) -> None:
    await page.goto(f"{served.url}/login?next=//elsewhere.example/")
    await page.fill("input[name=username]", "wang")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(f"{served.url}/desk")
    await expect(page.get_by_role("heading", name="工作台")).to_be_visible()


async def test_of_two_who_take_at_once_the_second_is_told_who_has_it(
    served: ServedDesk, sign_in: SignIn
) -> None:
    visitor = await served.visitor()
    await visitor.says("要投诉快递", "1")
    await visitor.reads_until(2)
    path = f"/desk/conversations/{visitor.conversation}"
    late = await sign_in("chen", path)
    await expect(late.get_by_role("button", name="接手")).to_be_visible()
    async with served.desk.database.transaction() as session:
        wang = await accounts.by_username(session, "wang")
        await handoff.take(session, conversation_id=visitor.conversation, staff=wang, now=served.desk.now())
        # Pressed while the first one's transaction is still open: it waits for it, and loses.
        await press(late, "接手")
    await expect(late.get_by_text("王芳已经接手了。")).to_be_visible()
    await expect(holding(late)).to_have_text("王芳正在接待，助手不再发言")


@pytest.mark.usefixtures("nobody_waits_for_headquarters")
async def test_a_special_user_is_seen_at_once_and_acknowledged_by_name(
    served: ServedDesk, sign_in: SignIn
) -> None:
    page = await sign_in("li")
    conversation, number = await complains(served)
    alert = page.locator(".qt-alert", has_text=number)
    await expect(alert).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    await expect(page.locator(".qt-row", has_text=number).get_by_text("绿色通道").first).to_be_visible()

    countdown = alert.get_by_role("timer")
    before = int(await countdown.get_attribute("data-seconds") or 0)
    assert 1700 < before <= 1800
    await expect(countdown).to_have_attribute("data-seconds", str(before - 2))

    await alert.get_by_role("button", name="确认知悉").click()
    await expect(alert).to_have_count(0)
    await page.goto(f"/desk/complaints/{number}")
    await expect(page.locator(".qt-clock-row", has_text="通知总部")).to_contain_text("李霞")
    await expect(page.locator(".qt-entry", has_text="列为特殊用户")).to_contain_text("表示要找媒体或上网曝光")
    assert conversation


async def test_a_complaint_is_told_of_resolved_and_reopened_from_its_page(
    served: ServedDesk, sign_in: SignIn
) -> None:
    _, number = await complains(served, "退款拖了一个月", replace(THREAT, signals=(), emotion=1))
    page = await sign_in("wang", f"/desk/complaints/{number}")
    await press(page, "反馈进展")
    await page.get_by_label("告诉客户的话").fill("款项今天放行")
    await press(page, "发给客户")
    await expect(page.locator(".qt-entry", has_text="款项今天放行")).to_be_visible()
    await expect(page.locator("[aria-current=step]")).to_have_text("反馈")

    await press(page, "办结")
    await press(page, "办结并告知客户")
    await expect(page.get_by_text("这里需要填写").first).to_be_visible()
    await page.get_by_label("给予的处理").fill("退款")
    await page.get_by_label("处理结果（会告知客户）").fill("已原路退回")
    await page.get_by_label("根本原因").fill("复核没有时限")
    await press(page, "办结并告知客户")
    await expect(page.get_by_text("已办结", exact=True)).to_be_visible()

    await press(page, "重新打开")
    await page.get_by_label("原因").fill("客户来电说没到账")
    await press(page, "重新打开")
    await expect(page.locator(".qt-entry", has_text="客户来电说没到账").first).to_be_visible()


async def test_a_corrected_fact_is_struck_through_beside_its_successor(
    served: ServedDesk, sign_in: SignIn
) -> None:
    told = {"entity": "date", "value": "2026-11-17", "said": "<b>上周二</b>"}
    talk, number = await complains(served, heard=replace(THREAT, entities=(told,)))
    correction = replace(
        THREAT, intent="correct", entities=({**told, "value": "2026-11-18", "said": "上周三"},)
    )
    async with served.desk.database.transaction() as session:
        said = Message(
            conversation_id=talk, author=Author.CUSTOMER, text="不对，是上周三", at=served.desk.now()
        )
        session.add(said)
        await session.flush()
        await cases.hear(
            session, message_id=said.id, heard=correction, policy=served.desk.policy, now=served.desk.now()
        )
    page = await sign_in("wang", f"/desk/complaints/{number}")
    told_so_far = page.locator(".qt-told")
    await expect(told_so_far.locator("s")).to_have_text("<b>上周二</b> (2026-11-17)")
    await expect(told_so_far).to_contain_text("上周三 (2026-11-18)")


async def test_what_a_customer_writes_is_never_markup(served: ServedDesk, sign_in: SignIn) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>{{7*7}}"
    conversation, number = await complains(served, attack, replace(THREAT, signals=()))
    page = await sign_in("wang")
    for path in ("/desk", f"/desk/conversations/{conversation}", f"/desk/complaints/{number}"):
        await page.goto(path)
        await expect(page.get_by_text("<b>bold</b>{{7*7}}").first).to_be_visible()
        assert "owned" not in await page.title()
        assert await page.locator("main img[src=x]").count() == 0


async def test_a_phone_complaint_is_entered_with_contact_only_by_consent(
    served: ServedDesk, sign_in: SignIn
) -> None:
    page = await sign_in("wang", "/desk/new")
    await expect(page.get_by_label("电话", exact=True)).to_be_hidden()
    await page.get_by_label("事情经过").fill("安装师傅没有来")
    await page.get_by_label("投诉类别").click()
    await page.get_by_role("option", name="服务质量").click()
    await page.get_by_role("checkbox").click()
    await page.get_by_label("电话", exact=True).fill("13600000012")
    await press(page, "登记投诉")
    await page.wait_for_url(re.compile(r"/desk/complaints/QT-"))
    await expect(page.get_by_text("安装师傅没有来").first).to_be_visible()
    await expect(page.get_by_text("13600000012").first).to_be_visible()


async def test_a_one_time_password_is_changed_before_anything_opens(
    served: ServedDesk, sign_in: SignIn
) -> None:
    async with served.desk.database.transaction() as session:
        created = await accounts.create(session, username="new", role=Role.AGENT, now=served.desk.now())
    page = await sign_in("new", "/desk", created.one_time_password)
    await page.wait_for_url("**/account")
    await page.get_by_label("现在的密码").fill(created.one_time_password or "")
    await page.get_by_label("新密码（至少十个字符）").fill("of-my-own-choice")
    await page.get_by_label("再输一次新密码").fill("of-my-own-choice")
    await press(page, "更改")
    await page.wait_for_url("**/login**")
    page = await sign_in("new", "/desk", "of-my-own-choice")
    await page.wait_for_url("**/desk")


async def test_wrong_passwords_are_counted_together_at_the_sign_in_and_on_the_account_page(
    served: ServedDesk, sign_in: SignIn
) -> None:
    await served.staff("hurried", Role.AGENT, "周婷")
    page = await sign_in("hurried", "/account")
    for number in range(5):
        guess = {"username": "hurried", "password": f"guess {number}"}
        await served.client.post("/login", data=guess)
    await page.get_by_label("现在的密码").fill(PASSWORD)
    await page.get_by_label("新密码（至少十个字符）").fill("of-my-own-choice")
    await page.get_by_label("再输一次新密码").fill("of-my-own-choice")
    await press(page, "更改")
    await expect(page.get_by_text("尝试次数太多，请过一分钟再试。")).to_be_visible()


async def test_the_language_follows_the_persons_choice(served: ServedDesk, sign_in: SignIn) -> None:
    await served.staff("newcomer", Role.AGENT, "周一")
    page = await sign_in("newcomer", "/account")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="My account")).to_be_visible()
    await page.goto("/desk")
    await expect(page.get_by_text("Waiting for a person").first).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "en"


async def test_an_agent_does_not_see_what_is_for_supervisors(served: ServedDesk, sign_in: SignIn) -> None:
    page = await sign_in("wang", "/supervise/staff")
    await expect(page.get_by_text("这个页面供管理员使用。")).to_be_visible()
    await expect(page.get_by_role("button", name="添加人员")).to_have_count(0)


async def test_a_session_ended_elsewhere_ends_what_an_open_page_may_do(
    served: ServedDesk, sign_in: SignIn
) -> None:
    visitor = await served.visitor()
    await visitor.says("空调不制冷", "1")
    await visitor.reads_until(2)
    async with served.desk.database.transaction() as session:
        await accounts.create(
            session, username="gone", role=Role.AGENT, password=PASSWORD, now=served.desk.now()
        )
    page = await sign_in("gone", f"/desk/conversations/{visitor.conversation}")
    async with served.desk.database.transaction() as session:
        await accounts.disable(session, username="gone", now=served.desk.now())
    await press(page, "接手")
    await page.wait_for_url("**/login**")
    messages = await visitor.reads()
    assert all(message["author"] != "agent" for message in messages)


async def test_nobody_on_duty_is_a_red_bar_until_somebody_is_named(
    served: ServedDesk, sign_in: SignIn
) -> None:
    await put_on_duty(served)
    page = await sign_in("root", "/supervise/staff")
    bar = page.get_by_text("总部无人值班")
    await expect(bar).to_be_visible()
    await page.get_by_label("值班人员").first.click()
    await page.get_by_role("option", name="李霞").click()
    await page.goto("/desk")
    await expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    await expect(bar).to_be_hidden()


@pytest.mark.parametrize("path", [path for path, *_ in PAGES] + ["/account"])
async def test_every_page_fits_a_phone(served: ServedDesk, sign_in: SignIn, path: str) -> None:
    page = await sign_in("root", path, width=390)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", Language)
async def test_on_a_phone_every_menu_is_in_sight_and_the_bar_fits_in_every_language(
    served: ServedDesk, sign_in: SignIn, language: Language
) -> None:
    await complains(served)
    async with served.desk.database.transaction() as session:
        await accounts.create(
            session,
            username=f"phone.{language.lower()}",
            role=Role.SUPERVISOR,
            name="余",
            language=language,
            password=PASSWORD,
            now=served.desk.now(),
        )
    page = await sign_in(f"phone.{language.lower()}", width=390)
    await expect(page.locator(".qt-special-bar .qt-alert").first).to_be_visible()
    await page.locator(".qt-group summary").last.click()
    assert await page.locator(".qt-nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_photo_and_a_later_wording_stand_in_the_transcript(
    served: ServedDesk, sign_in: SignIn
) -> None:
    visitor = await served.visitor()
    await visitor.says("看照片", "1")
    await visitor.reads_until(2)
    photo = {"file": ("leak.png", PNG, "image/png")}
    answer = await served.client.post("/api/v1/chat/files", files=photo, headers=visitor.header)
    assert answer.status_code == 202, answer.text
    async with served.desk.database.transaction() as session:
        identity = await session.scalar(
            select(Identity)
            .join(Conversation, Conversation.identity_id == Identity.id)
            .where(Conversation.id == visitor.conversation)
        )
        assert identity is not None
        await messages.record_edit(
            session,
            channel="web",
            address=identity.address,
            client_id="1",
            edit_id="1.1",
            text="看这两张照片",
            now=served.desk.now(),
        )
    page = await sign_in("wang", f"/desk/conversations/{visitor.conversation}")
    article = page.locator("article", has_text="看照片")
    await expect(article.get_by_text(re.compile("改为：看这两张照片"))).to_be_visible()
    image = page.locator(".qt-photo img")
    await expect(image).to_be_visible()
    assert await image.evaluate("image => image.naturalWidth") == 1


async def test_an_administrator_opens_an_account_and_gives_a_link_for_its_password(
    served: ServedDesk, sign_in: SignIn, page: Page
) -> None:
    admin = await sign_in("root", "/supervise/staff")
    await press(admin, "添加人员")
    await admin.get_by_label("用户名").fill("zhou")
    await admin.get_by_label("姓名").fill("周婷")
    await press(admin, "保存")
    await expect(admin.get_by_text(re.compile("zhou 的一次性密码"))).to_be_visible()
    row = admin.locator(".qt-row", has_text="zhou")
    await row.get_by_role("button", name="生成设密链接").click()
    told = admin.get_by_text(re.compile("/reset"))
    await expect(told).to_be_visible()
    found = re.search(r"/reset\?secret=\S+", await told.inner_text())
    assert found
    await page.goto(served.url + found.group())
    await page.fill("input[name=password]", "a-password-of-zhou")
    await page.click("button[type=submit]")
    await expect(page.get_by_role("alert")).to_have_text("密码已更改，请用新密码登录。")
    colleague = await sign_in("zhou", "/desk", "a-password-of-zhou")
    await colleague.wait_for_url("**/desk")


async def test_nobody_is_offered_what_is_not_theirs_to_acknowledge(
    served: ServedDesk, sign_in: SignIn
) -> None:
    _, number = await complains(served)
    page = await sign_in("wang")
    alert = page.locator(".qt-alert", has_text=number).or_(page.locator(".qt-row", has_text=number)).first
    await expect(alert).to_be_visible()
    await expect(page.get_by_role("button", name="确认知悉")).to_have_count(0)
