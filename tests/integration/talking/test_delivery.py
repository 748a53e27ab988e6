"""How far a message of ours gets, and what is honestly said of it (docs/conversation.md)."""

import pytest
from sqlalchemy import delete, update

from bot.channels.base import DeliveryDelayed, DeliveryRefused, DeliveryUncertain
from bot.delivery import deliver
from ledger import queue
from ledger.models import Message
from ledger.services import conversations, messages, watchdog
from ledger.services.messages import Reply
from ledger.vocabulary import Author, Delivery

from .world import World


async def deliveries(world: World, conversation_id: int) -> list[str]:
    return [one.delivery for one in await world.transcript(conversation_id) if one.author == "bot"]


async def test_a_sent_message_bears_the_platforms_id(world: World) -> None:
    received = await world.says("你好")
    answer = (await world.transcript(received.conversation_id))[-1]
    assert (answer.delivery, answer.platform_id, answer.delivered_at) == ("sent", "p1", world.now)


async def test_a_delayed_message_is_tried_again_and_keeps_its_place(world: World) -> None:
    world.post.trouble = [DeliveryDelayed("busy"), DeliveryDelayed("busy")]
    await world.writes("一")
    await world.writes("二")
    await world.work()
    assert world.post.arrived == ["听到:一", "听到:二"]


async def test_a_message_that_is_delayed_too_often_has_failed_and_the_next_goes_on(world: World) -> None:
    world.post.trouble = [DeliveryDelayed("busy")] * 3
    await world.writes("一")
    received = await world.writes("二")
    await world.work()
    assert await deliveries(world, received.conversation_id) == ["failed", "sent"]
    assert world.post.arrived == ["听到:二"]


async def test_a_refused_message_has_failed_with_its_reason(world: World) -> None:
    world.post.trouble = [DeliveryRefused("blocked by the customer")]
    received = await world.says("你好")
    answer = (await world.transcript(received.conversation_id))[-1]
    assert (answer.delivery, answer.delivery_error) == ("failed", "blocked by the customer")


async def test_a_broken_connection_leaves_it_unknown_and_nothing_is_said_twice(world: World) -> None:
    world.post.trouble = [DeliveryUncertain("ReadError")]
    received = await world.says("你好")
    assert await deliveries(world, received.conversation_id) == ["unknown"]
    assert world.post.arrived == []


async def test_what_was_being_sent_when_the_desk_was_killed_is_unknown(world: World) -> None:
    received = await world.says("你好")
    interrupted = update(Message).where(Message.author == "bot").values(delivery=Delivery.SENDING)
    await world.do(lambda session: session.execute(interrupted))
    await world.do(lambda session: queue.deliver(session, received.conversation_id, "post"))
    await world.work()
    assert await deliveries(world, received.conversation_id) == ["unknown"]
    assert world.post.arrived == ["听到:你好"]


async def test_who_was_thought_dead_while_sending_leaves_the_rest_to_who_took_over(world: World) -> None:
    conversation = await _three_on_their_way(world)

    async def stands_still() -> None:
        world.post.before_send = None
        with pytest.raises(DeliveryDelayed):
            await deliver(world.desk, conversation)

    world.post.before_send, world.post.trouble = stands_still, [DeliveryDelayed("busy")]
    await deliver(world.desk, conversation)
    assert world.post.arrived == ["一"]
    assert await deliveries(world, conversation) == ["sent", "pending", "pending"]


async def test_what_was_given_up_as_unknown_is_not_sent_after_what_followed_it(world: World) -> None:
    conversation = await _three_on_their_way(world)

    async def stands_still() -> None:
        world.post.before_send = None
        await deliver(world.desk, conversation)

    world.post.before_send, world.post.trouble = stands_still, [None, None, DeliveryDelayed("busy")]
    await deliver(world.desk, conversation)
    assert world.post.arrived == ["二", "三"]
    assert await deliveries(world, conversation) == ["unknown", "sent", "sent"]


async def _three_on_their_way(world: World) -> int:
    received = await world.says("你好")
    world.post.arrived.clear()
    async with world.desk.database.transaction() as session:
        await session.execute(delete(Message).where(Message.author == "bot"))
        conversation = await conversations.lock(session, received.conversation_id)
        await messages.store_replies(
            session,
            conversation=conversation,
            replies=[Reply(words) for words in ("一", "二", "三")],
            author=Author.BOT,
            now=world.now,
        )
    return received.conversation_id


async def test_where_customers_read_the_log_a_stored_message_is_sent(world: World) -> None:
    received = await world.says("你好", channel="web", address="visitor")
    assert await deliveries(world, received.conversation_id) == ["sent"]


async def test_a_channel_that_is_not_there_now_is_waited_for(world: World) -> None:
    world.desk.channels.pop("post")
    received = await world.says("你好")
    assert await deliveries(world, received.conversation_id) == ["failed"]


async def test_the_watchdog_brings_back_what_has_no_job(world: World) -> None:
    received = await world.writes("你好")
    await world.forget_jobs()
    world.later(minutes=1)
    assert await world.do(lambda session: watchdog.revive(session, before=world.now)) == 1
    assert await world.do(lambda session: watchdog.revive(session, before=world.now)) == 0
    await world.work()
    assert await deliveries(world, received.conversation_id) == ["sent"]
