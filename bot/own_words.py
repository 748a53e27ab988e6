"""What the desk says itself, in words the conversation has not heard (docs/scripts.md)."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import Desk
from ledger.models import Conversation
from ledger.services import messages
from ledger.services.messages import Reply


async def own_words(
    desk: Desk, session: AsyncSession, conversation: Conversation, script: str, **values: object
) -> Reply:
    """The desk's own ``script`` as a reply in the conversation's language, filled with ``values``."""
    heard = await messages.said(session, conversation.id, script)
    return Reply(desk.scripts.say(script, conversation.language, heard=heard, **values), script=script)
