"""The customers' chat in a real browser: on its own page, and in somebody else's."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect

from ledger.live import notify
from tests import policies
from tests.served_desk import ServedDesk, Visitor, serving

# What is over the measure goes on when the first of it is a minute old.
A_MINUTE_LATER = 90 * 1000
LATE = 10_000


def photo() -> bytes:
    """A PNG of 4 by 4 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x50\x90\xa0" * 4) * 4)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def say(page: Page, text: str) -> None:
    await page.locator("#message").fill(text)
    await page.keyboard.press("Enter")


async def visitor_of(page: Page, served: ServedDesk) -> Visitor:
    """The visitor this page speaks for."""
    token = await page.evaluate("localStorage.getItem('qingting:token')")
    async with served.desk.database.transaction() as session:
        rows = await (await session.connection()).exec_driver_sql("SELECT max(id) FROM conversations")
        return Visitor(served, token, int(rows.scalar_one()))


async def take(served: ServedDesk, visitor: Visitor) -> dict[str, str]:
    header = await served.token_of(await served.staff())
    await served.client.post(f"/api/v1/conversations/{visitor.conversation}/take", headers=header)
    return header


async def write(served: ServedDesk, visitor: Visitor, header: dict[str, str], text: str) -> None:
    address = f"/api/v1/conversations/{visitor.conversation}/messages"
    await served.client.post(address, json={"text": text}, headers=header)


async def test_what_is_written_is_delivered_and_answered(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)

    await say(page, "冰箱坏了")

    mine = page.locator(".bubble.customer")
    await expect(mine).to_contain_text("冰箱坏了")
    await expect(mine.locator(".state")).to_have_text("已送达")
    await expect(page.locator(".bubble.bot").last).to_contain_text("记下了:冰箱坏了")
    await expect(page.locator("#message")).to_be_focused()
    await expect(page.locator("#message")).to_have_value("")


