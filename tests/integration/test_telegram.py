"""Telegram over HTTP, against the emulator: nothing lost, nothing twice, staff at hand."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select, text

from bot.channels.base import Button, DeliveryDelayed, DeliveryRefused, DeliveryUncertain, Outgoing
from bot.channels.telegram import TelegramChannel, TokenRefusedError
from bot.channels.telegram import customer as customer_side
from bot.desk import Desk
from ledger.db import Database
from ledger.models import (
    Attachment,
    Case,
    Clock,
    Conversation,
    Customer,
    Edit,
    Identity,
    Message,
    Notice,
    Staff,
)
from ledger.services import clocks, staff
from ledger.services.messages import Reply, store_replies
from ledger.vocabulary import Author, CaseType, ClockKind, NoticeKind, Role
from tests.emulator import updates
from tests.emulator.desk import make_desk
from tests.emulator.server import Emulator, running
from tests.emulator.state import Telegram, Webhook

TOKEN = "4242:test-token"
CHAT = 7001
JPEG = b"\xff\xd8\xff\xe0 a photo of a broken fridge"


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with running() as started:
        yield started


@pytest.fixture
def telegram(emulator: Emulator) -> Telegram:
    return emulator.telegram


@pytest.fixture
def desk(database: Database, emulator: Emulator, tmp_path: Path) -> Desk:
    return make_desk(database, tmp_path, telegram_api_base_url=emulator.url)


@pytest.fixture
async def channel(desk: Desk) -> AsyncIterator[TelegramChannel]:
    async with receiving(desk) as started:
        yield started


@asynccontextmanager
async def receiving(desk: Desk) -> AsyncIterator[TelegramChannel]:
    """The channel of ``desk``, started; Telegram is asked every second and answers are waited for as long."""
    started = TelegramChannel(desk, TOKEN, patience=1, long_poll=1)
    desk.channels["telegram"] = started
    await started.start()
    try:
        yield started
    finally:
        await started.stop()


async def rows(database: Database, model: type[Any]) -> Sequence[Any]:
    async with database.transaction() as session:
        return (await session.scalars(select(model).order_by(model.id))).all()


async def until(condition: Callable[[], Awaitable[bool]], within: float = 9) -> None:
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 — a row of another connection makes no event
            await asyncio.sleep(0.02)


async def received(database: Database, number: int) -> Sequence[Message]:
    async def enough() -> bool:
        return len(await rows(database, Message)) >= number

    await until(enough)
    return await rows(database, Message)


async def confirmed(telegram: Telegram) -> None:
    """Wait until nothing is on the way any more."""

    async def none() -> bool:
        return not telegram.waiting()

    await until(none)


async def jobs(database: Database) -> int:
    async with database.transaction() as session:
        count = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'conversation.handle'"
        return int(await session.scalar(text(count)) or 0)


# Receiving


async def test_a_message_is_committed_with_its_job_and_then_confirmed(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    written = await updates.write(telegram, CHAT, "你们的冰箱修了三次都没修好")
    (message,) = await received(database, 1)
    await confirmed(telegram)
    assert (message.text, message.author) == ("你们的冰箱修了三次都没修好", Author.CUSTOMER)
    assert message.client_id == f"m{written['message_id']}"
    assert await jobs(database) == 1
    (identity,) = await rows(database, Identity)
    assert (identity.channel, identity.address, identity.display_name) == ("telegram", str(CHAT), "Li Na")


async def test_nothing_is_confirmed_before_it_is_committed(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    async with database.engine.connect() as blocker:
        await blocker.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        await updates.write(telegram, CHAT, "在吗")
        await asyncio.sleep(1.5)
        assert len(telegram.waiting()) == 1
        await blocker.rollback()
    await received(database, 1)
    await confirmed(telegram)


async def test_a_redelivered_update_changes_nothing(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    written = updates.message(telegram, CHAT, text="修了三次")
    first = await telegram.inject({"message": written})
    await confirmed(telegram)
    await telegram.inject({"message": written}, update_id=first + 1)
    await updates.write(telegram, CHAT, "还是坏的")
    await confirmed(telegram)
    assert [message.text for message in await rows(database, Message)] == ["修了三次", "还是坏的"]
    assert await jobs(database) == 1


async def test_one_persons_messages_keep_their_order(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    for number in range(30):
        await telegram.inject({"message": updates.message(telegram, CHAT + number % 3, text=str(number))})
    messages = await received(database, 30)
    for conversation in {message.conversation_id for message in messages}:
        heard = [int(message.text) for message in messages if message.conversation_id == conversation]
        assert heard == sorted(heard)


async def test_an_edit_is_recorded_beside_the_first_wording_and_makes_no_turn(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    written = await updates.write(telegram, CHAT, "退钱")
    await received(database, 1)
    await updates.edit(telegram, written, "退款,谢谢")
    await updates.edit(telegram, written, "换新的")
    await confirmed(telegram)
    assert [message.text for message in await rows(database, Message)] == ["退钱"]
    assert [edit.text for edit in await rows(database, Edit)] == ["退款,谢谢", "换新的"]
    assert await jobs(database) == 1


@pytest.mark.parametrize(
    ("carried", "name", "media_type"),
    [
        (lambda telegram: updates.photo(telegram, JPEG), "photo-", "image/jpeg"),
        (lambda telegram: updates.document(telegram, b"%PDF-1.7 invoice"), "invoice.pdf", "application/pdf"),
        (lambda telegram: updates.voice(telegram, b"OggS voice"), "voice-", "audio/ogg"),
        (
            lambda telegram: updates.document(telegram, b"<script>", name="../../x.html", media="text/html"),
            "x.html",
            "application/octet-stream",
        ),
    ],
)
async def test_a_file_becomes_evidence_with_its_caption_as_words(
    carried: Callable[[Telegram], dict[str, Any]],
    name: str,
    media_type: str,
    channel: TelegramChannel,
    telegram: Telegram,
    database: Database,
    desk: Desk,
) -> None:
    content = carried(telegram)
    await updates.send(telegram, CHAT, **content, caption="看看")
    (message,) = await received(database, 1)
    (kept,) = await rows(database, Attachment)
    assert (message.text, kept.message_id) == ("看看", message.id)
    assert kept.name.startswith(name)
    assert kept.media_type == media_type
    sent = telegram.files[max(telegram.files, key=lambda key: len(telegram.files[key]))]
    assert desk.evidence.path(kept.path).read_bytes() == sent


@pytest.mark.parametrize("content", [updates.location(), {"dice": {"emoji": "🎲", "value": 3}}, {}])
async def test_a_kind_the_desk_cannot_read_still_reaches_it_to_be_answered(
    content: dict[str, Any], channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    await updates.send(telegram, CHAT, **content)
    (message,) = await received(database, 1)
    assert message.text == ""
    assert await jobs(database) == 1


async def test_a_file_too_large_to_fetch_still_reaches_the_desk_to_be_answered(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    content = updates.document(telegram, b"%PDF-")
    content["document"]["file_size"] = 21 * 1024 * 1024
    await updates.send(telegram, CHAT, **content, caption="合同")
    (message,) = await received(database, 1)
    assert message.text == "合同"
    assert await rows(database, Attachment) == []


async def test_a_shared_phone_number_is_what_the_customer_says(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    await updates.send(telegram, CHAT, contact={"phone_number": "+8613800000000", "first_name": "Li"})
    (message,) = await received(database, 1)
    assert message.text == "+8613800000000"


async def test_start_is_heard_as_a_greeting(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    await updates.write(telegram, CHAT, "/start from-website")
    (message,) = await received(database, 1)
    assert message.text == "你好"


async def test_groups_are_asked_over_and_nothing_of_them_is_kept(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    await updates.write(telegram, -100, "/start", kind="supergroup")
    await updates.write(telegram, -100, "大家好", kind="supergroup")
    await telegram.wait_sent(1, chat=-100)
    await confirmed(telegram)
    assert len(telegram.sent(chat=-100)) == 1
    assert await rows(database, Message) == []


async def test_what_the_app_does_by_itself_is_no_message(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    place = await updates.send(telegram, CHAT, **updates.location())
    await received(database, 1)
    await telegram.inject({"edited_message": {**place, "edit_date": place["date"]}})
    await updates.send(telegram, CHAT, message_auto_delete_timer_changed={"message_auto_delete_time": 60})
    await confirmed(telegram)
    assert len(await rows(database, Message)) == 1
    assert await rows(database, Edit) == []


async def test_what_was_written_while_the_desk_was_away_arrives(
    desk: Desk, telegram: Telegram, database: Database
) -> None:
    async with receiving(desk):
        await updates.write(telegram, CHAT, "一")
        await received(database, 1)
    await updates.write(telegram, CHAT, "二")
    async with receiving(desk):
        messages = await received(database, 2)
    assert [message.text for message in messages] == ["一", "二"]


async def test_two_desks_on_one_database_do_not_poll_at_once(desk: Desk, telegram: Telegram) -> None:
    async with receiving(desk):
        await telegram.wait_sent(1, method="deleteWebhook")
        async with receiving(desk):
            await asyncio.sleep(0.5)
            assert len(telegram.sent("deleteWebhook")) == 1


async def test_polling_goes_on_after_the_platform_failed(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    telegram.fail("deleteWebhook", "server_error")
    for kind in ("server_error", "gateway", "drop_after", "too_many"):
        telegram.fail("getUpdates", kind)
    await updates.write(telegram, CHAT, "还在吗")
    await received(database, 1)
    await confirmed(telegram)
    assert channel.reachable


async def test_a_webhook_left_over_from_before_is_taken_away(
    desk: Desk, telegram: Telegram, database: Database
) -> None:
    telegram.webhook = Webhook("http://127.0.0.1:9/elsewhere", None)
    async with receiving(desk):
        await updates.write(telegram, CHAT, "还在吗")
        await received(database, 1)


async def test_a_server_that_does_not_wait_is_not_asked_without_a_pause(
    desk: Desk, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    whole = telegram.pending

    async def count(**arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return await whole(**arguments | {"seconds": 0})

    monkeypatch.setattr(telegram, "pending", count)
    async with receiving(desk):
        await asyncio.sleep(1)
    assert 1 < asked <= 6


async def test_a_wrong_token_stops_the_start_without_telling_it(desk: Desk, telegram: Telegram) -> None:
    telegram.fail("getMe", "unauthorised")
    with pytest.raises(TokenRefusedError) as refused:
        await TelegramChannel(desk, TOKEN, patience=1).start()
    assert TOKEN not in str(refused.value)


async def test_a_platform_out_of_reach_does_not_stop_the_start(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, telegram_api_base_url="http://127.0.0.1:9")
    async with receiving(desk) as channel:

        async def noticed() -> bool:
            return not channel.reachable

        await until(noticed)


# What cannot be taken


async def test_an_update_that_cannot_be_taken_is_set_aside_told_and_taken_later(
    channel: TelegramChannel,
    telegram: Telegram,
    database: Database,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with database.transaction() as session:
        await staff.create(session, username="boss", role=Role.ADMINISTRATOR, now=desk.now())
    whole = customer_side.text_of

    def fails_on_secrets(message: Any) -> str:
        if "秘密" in (message.text or ""):
            raise ValueError(message.text)
        return whole(message)

    monkeypatch.setattr(customer_side, "text_of", fails_on_secrets)
    await updates.write(telegram, CHAT, "一个秘密")
    await updates.write(telegram, CHAT + 1, "别人的话")
    assert [message.text for message in await received(database, 1)] == ["别人的话"]
    await confirmed(telegram)
    (aside,) = (desk.settings.home / "telegram" / "set-aside").iterdir()
    assert json.loads(aside.read_text())["message"]["text"] == "一个秘密"
    assert {notice.kind for notice in await rows(database, Notice)} == {NoticeKind.ALARM}
    assert "秘密" not in caplog.text

    monkeypatch.undo()
    await channel._intake.take_again()
    assert [message.text for message in await rows(database, Message)] == ["别人的话", "一个秘密"]
    assert not aside.exists()


async def test_an_update_nobody_can_read_hides_no_other(
    channel: TelegramChannel, telegram: Telegram, database: Database, desk: Desk
) -> None:
    await telegram.inject({"message": {"message_id": 1, "date": "yesterday", "chat": {"id": 1}}})
    await updates.write(telegram, CHAT, "看得懂的话")
    await received(database, 1)
    await confirmed(telegram)
    assert len(list((desk.settings.home / "telegram" / "set-aside").iterdir())) == 1


async def test_a_file_the_platform_cannot_hand_out_now_is_fetched_again(
    channel: TelegramChannel, telegram: Telegram, database: Database
) -> None:
    telegram.fail("file", "gateway", times=2)
    await updates.send(telegram, CHAT, **updates.photo(telegram, JPEG))
    await received(database, 1)
    assert len(await rows(database, Attachment)) == 1


# Sending


def outgoing(said: str = "三次了,还是坏的。", *buttons: Button, number: int = 1) -> Outgoing:
    return Outgoing(id=number, address=str(CHAT), text=said, buttons=buttons)


async def test_a_message_reaches_the_chat_and_its_id_comes_back(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    sent_as = await channel.send(outgoing())
    (sent,) = telegram.sent(chat=CHAT)
    assert (sent.text, sent_as) == ("三次了,还是坏的。", str(sent.result["message_id"]))


async def test_a_long_text_goes_in_pieces_with_the_buttons_under_the_last(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    await channel.send(outgoing("很长的一句话。" * 1000, Button("好", "好")))
    first, last = telegram.sent(chat=CHAT)
    assert "reply_markup" not in first.arguments
    assert "reply_markup" in last.arguments


@pytest.mark.parametrize("kind", ["forbidden", "no_chat"])
async def test_a_customer_who_is_gone_is_a_refusal(
    kind: str, channel: TelegramChannel, telegram: Telegram
) -> None:
    telegram.fail("sendMessage", kind)
    with pytest.raises(DeliveryRefused):
        await channel.send(outgoing())


async def test_a_platform_that_asks_to_wait_says_how_long(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    telegram.fail("sendMessage", "too_many", seconds=17)
    with pytest.raises(DeliveryDelayed) as delayed:
        await channel.send(outgoing())
    assert delayed.value.retry_after == 17


async def test_the_platforms_own_error_means_it_was_not_sent(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    telegram.fail("sendMessage", "server_error")
    with pytest.raises(DeliveryDelayed):
        await channel.send(outgoing())


async def test_a_platform_out_of_reach_surely_has_nothing(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, telegram_api_base_url="http://127.0.0.1:9")
    with pytest.raises(DeliveryDelayed):
        await TelegramChannel(desk, TOKEN, patience=1).send(outgoing())


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "gateway", "slow"])
async def test_a_connection_that_breaks_leaves_it_unknown(
    kind: str, channel: TelegramChannel, telegram: Telegram
) -> None:
    telegram.fail("sendMessage", kind, seconds=2)
    with pytest.raises(DeliveryUncertain):
        await channel.send(outgoing())


async def test_half_a_message_is_never_sent_again_as_a_whole(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    telegram.fail("sendMessage", "slow", seconds=0)
    telegram.fail("sendMessage", "too_many")
    with pytest.raises(DeliveryUncertain):
        await channel.send(outgoing("很长的一句话。" * 1000))
    assert len(telegram.sent(chat=CHAT)) == 1


async def test_typing_is_shown_and_its_failure_is_of_no_consequence(
    channel: TelegramChannel, telegram: Telegram
) -> None:
    await channel.typing(str(CHAT))
    telegram.fail("sendChatAction", "forbidden")
    await channel.typing(str(CHAT))
    assert len(telegram.sent("sendChatAction", CHAT)) == 1


async def test_no_token_is_ever_logged(
    desk: Desk, telegram: Telegram, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.fail("sendMessage", "gateway")
    async with receiving(desk) as channel:
        await updates.send(telegram, CHAT, **updates.photo(telegram, JPEG))
        await received(database, 1)
        with pytest.raises(DeliveryUncertain):
            await channel.send(outgoing())
    assert TOKEN.split(":")[1] not in caplog.text


# Quick replies


async def offered(desk: Desk, *buttons: dict[str, str]) -> Message:
    """A reply of ours in the chat's conversation, with ``buttons``."""
    async with desk.database.transaction() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        replies = [Reply("您想怎么办?", buttons=buttons)]
        stored = await store_replies(
            session, conversation=conversation, replies=replies, author=Author.BOT, now=desk.now()
        )
        return stored[0]


