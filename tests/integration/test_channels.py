"""What every channel must do, run over each adapter (``tests/platforms.py``)."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import delivery
from ledger.db import Database
from ledger.models import Attachment, Conversation, Identity, Message
from ledger.services import conversations, messages
from ledger.services.messages import Reply
from ledger.vocabulary import Author, Delivery
from tests.platforms import JPEG, PLATFORMS, Platform, Shown

LI_NA, DANA = 7001, 7002


@pytest.fixture(params=PLATFORMS)
async def platform(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[Platform]:
    async with PLATFORMS[request.param](database, tmp_path) as started:
        yield started


async def rows(database: Database, model: type[Any]) -> Sequence[Any]:
    async with database.transaction() as session:
        return (await session.scalars(select(model).order_by(model.id))).all()


async def jobs(database: Database) -> list[int]:
    """The messages that wait to be handled, in order."""
    query = "SELECT (args->>'message_id')::bigint FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"
    async with database.transaction() as session:
        return list(await session.scalars(text(query), {"task": "conversation.handle"}))


async def say(platform: Platform, conversation_id: int, *replies: Reply) -> list[Message]:
    """Store replies as the assistant's and deliver them."""
    desk = platform.desk
    async with desk.database.transaction() as session:
        conversation = await conversations.lock(session, conversation_id)
        stored = await messages.store_replies(
            session,
            conversation=conversation,
            replies=replies,
            author=Author.BOT,
            now=desk.now(),
            delivery=desk.stored_as(platform.channel.name),
        )
    await delivery.deliver(desk, conversation_id)
    return stored


async def test_what_is_confirmed_is_committed_with_its_job(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "冰箱修了三次还是坏的", id=1)
    (message,) = await rows(database, Message)
    assert (message.text, message.author) == ("冰箱修了三次还是坏的", Author.CUSTOMER)
    assert await jobs(database) == [message.id]


async def test_a_redelivery_is_one_message_and_one_job(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "退款", id=1)
    await platform.write(LI_NA, "退款", id=1)
    assert len(await rows(database, Message)) == len(await jobs(database)) == 1


async def test_the_same_words_twice_are_two_messages(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "在吗", id=1)
    await platform.write(LI_NA, "在吗", id=2)
    assert len(await rows(database, Message)) == 2


async def test_messages_stay_in_order_in_one_conversation(platform: Platform, database: Database) -> None:
    for number in range(10):
        await platform.write(LI_NA, str(number), id=number + 1)
    written = await rows(database, Message)
    assert [message.text for message in written] == [str(number) for number in range(10)]
    assert len({message.conversation_id for message in written}) == 1


async def test_two_customers_have_two_conversations(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "你好", id=1)
    await platform.write(DANA, "hello", id=1)
    assert len(await rows(database, Conversation)) == 2
    assert {identity.channel for identity in await rows(database, Identity)} == {platform.channel.name}


@pytest.mark.parametrize("words", ["<b>&amp;</b>", "'; DROP TABLE cases; --", "多行\n第二行", "🤬" * 200])
async def test_words_arrive_as_they_were_written(words: str, platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, words, id=1)
    assert (await rows(database, Message))[0].text == words


async def test_a_photo_is_kept_as_evidence(platform: Platform, database: Database) -> None:
    await platform.send_photo(LI_NA, "看看这个", id=1)
    (message,), (kept,) = await rows(database, Message), await rows(database, Attachment)
    assert (message.text, kept.message_id, kept.media_type) == ("看看这个", message.id, "image/jpeg")
    assert platform.desk.evidence.path(kept.path).read_bytes() == JPEG
    assert await jobs(database) == [message.id]


async def test_a_photo_delivered_twice_is_kept_once(platform: Platform, database: Database) -> None:
    await platform.send_photo(LI_NA, "", id=1)
    await platform.send_photo(LI_NA, "", id=1)
    assert len(await rows(database, Attachment)) == 1


async def test_replies_reach_their_customer_in_order_and_nobody_else(
    platform: Platform, database: Database
) -> None:
    await platform.write(LI_NA, "冰箱坏了", id=1)
    await platform.write(DANA, "hello", id=1)
    first, _ = await rows(database, Conversation)
    await say(platform, first.id, Reply("冰箱坏了,多久了?"), Reply("您慢慢说。"))
    assert await platform.shown(LI_NA) == [Shown("冰箱坏了,多久了?"), Shown("您慢慢说。")]
    assert await platform.shown(DANA) == []
    ours = [message for message in await rows(database, Message) if message.author is Author.BOT]
    assert {message.delivery for message in ours} == {Delivery.SENT}


async def test_a_reply_shows_as_it_was_written(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "冰箱坏了", id=1)
    (conversation,) = await rows(database, Conversation)
    await say(platform, conversation.id, Reply("<b>您</b> *好* _[1](2)_ & \\"))
    assert [shown.text for shown in await platform.shown(LI_NA)] == ["<b>您</b> *好* _[1](2)_ & \\"]


async def test_a_pressed_quick_reply_is_the_customers_words_once(
    platform: Platform, database: Database
) -> None:
    await platform.write(LI_NA, "冰箱坏了", id=1)
    (conversation,) = await rows(database, Conversation)
    replies = ({"title": "换新", "payload": "我想换一台新的"}, {"title": "退款", "payload": "我想退款"})
    (question,) = await say(platform, conversation.id, Reply("您想怎么办?", buttons=replies))
    assert await platform.shown(LI_NA) == [Shown("您想怎么办?", ("换新", "退款"))]
    await platform.press(LI_NA, question, 1)
    await platform.press(LI_NA, question, 1)
    said = [message.text for message in await rows(database, Message) if message.author is Author.CUSTOMER]
    assert said == ["冰箱坏了", "我想退款"]


async def test_typing_never_fails(platform: Platform) -> None:
    await platform.channel.typing(str(LI_NA))
    await platform.channel.typing("nobody")


async def test_a_channel_can_be_stopped_and_started_again(platform: Platform, database: Database) -> None:
    await platform.write(LI_NA, "一", id=1)
    await platform.channel.stop()
    await platform.channel.start()
    await platform.write(LI_NA, "二", id=2)
    assert [message.text for message in await rows(database, Message)] == ["一", "二"]
