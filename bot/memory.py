"""Keeping the assistant's memory true: what people said while it was silent, and what it never said."""

from bot.desk import Desk
from ledger.services import memory


async def remember(desk: Desk, conversation_id: int) -> None:
    """Tell the assistant what was said since its last own turn. Raises EngineError: try again."""
    async with desk.database.transaction() as session:
        turns = await memory.unremembered(session, conversation_id)
    if not turns:
        return
    await desk.engine.remember(
        conversation_id=conversation_id,
        turns=[{"author": turn.author.value, "text": turn.text, "message_id": turn.id} for turn in turns],
    )
    async with desk.database.transaction() as session:
        await memory.mark_remembered(session, turns[-1], now=desk.now())


async def forget(desk: Desk, *, conversation_id: int, message_id: int) -> None:
    """Take a turn out of the assistant's memory, since its reply was dropped. Raises EngineError."""
    await desk.engine.forget(conversation_id=conversation_id, message_id=message_id)