async def test_a_pressed_quick_reply_is_what_the_customer_says_once(
    channel: TelegramChannel, telegram: Telegram, database: Database, desk: Desk
) -> None:
    await updates.write(telegram, CHAT, "冰箱坏了")
    await received(database, 1)
    question = await offered(desk, {"title": "换新", "payload": "我想换一台新的"})
    await updates.press(telegram, CHAT, f"say:{question.id}:0", message_id=9)
    await updates.press(telegram, CHAT, f"say:{question.id}:0", message_id=9)
    await telegram.wait_sent(2, method="answerCallbackQuery")
    said = [message.text for message in await rows(database, Message) if message.author is Author.CUSTOMER]
    assert said == ["冰箱坏了", "我想换一台新的"]
    assert telegram.sent("editMessageReplyMarkup", CHAT)


@pytest.mark.parametrize("data", ["say:{id}:7", "say:999999:0", "say:{id}:0"])
async def test_a_button_that_was_never_offered_says_nothing(
    data: str, channel: TelegramChannel, telegram: Telegram, database: Database, desk: Desk
) -> None:
    await updates.write(telegram, CHAT, "冰箱坏了")
    await received(database, 1)
    question = await offered(desk, {"title": "换新", "payload": "我想换一台新的"})
    stranger = CHAT + 1
    await updates.press(telegram, stranger, data.format(id=question.id), message_id=9)
    await telegram.wait_sent(1, method="answerCallbackQuery")
    assert len([one for one in await rows(database, Message) if one.author is Author.CUSTOMER]) == 1


