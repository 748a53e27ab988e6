"""What the desk says itself, in words the conversation has not heard (docs/scripts.md)."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import Desk
from bot.scripts import day_and_time
from ledger.hours import is_open, next_opening
from ledger.models import Conversation
from ledger.services import messages
from ledger.services.messages import Reply
from ledger.vocabulary import Author


async def own_words(
    desk: Desk, session: AsyncSession, conversation: Conversation, script: str, **values: object
) -> Reply:
    """The desk's own ``script`` as a reply in the conversation's language, filled with ``values``."""
    heard = await messages.said(session, conversation.id, script)
    return Reply(desk.scripts.say(script, conversation.language, heard=heard, **values), script=script)


async def say(
    desk: Desk,
    session: AsyncSession,
    conversation: Conversation,
    reply: Reply,
    *,
    author: Author = Author.SYSTEM,
) -> None:
    """Say ``reply`` by the desk itself, outside the talk with the assistant. The caller holds the row."""
    await messages.store_replies(
        session,
        conversation=conversation,
        replies=[reply],
        author=author,
        now=desk.now(),
        delivery=desk.stored_as(conversation.channel),
    )


async def about_person(desk: Desk, session: AsyncSession, conversation: Conversation, script: str) -> Reply:
    """``script``, or out of hours ``<script>_later``, which says plainly when a person is there."""
    opening = next_opening(desk.policy.calendar(), desk.now())
    if is_open(desk.policy.calendar(), desk.now()) or opening is None:
        return await own_words(desk, session, conversation, script)
    numbers = desk.policy.emergency.numbers(conversation.language)
    return await own_words(
        desk,
        session,
        conversation,
        f"{script}_later",
        opening=day_and_time(opening, conversation.language),
        ambulance=numbers.ambulance,
        police=numbers.police,
    )
