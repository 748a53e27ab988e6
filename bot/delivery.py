"""Sending what was stored, with an honest record of how far it got (docs/conversation.md)."""

import structlog

from bot import meters
from bot.channels.base import (
    Button,
    Channel,
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    Outgoing,
)
from bot.desk import Desk
from bot.stages import timed
from ledger.services import deliveries
from ledger.services.deliveries import Departing
from ledger.vocabulary import Delivery

log = structlog.get_logger(__name__)


async def deliver(desk: Desk, conversation_id: int, *, last_try: bool = False) -> None:
    """Send everything the conversation has pending, in order.

    Each message is committed as ``sending`` before the platform is asked. With ``last_try`` a message that
    is delayed once more has failed, and the next one goes on. Who stood still while sending, and was thought
    dead, leaves the rest to the job that has taken over.

    Raises DeliveryDelayed: try again, with this message first; or elsewhere, since this process stops.
    """
    in_hand = True
    while in_hand and (departing := await _next(desk, conversation_id)):
        try:
            with timed("delivered"):
                in_hand = await _send(desk, departing)
        except DeliveryDelayed as error:
            outcome = Delivery.FAILED if last_try else Delivery.PENDING
            in_hand = await _ended(desk, departing, outcome, error)
            if in_hand and not last_try:
                raise
        except DeliveryRefused as error:
            in_hand = await _ended(desk, departing, Delivery.FAILED, error)
        except DeliveryUncertain as error:
            in_hand = await _ended(desk, departing, Delivery.UNKNOWN, error)


async def _next(desk: Desk, conversation_id: int) -> Departing | None:
    if desk.closing.is_set():
        raise DeliveryDelayed("this process stops", retry_after=0)
    async with desk.database.transaction() as session:
        return await deliveries.next_to_send(session, conversation_id=conversation_id)


async def _send(desk: Desk, departing: Departing) -> bool:
    platform_id = await _channel(desk, departing).send(_outgoing(departing))
    async with desk.database.transaction() as session:
        in_hand = await deliveries.arrived(
            session, message_id=departing.message.id, platform_id=platform_id, now=desk.now()
        )
    _count(departing, Delivery.SENT)
    return in_hand


async def _ended(desk: Desk, departing: Departing, delivery: Delivery, error: DeliveryError) -> bool:
    async with desk.database.transaction() as session:
        in_hand = await deliveries.ended(
            session, message_id=departing.message.id, delivery=delivery, error=str(error)
        )
    if in_hand:
        _count(departing, delivery)
    return in_hand


def _count(departing: Departing, state: Delivery) -> None:
    meters.DELIVERIES.labels(departing.channel, state.value).inc()
    log.info("delivery.ended", message=departing.message.id, channel=departing.channel, state=state.value)


def _channel(desk: Desk, departing: Departing) -> Channel:
    try:
        return desk.channels[departing.channel]
    except KeyError:
        raise DeliveryDelayed(f"the desk has no channel {departing.channel} now") from None


def _outgoing(departing: Departing) -> Outgoing:
    message = departing.message
    buttons = tuple(Button(button["title"], button["payload"]) for button in message.buttons or ())
    return Outgoing(message.id, departing.address, message.text, buttons)