# Staff


@pytest.fixture
async def wang_fang(desk: Desk) -> Staff:
    """A supervisor, linked to chat 9001."""
    async with desk.database.transaction() as session:
        created = await staff.create(
            session, username="wangfang", name="王芳", role=Role.SUPERVISOR, now=desk.now()
        )
        code = await staff.link_code(session, staff=created.staff)
        return await staff.link_telegram(session, code=code, chat="9001", now=desk.now())


@pytest.fixture
async def special_case(desk: Desk) -> str:
    """The number of a case whose headquarters clock runs."""
    now = desk.now()
    async with desk.database.transaction() as session:
        customer = Customer(created_at=now)
        session.add(customer)
        await session.flush()
        case = Case(
            number="QT-2026-000123",
            pass_code="x",
            type=CaseType.COMPLAINT,
            customer_id=customer.id,
            channel="web",
            opened_at=now,
            special_since=now,
            special_reasons=[{"code": "media_threat", "words": {}, "at": now.isoformat(), "message_id": 1}],
        )
        session.add(case)
        await session.flush()
        await clocks.start(session, case=case, kind=ClockKind.HEADQUARTERS, policy=desk.policy, now=now)
        return case.number


async def clock(database: Database) -> Clock:
    (found,) = await rows(database, Clock)
    assert isinstance(found, Clock)
    return found


