"""Staff in Telegram: linking their account, acknowledging a special user (playbook B1)."""

import re
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.channels.telegram.people import language_of
from bot.desk import Desk
from bot.moments import clock_time
from bot.notices.texts import say
from ledger.errors import AlreadyAcknowledged, CodeExpired, NoSuchCase, NotAllowed, NotSpecial
from ledger.models import Staff
from ledger.services import clocks, staff
from ledger.vocabulary import Language

LINK: Final = re.compile(r"/link(?:@\w+)?(?:\s+(?P<code>\S+))?\s*")
ACKNOWLEDGE: Final = "ack:"


def acknowledge_button(number: str, label: str) -> InlineKeyboardMarkup:
    """The button under a notice; pressed after the acknowledgement it tells who gave it."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"{ACKNOWLEDGE}{number}")]])


async def linked(desk: Desk, chat: int) -> Staff | None:
    """The member of staff whose chat this is."""
    async with desk.database.transaction() as session:
        return await staff.by_telegram(session, str(chat))


async def link(desk: Desk, message: Message, code: str | None) -> str:
    """Link the chat to the account of ``code``; returns what to say. A redelivery finds it linked."""
    language = language_of(message.from_user) or Language.ZH_HANS
    if code is None:
        return say("telegram.code_missing", language)
    try:
        async with desk.database.transaction() as session:
            person = await staff.link_telegram(session, code=code, chat=str(message.chat.id), now=desk.now())
    except CodeExpired:
        return say("telegram.code_wrong", language)
    return say("telegram.linked", person.language, name=person.name)


async def acknowledge(desk: Desk, query: CallbackQuery, number: str) -> tuple[str, bool]:
    """Acknowledge case ``number`` in the presser's name; returns what to say, and whether it is settled."""
    person = await linked(desk, query.from_user.id)
    if person is None:
        return say("telegram.not_linked", language_of(query.from_user) or Language.ZH_HANS), False
    try:
        async with desk.database.transaction() as session:
            clock = await clocks.acknowledge(session, number=number, staff=person, now=desk.now())
    except AlreadyAcknowledged as already:
        return _acknowledged(desk, person.language, number, already.by, already.at), True
    except NotAllowed:
        return say("telegram.not_allowed", person.language, name=person.name, number=number), False
    except (NotSpecial, NoSuchCase):
        return say("telegram.nothing_to_acknowledge", person.language, number=number), False
    at = clock.stopped_at or desk.now()
    return _acknowledged(desk, person.language, number, person.name, at), True


def _acknowledged(desk: Desk, language: Language, number: str, name: str, at: datetime) -> str:
    moment = clock_time(at, desk.now(), desk.policy.organisation.time_zone, language)
    return say("telegram.acknowledged", language, number=number, name=name, at=moment)
