"""Sending what was stored, with an honest record of how far it got (docs/conversation.md)."""

from bot.desk import Desk


async def deliver(desk: Desk, conversation_id: int) -> None:
    """Send everything the conversation has pending, in order. Raises DeliveryDelayed: try again."""
    raise NotImplementedError