async def test_a_code_links_a_members_chat(
    channel: TelegramChannel, telegram: Telegram, desk: Desk, database: Database
) -> None:
    async with database.transaction() as session:
        created = await staff.create(session, username="li", name="李工", role=Role.AGENT, now=desk.now())
        code = await staff.link_code(session, staff=created.staff)
    await updates.write(telegram, 9002, f"/link {code}")
    (answer,) = await telegram.wait_sent(1, chat=9002)
    (linked,) = await rows(database, Staff)
    assert linked.telegram_chat == "9002"
    assert "李工" in answer.text
    assert await rows(database, Message) == []


async def test_codes_cannot_be_guessed_for_long(
    channel: TelegramChannel, telegram: Telegram, desk: Desk, database: Database
) -> None:
    async with database.transaction() as session:
        created = await staff.create(session, username="li", role=Role.AGENT, now=desk.now())
        code = await staff.link_code(session, staff=created.staff)
    for guess in ("A", "B", "C", "D", "E", code):
        await updates.write(telegram, 9002, f"/link {guess}")
    await telegram.wait_sent(6, chat=9002)
    assert (await rows(database, Staff))[0].telegram_chat is None


async def test_what_staff_write_to_the_bot_is_no_complaint(
    channel: TelegramChannel, telegram: Telegram, wang_fang: Staff, database: Database
) -> None:
    await updates.write(telegram, 9001, "已知悉,我来处理")
    (answer,) = await telegram.wait_sent(1, chat=9001)
    assert "王芳" in answer.text
    assert await rows(database, Message) == []


