"""Whole ways through the desk with Telegram at both ends: customers are answered, staff are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.telegram import TelegramChannel
from bot.desk import Desk
from ledger.models import Clock, Notice
from ledger.services import cases, departments, staff
from ledger.vocabulary import Category, ClockKind, Language, NoticeState, Role, Signal, Way
from tests.emulator import updates
from tests.emulator.server import running
from tests.emulator.state import Telegram
from tests.served_desk import ServedDesk, serving

CUSTOMER, HEADQUARTERS = 7001, 9001
JPEG = b"\xff\xd8\xff\xe0 a photo of a broken fridge"


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Telegram, str]]:
    async with running() as emulator:
        yield emulator.telegram, emulator.url


@asynccontextmanager
async def desk_on(url: str, database_url: str, home: Path) -> AsyncIterator[ServedDesk]:
    def add_telegram(app: FastAPI, desk: Desk) -> None:
        desk.channels["telegram"] = TelegramChannel(desk, "4242:test-token", patience=2, long_poll=1)

    settings = {"telegram_api_base_url": url}
    async with serving(database_url, home, settings=settings, mount=add_telegram) as served:
        yield served


@pytest.fixture
async def served(
    telegram: tuple[Telegram, str], database_url: str, tmp_path: Path
) -> AsyncIterator[ServedDesk]:
    async with desk_on(telegram[1], database_url, tmp_path) as started:
        yield started


async def test_a_customer_is_answered_with_quick_replies_that_work(
    served: ServedDesk, telegram: tuple[Telegram, str]
) -> None:
    platform, _ = telegram
    button = {"title": "换新", "payload": "我想换一台新的"}
    served.engine.reply = lambda said: [{"text": f"记下了:{said}", "stage": "listen", "buttons": [button]}]
    await updates.write(platform, CUSTOMER, "冰箱修了三次")
    (first,) = await platform.wait_sent(1, chat=CUSTOMER)
    assert first.text == "记下了:冰箱修了三次"
    data = first.arguments["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await updates.press(platform, CUSTOMER, data, message_id=first.result["message_id"])
    _, second = await platform.wait_sent(2, chat=CUSTOMER)
    assert second.text == "记下了:我想换一台新的"


async def test_a_photo_and_a_sticker_are_answered_in_the_desks_words(
    served: ServedDesk, telegram: tuple[Telegram, str]
) -> None:
    platform, _ = telegram
    await updates.send(platform, CUSTOMER, **updates.photo(platform, JPEG))
    (photo,) = await platform.wait_sent(1, chat=CUSTOMER)
    await updates.send(platform, CUSTOMER, **updates.sticker(platform))
    _, sticker = await platform.wait_sent(2, chat=CUSTOMER)
    say = served.desk.scripts.say
    assert photo.text == say("desk_file_kept", Language.ZH_HANS)
    assert sticker.text == say("desk_unreadable", Language.ZH_HANS)


async def test_a_reply_asked_to_wait_is_sent_after_the_wait(
    served: ServedDesk, telegram: tuple[Telegram, str]
) -> None:
    platform, _ = telegram
    platform.fail("sendMessage", "too_many", seconds=1)
    await updates.write(platform, CUSTOMER, "在吗")
    (sent,) = await platform.wait_sent(1, chat=CUSTOMER)
    assert sent.text == "记下了:在吗"


async def test_what_was_written_while_the_desk_was_down_is_answered(
    telegram: tuple[Telegram, str], database_url: str, tmp_path: Path
) -> None:
    platform, url = telegram
    await updates.write(platform, CUSTOMER, "有人吗")
    async with desk_on(url, database_url, tmp_path):
        (sent,) = await platform.wait_sent(1, chat=CUSTOMER)
    assert sent.text == "记下了:有人吗"


async def test_headquarters_is_told_in_telegram_and_acknowledges_there(
    served: ServedDesk, telegram: tuple[Telegram, str]
) -> None:
    platform, _ = telegram
    desk = served.desk
    async with desk.database.transaction() as session:
        head = await staff.create(
            session,
            username="wangfang",
            name="王芳",
            role=Role.AGENT,
            department="headquarters",
            now=desk.now(),
        )
        await departments.set_duty(
            session, key="headquarters", contacts=[head.staff], by=None, now=desk.now()
        )
        code = await staff.link_code(session, staff=head.staff)
    await updates.write(platform, HEADQUARTERS, f"/link {code.lower()}")
    await platform.wait_sent(1, chat=HEADQUARTERS)

    async with desk.database.transaction() as session:
        case = await cases.enter_by_staff(
            session,
            staff=head.staff,
            channel="phone",
            narrative="再不解决就找记者",
            category=Category.PRODUCT_QUALITY,
            signals=[Signal.MEDIA_THREAT],
            policy=desk.policy,
            now=desk.now(),
        )
    _, notice = await platform.wait_sent(2, chat=HEADQUARTERS)
    assert case.number in notice.text
    assert "来自：电话" in notice.text

    data = notice.arguments["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await updates.press(platform, HEADQUARTERS, data, message_id=notice.result["message_id"])
    (answer,) = await platform.wait_sent(1, method="answerCallbackQuery")
    assert "王芳" in answer.arguments["text"]
    async with desk.database.transaction() as session:
        clock = await session.scalar(select(Clock).where(Clock.kind == ClockKind.HEADQUARTERS))
        told = await session.scalar(select(Notice).where(Notice.way == Way.TELEGRAM))
    assert clock is not None
    assert clock.stopped_by_id == head.staff.id
    assert told is not None
    assert told.state is NoticeState.SENT
