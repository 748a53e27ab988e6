"""A customer's messages, edits and pressed buttons, handed to the desk."""

import re
from typing import Final

from telegram import Bot, CallbackQuery, Message

from bot import conversation
from bot.channels.telegram import media
from bot.channels.telegram.people import language_of, name_of
from bot.conversation import Edited, Incoming
from bot.desk import Desk
from bot.evidence import File
from bot.media import OCTETS, media_type, plain_name
from bot.notices.texts import say
from ledger.views import quick_replies
from ledger.vocabulary import Language

NAME: Final = "telegram"
START: Final = re.compile(r"/start\b.*", re.DOTALL)
MEGABYTE: Final = 1024 * 1024


async def write(desk: Desk, bot: Bot, message: Message) -> None:
    """Hand over a message with what it carries; committed when this returns.

    Its id in the chat is its ``client_id``, so that a redelivery and an edit find it again. A file that is
    too large, and a kind the desk cannot read, arrive without content and are answered so.
    """
    await conversation.receive(
        desk,
        Incoming(
            channel=NAME,
            address=str(message.chat.id),
            client_id=client_id(message),
            text=text_of(message),
            display_name=name_of(message.from_user),
            language=language_of(message.from_user),
            files=await files_of(desk, bot, message),
        ),
    )


async def edit(desk: Desk, update_id: int, message: Message) -> None:
    """Record a later wording; the update's id tells one edit of a message from the next."""
    await conversation.record_edit(
        desk,
        Edited(
            channel=NAME,
            address=str(message.chat.id),
            client_id=client_id(message),
            edit_id=f"u{update_id}",
            text=text_of(message),
        ),
    )


async def press(desk: Desk, query: CallbackQuery, message_id: int, place: int) -> bool:
    """Take a pressed quick reply for the customer's words; False if it is no button of theirs.

    Pressed twice it counts once: its ``client_id`` is the question's id and the button's place.
    """
    chat = str(query.from_user.id)
    async with desk.database.transaction() as session:
        words = await quick_replies.payload(
            session, channel=NAME, address=chat, message_id=message_id, place=place
        )
    if words is None:
        return False
    await conversation.receive(
        desk,
        Incoming(
            channel=NAME,
            address=chat,
            client_id=f"b{message_id}.{place}",
            text=words,
            display_name=name_of(query.from_user),
            language=language_of(query.from_user),
            complete=True,
        ),
    )
    return True


def client_id(message: Message) -> str:
    """The platform's id of a message: unique in its chat."""
    return f"m{message.message_id}"


def text_of(message: Message) -> str:
    """What the customer says: text or caption, a greeting for Start, the phone number they share."""
    written = message.text or message.caption or ""
    if START.fullmatch(written):
        return say("telegram.start", language_of(message.from_user) or Language.ZH_HANS)
    return message.contact.phone_number if message.contact else written


async def files_of(desk: Desk, bot: Bot, message: Message) -> tuple[File, ...]:
    """The file a message carries; none if it is larger than the policy allows, or gone.

    Raises TelegramError when the platform cannot be asked now.
    """
    carried = media.media_of(message)
    if carried is None:
        return ()
    try:
        content = await media.fetch(bot, carried, largest=desk.policy.limits.file_megabytes * MEGABYTE)
    except media.Unavailable:
        return ()
    return (File(plain_name(carried.name), media_type(content) or OCTETS, content),)