async def test_pressing_acknowledge_stops_the_clock_in_the_pressers_name(
    channel: TelegramChannel, telegram: Telegram, wang_fang: Staff, special_case: str, database: Database
) -> None:
    await updates.press(telegram, 9001, f"ack:{special_case}", message_id=5)
    (answer,) = await telegram.wait_sent(1, method="answerCallbackQuery")
    stopped = await clock(database)
    assert stopped.stopped_by_id == wang_fang.id
    assert "王芳" in answer.arguments["text"]
    (edited,) = await telegram.wait_sent(1, method="editMessageReplyMarkup", chat=9001)
    assert "王芳" in edited.arguments["reply_markup"]["inline_keyboard"][0][0]["text"]


async def test_who_comes_second_is_told_who_was_first(
    channel: TelegramChannel, telegram: Telegram, wang_fang: Staff, special_case: str, desk: Desk
) -> None:
    async with desk.database.transaction() as session:
        first = await staff.create(
            session, username="zhao", name="赵敏", role=Role.ADMINISTRATOR, now=desk.now()
        )
        await clocks.acknowledge(session, number=special_case, staff=first.staff, now=desk.now())
    await updates.press(telegram, 9001, f"ack:{special_case}", message_id=5)
    (answer,) = await telegram.wait_sent(1, method="answerCallbackQuery")
    assert "赵敏" in answer.arguments["text"]