async def test_shift_and_enter_begin_a_new_line(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await page.locator("#message").fill("第一行")

    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")

    await expect(page.locator("#message")).to_have_value("第一行\n第二行")
    await expect(page.locator(".bubble.customer")).to_have_count(0)


async def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(
    page: Page, served: ServedDesk
) -> None:
    await page.goto(served.url)
    await page.locator("#message").fill("bing")

    composing = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    await page.locator("#message").dispatch_event("keydown", composing)

    await expect(page.locator("#message")).to_have_value("bing")


async def test_markup_is_shown_and_never_run(page: Page, served: ServedDesk) -> None:
    served.engine.reply = lambda text: [{"text": f"<b>{text}</b>", "stage": "listen"}]
    await page.goto(served.url)

    await say(page, "<img src=x onerror=\"document.title='run'\">")

    await expect(page.locator(".bubble.bot").last).to_contain_text("<b><img src=x")
    assert await page.title() != "run"
    await expect(page.locator(".bubble b")).to_have_count(0)


async def test_the_history_is_there_after_a_reload(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await say(page, "冰箱坏了")
    await expect(page.locator(".bubble.bot")).to_have_count(2)

    await page.reload()

    await expect(page.locator(".bubble.customer")).to_contain_text("冰箱坏了")
    await expect(page.locator(".bubble.bot")).to_have_count(2)


async def test_a_draft_is_there_after_a_reload(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await page.locator("#message").fill("还没写完")

    await page.reload()

    await expect(page.locator("#message")).to_have_value("还没写完")


async def test_quick_replies_are_said_and_go(page: Page, served: ServedDesk) -> None:
    buttons = [{"title": "退款", "payload": "我要退款"}]
    served.engine.reply = lambda text: [
        {"text": "您想要什么？", "stage": "listen", "buttons": [] if "退款" in text else buttons}
    ]
    await page.goto(served.url)
    await say(page, "冰箱坏了")

    await page.get_by_role("button", name="退款").click()

    await expect(page.locator(".bubble.customer").last).to_contain_text("我要退款")
    await expect(page.locator(".bubble.bot")).to_have_count(3)
    await expect(page.locator(".quick")).to_be_hidden()


async def test_a_photo_is_previewed_sent_and_seen_again(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    file = {"name": "冰箱.png", "mimeType": "image/png", "buffer": photo()}
    await page.locator("#files").set_input_files(file)  # type: ignore[arg-type]
    await expect(page.locator(".candidate img")).to_be_visible()

    await say(page, "就是这里")

    mine = page.locator(".bubble.customer")
    await expect(mine.locator(".state")).to_have_text("已送达")
    await expect(mine.locator("progress")).to_have_count(0)
    await expect(mine.locator("img")).to_have_attribute("alt", "照片 冰箱.png")
    await page.reload()
    await expect(mine).to_contain_text("就是这里")
    await expect(mine.locator("img")).to_be_visible()


async def test_a_file_that_cannot_be_taken_is_refused_in_plain_words(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    file = {"name": "a.png", "mimeType": "image/png", "buffer": b"<script>"}
    await page.locator("#files").set_input_files(file)  # type: ignore[arg-type]

    await page.locator(".send").click()

    await expect(page.locator(".bubble.customer .state")).to_contain_text("这种文件这里打不开")


async def test_a_named_person_is_shown_as_one(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await say(page, "找人工")
    await expect(page.locator(".bubble.bot")).to_have_count(2)
    visitor = await visitor_of(page, served)
    header = await take(served, visitor)

    async with served.desk.database.transaction() as session:
        await notify(session, "typing", conversation=visitor.conversation)
    await expect(page.locator(".typing")).to_be_visible()
    await write(served, visitor, header, "我是王芳，您说。")

    agent = page.locator(".bubble.agent")
    await expect(agent.locator(".who")).to_have_text("王芳 同事")
    await expect(page.locator(".head .name")).to_have_text("王芳")
    await expect(page.locator(".typing")).to_be_hidden()
    await expect(page.locator(".bubble.system")).to_have_count(1)


async def test_what_is_written_offline_is_kept_through_a_reload_and_sent_once(
    page: Page, context: BrowserContext, served: ServedDesk
) -> None:
    await page.goto(served.url)
    await say(page, "一")
    await expect(page.locator(".bubble.bot")).to_have_count(2)
    # A desk that is away, as the browser sees it.
    await page.route("**/api/**", _abort)
    await page.route_web_socket("**/api/v1/chat/ws", _dead)
    await page.reload()

    await say(page, "二")
    await say(page, "三")
    await expect(page.locator(".bubble.customer")).to_have_count(2)
    await expect(page.locator(".banner")).to_be_visible()
    await page.reload()
    await expect(page.locator(".bubble.customer")).to_have_count(2)
    again = await context.new_page()
    await again.goto(served.url)

    await expect(again.locator(".bubble.customer")).to_have_count(3, timeout=LATE)
    await expect(again.locator(".bubble.bot")).to_have_count(4, timeout=LATE)
    visitor = await visitor_of(again, served)
    said = [line["text"] for line in await visitor.reads() if line["author"] == "customer"]
    assert said == ["一", "二", "三"]


async def _dead(socket: WebSocketRoute) -> None:
    await socket.close(code=1011)


async def test_where_sockets_are_blocked_the_chat_goes_on_by_polling(page: Page, served: ServedDesk) -> None:
    await page.route_web_socket("**/api/v1/chat/ws", _dead)
    await page.goto(served.url)

    await say(page, "冰箱坏了")
    await expect(page.locator(".bubble.bot").last).to_contain_text("记下了", timeout=LATE)
    await say(page, "还在吗")

    await expect(page.locator(".bubble.bot").last).to_contain_text("还在吗", timeout=LATE)
    await expect(page.locator(".banner")).to_be_hidden()


async def test_an_acknowledgement_that_got_lost_makes_no_second_message(
    page: Page, served: ServedDesk
) -> None:
    lost: list[str] = []

    def forgetful(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_page(frame: Any) -> None:
            if '"ack"' in str(frame) and not lost:
                lost.append(str(frame))
                asyncio.get_running_loop().create_task(socket.close(code=1011))
            elif lost or '"ready"' in str(frame):
                socket.send(frame)

        server.on_message(to_page)

    await page.route_web_socket("**/api/v1/chat/ws", forgetful)
    await page.goto(served.url)

    await say(page, "只说一次")

    await expect(page.locator(".bubble.customer .state")).to_have_text("已送达", timeout=LATE)
    await expect(page.locator(".bubble.customer")).to_have_count(1)
    visitor = await visitor_of(page, served)
    assert lost
    assert [line["author"] for line in await visitor.reads_until(2)] == ["customer", "bot"]


async def test_a_flood_is_slowed_down_and_arrives_in_order(
    page: Page, database_url: str, tmp_path: Path
) -> None:
    policy = policies.at_once()
    limits = policy.limits.model_copy(update={"messages_a_minute": 20})
    async with serving(database_url, tmp_path, policy=policy.model_copy(update={"limits": limits})) as served:
        await page.goto(served.url)
        for number in range(22):
            await say(page, f"第{number}条")

        await expect(page.locator(".bubble.customer .state", has_text="稍等")).to_have_count(1, timeout=LATE)
        await expect(page.locator(".bubble.customer .state", has_text="已送达")).to_have_count(
            22, timeout=A_MINUTE_LATER
        )
        visitor = await visitor_of(page, served)
        said = [line["text"] for line in await visitor.reads_until(44) if line["author"] == "customer"]
        assert said == [f"第{number}条" for number in range(22)]


async def test_the_link_brings_the_conversation_to_another_browser(
    page: Page, chromium: Browser, served: ServedDesk
) -> None:
    await page.goto(served.url)
    await say(page, "冰箱坏了")
    await expect(page.locator(".bubble.bot")).to_have_count(2)
    visitor = await visitor_of(page, served)
    requested: list[str] = []
    other = await (await chromium.new_context(locale="en-US")).new_page()
    other.on("request", lambda request: requested.append(request.url))

    await other.goto(f"{served.url}/#t={visitor.token}")

    await expect(other.locator(".bubble.customer")).to_contain_text("冰箱坏了")
    assert visitor.token not in other.url
    assert not [address for address in requested[1:] if visitor.token in address]
    await other.context.close()


async def test_forgetting_leaves_nothing_on_the_device(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await say(page, "冰箱坏了")
    await expect(page.locator(".bubble.bot")).to_have_count(2)

    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="从这台设备上移除对话").click()
    await page.get_by_role("button", name="移除", exact=True).click()

    await expect(page.locator(".bubble.customer")).to_have_count(0)
    assert await page.evaluate("localStorage.getItem('qingting:token')") is None


async def test_a_conversation_nobody_knows_begins_anew_and_loses_nothing(
    page: Page, served: ServedDesk
) -> None:
    await page.goto(f"{served.url}/#t=wrong")

    await expect(page.locator(".note")).to_contain_text("找不到以前的对话")
    await say(page, "重新说")

    await expect(page.locator(".bubble.bot").last).to_contain_text("重新说")


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("zh-CN", "有话请说"),
        ("zh-TW", "有話請說"),
        ("zh-HK", "有話請說"),
        ("en-GB", "Tell us"),
        ("de-DE", "Tell us"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    chromium: Browser, served: ServedDesk, locale: str, title: str
) -> None:
    context = await chromium.new_context(locale=locale)
    page = await context.new_page()

    await page.goto(served.url)

    await expect(page.locator("h1")).to_contain_text(title)
    await context.close()


async def test_the_language_is_switched_and_remembered(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    await page.get_by_role("button", name="更多").click()

    await page.locator("#language").select_option("zh-Hant")

    await expect(page.locator("h1")).to_have_text("有話請說，我們在聽")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


async def test_the_menu_is_closed_by_escape_and_gives_the_focus_back(page: Page, served: ServedDesk) -> None:
    await page.goto(served.url)
    menu = page.get_by_role("button", name="更多")
    await menu.press("Enter")
    await expect(page.locator("#language")).to_be_focused()

    await page.keyboard.press("Escape")

    await expect(page.locator("#menu")).to_be_hidden()
    await expect(menu).to_be_focused()


async def test_everything_that_can_be_used_has_a_name_for_screen_readers(
    page: Page, served: ServedDesk
) -> None:
    await page.goto(served.url)
    await expect(page.locator(".bubble.bot")).to_be_visible()

    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, textarea, select, input:not([hidden])")]
            .filter((one) => !one.getAttribute("aria-label"))
            .filter((one) => !one.textContent.trim() && !one.labels?.length)
            .map((one) => one.outerHTML)"""
    )

    assert nameless == []
    log = page.get_by_role("log")
    await expect(log).to_have_attribute("aria-label", "对话")
    await expect(log).to_have_attribute("aria-live", "polite")


async def test_on_a_phone_nothing_stands_out_of_the_screen(chromium: Browser, served: ServedDesk) -> None:
    context = await chromium.new_context(viewport={"width": 390, "height": 700}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(served.url)
    await say(page, "https://example.com/" + "很长" * 100)
    await expect(page.locator(".bubble.bot")).to_have_count(2)

    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(page.locator(".composer")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".bubble.bot").last).to_be_in_viewport()
    await context.close()


@asynccontextmanager
async def shop(served: ServedDesk) -> AsyncIterator[str]:
    """Somebody else's page with our script tag in it, at an address of its own."""
    body = f'<!doctype html><h1>Shop</h1><script src="{served.url}/widget.js" defer></script>'.encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        allowed = served.desk.settings.model_copy(update={"embed_origins": (address,)})
        served.desk.settings = allowed
        yield address


async def test_one_script_tag_puts_the_chat_on_another_site(page: Page, served: ServedDesk) -> None:
    async with shop(served) as address:
        await page.goto(address)
        launcher = page.get_by_role("button", name="打开对话")
        await launcher.click()
        chat = page.frame_locator("iframe")
        await expect(chat.locator("#message")).to_be_focused()
        await chat.locator("#message").fill("冰箱坏了")
        await page.keyboard.press("Enter")
        await expect(chat.locator(".bubble.bot").last).to_contain_text("记下了")

        await page.keyboard.press("Escape")

        await expect(page.locator("iframe")).to_be_hidden()
        await expect(launcher).to_be_focused()


async def test_the_launcher_counts_what_was_not_read(page: Page, served: ServedDesk) -> None:
    async with shop(served) as address:
        await page.goto(address)
        launcher = page.get_by_role("button", name="打开对话")
        await launcher.click()
        chat = page.frame_locator("iframe")
        await chat.locator("#message").fill("找人工")
        await page.keyboard.press("Enter")
        await expect(chat.locator(".bubble.bot")).to_have_count(2)
        await page.get_by_role("button", name="收起对话").first.click()
        async with served.desk.database.transaction() as session:
            rows = await (await session.connection()).exec_driver_sql("SELECT max(id) FROM conversations")
            visitor = Visitor(served, "", int(rows.scalar_one()))

        await write(served, visitor, await take(served, visitor), "我是王芳")

        await expect(page.locator(".badge")).to_have_text("2")
        await page.get_by_role("button", name="打开对话 · 2 条未读消息").click()
        await expect(page.locator(".badge")).to_be_hidden()


async def test_a_site_that_is_not_named_cannot_frame_the_chat(page: Page, served: ServedDesk) -> None:
    async with shop(served) as address:
        served.desk.settings = served.desk.settings.model_copy(update={"embed_origins": ()})
        await page.goto(address)

        await expect(page.locator("button")).to_be_hidden()


async def test_a_status_is_looked_up_by_number_and_pass_code(page: Page, served: ServedDesk) -> None:
    header = await served.token_of(await served.staff())
    body = {"channel": "phone", "narrative": "冰箱坏了", "category": "product_quality"}
    entered = (await served.client.post("/api/v1/complaints", json=body, headers=header)).json()
    await page.goto(f"{served.url}/status")

    await page.get_by_label("编号").fill(entered["complaint"]["number"])
    await page.get_by_label("查询码").fill("wrong")
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_role("alert")).to_contain_text("没有编号和查询码都对得上的记录")
    await page.get_by_label("查询码").fill(entered["pass_code"])
    await page.get_by_role("button", name="查询").click()

    await expect(page.locator("#found")).to_contain_text("办理中")
    await expect(page.locator("#found")).to_contain_text("王芳")


async def _abort(route: Route) -> None:
    await route.abort()


async def test_messages_in_a_row_are_listened_to_and_a_quick_reply_is_answered_at_once(
    page: Page, database_url: str, tmp_path: Path
) -> None:
    policy = policies.listening(unfinished="30s", pause="30s", longest="30s", finished="0s")
    async with serving(database_url, tmp_path, policy=policy) as served:
        served.engine.reply = lambda text: [
            {
                "text": f"听到：{text}",
                "stage": "listen",
                "buttons": [] if "退款" in text else [{"title": "退款", "payload": "我要退款"}],
            }
        ]
        await page.goto(served.url)
        await say(page, "你们这破冰箱！！！")
        await expect(page.locator(".typing")).to_be_visible()
        await expect(page.locator(".bubble.bot")).to_have_count(1)
        await say(page, "修了三次还是坏的，今天又不制冷。")
        await expect(page.locator(".bubble.bot").last).to_contain_text("你们这破冰箱")
        await expect(page.locator(".bubble.bot").last).to_contain_text("今天又不制冷")

        await page.get_by_role("button", name="退款").click()

        await expect(page.locator(".bubble.bot").last).to_contain_text("我要退款")
        await expect(page.locator(".bubble.bot")).to_have_count(3)
