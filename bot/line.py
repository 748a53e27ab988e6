"""More customers than can be answered at once: they hear their number in the line (docs/conversation.md)."""

from bot.desk import Desk
from bot.own_words import own_words, say
from ledger.services import conversations
from ledger.services.gathering import SAID_IN_LINE
from ledger.views import line
from ledger.views.line import Place
from ledger.vocabulary import Holding


async def tell(desk: Desk) -> int:
    """Tell everybody in the line their number, once somebody waits in it for too long; how many were told.

    The desk says so by itself: no engine is asked, and the assistant's memory knows nothing of it.
    """
    rule = desk.policy.capacity
    async with desk.database.transaction() as session:
        places = await line.waiting(session)
    if not any(place.waited > rule.answer_within for place in places):
        return 0
    return sum([await _told(desk, place) for place in places])


async def _told(desk: Desk, place: Place) -> bool:
    """Once for a time of waiting, whichever process looks; again only to who writes on."""
    now = desk.now()
    told_before = now - desk.policy.capacity.say_again_after
    async with desk.database.transaction() as session:
        if not await line.is_untold(session, place.conversation_id, told_before=told_before):
            return False
        conversation = await conversations.lock(session, place.conversation_id)
        if conversation.holding is Holding.HUMAN:
            return False
        if not await line.is_untold(session, place.conversation_id, told_before=told_before):
            return False
        words = await own_words(desk, session, conversation, SAID_IN_LINE, number=place.number)
        await say(desk, session, conversation, words)
        return True