async def test_a_stranger_cannot_acknowledge(
    channel: TelegramChannel, telegram: Telegram, special_case: str, database: Database
) -> None:
    await updates.press(telegram, 666, f"ack:{special_case}", message_id=5)
    (answer,) = await telegram.wait_sent(1, method="answerCallbackQuery")
    assert "绑定" in answer.arguments["text"]
    assert (await clock(database)).stopped_at is None


async def test_an_agent_who_is_not_of_headquarters_cannot_acknowledge(
    channel: TelegramChannel, telegram: Telegram, special_case: str, desk: Desk
) -> None:
    async with desk.database.transaction() as session:
        created = await staff.create(session, username="li", name="李工", role=Role.AGENT, now=desk.now())
        code = await staff.link_code(session, staff=created.staff)
        await staff.link_telegram(session, code=code, chat="9003", now=desk.now())
    await updates.press(telegram, 9003, f"ack:{special_case}", message_id=5)
    (answer,) = await telegram.wait_sent(1, method="answerCallbackQuery")
    assert "李工" in answer.arguments["text"]
    assert (await clock(desk.database)).stopped_at is None
    assert not telegram.sent("editMessageReplyMarkup")


# The webhook


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """The channel of ``desk`` with its route on a real port; yields the route's address."""
    channel = TelegramChannel(desk, TOKEN, patience=1)
    app = FastAPI()
    assert channel.router is not None
    app.include_router(channel.router)
    port = int(str(desk.settings.telegram_webhook_url).rsplit(":", 1)[1].split("/")[0])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await channel.start()
    try:
        yield str(desk.settings.telegram_webhook_url)
    finally:
        await channel.stop()
        server.should_exit = True
        await serving


@pytest.fixture
def hooked(database: Database, emulator: Emulator, tmp_path: Path, unused_tcp_port: int) -> Desk:
    return make_desk(
        database,
        tmp_path,
        telegram_api_base_url=emulator.url,
        telegram_webhook_url=f"http://127.0.0.1:{unused_tcp_port}/telegram/webhook",
        telegram_webhook_secret="webhook-secret",
    )


async def test_the_webhook_is_set_and_takes_what_it_is_called_with(
    hooked: Desk, telegram: Telegram, database: Database
) -> None:
    async with served(hooked):
        await telegram.wait_sent(1, method="setWebhook")
        await updates.write(telegram, CHAT, "修了三次")
        (message,) = await received(database, 1)
        await confirmed(telegram)
    assert message.text == "修了三次"
    assert telegram.sent("setWebhook")[0].arguments["secret_token"] == "webhook-secret"


async def test_the_webhook_answers_200_only_after_the_commit(
    hooked: Desk, telegram: Telegram, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, failures = customer_side.text_of, iter([True, True, False])

    def fails_twice(message: Any) -> str:
        if next(failures):
            raise ValueError
        return whole(message)

    monkeypatch.setattr(customer_side, "text_of", fails_twice)
    async with served(hooked):
        await updates.write(telegram, CHAT, "修了三次")
        await received(database, 1)
        await confirmed(telegram)
    assert telegram.deliveries == 3
    assert await jobs(database) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", "webhook-secret-", "密"])
async def test_a_call_without_the_secret_is_turned_away(
    secret: str | None, hooked: Desk, telegram: Telegram, database: Database
) -> None:
    update = {"update_id": 1, "message": updates.message(telegram, CHAT, text="假的")}
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    async with served(hooked) as address, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(address, json=update, headers=headers)
    assert answer.status_code == 403
    assert await rows(database, Message) == []
