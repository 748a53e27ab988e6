"""What an update is, and who takes it: a customer's matter, or a member of staff's."""

import logging
import re
from collections.abc import Awaitable
from typing import Any, Final

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import filters

from bot.channels.telegram import customer, staff
from bot.channels.telegram.people import language_of
from bot.desk import Desk
from bot.notices.texts import say
from bot.throttle import Rate, Throttle
from ledger.vocabulary import Language

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query")
QUICK_REPLY: Final = re.compile(r"say:(\d+):(\d+)")
LONGEST_CALLBACK_ANSWER: Final = 200
LINK_TRIES: Final = Rate(burst=5, a_minute=1)

log = logging.getLogger(__name__)


class Dispatch:
    """Takes updates one at a time; when ``take`` returns, what they say is committed."""

    def __init__(self, desk: Desk, bot: Bot) -> None:
        self._desk = desk
        self._bot = bot
        self._link_tries = Throttle(LINK_TRIES)

    async def take(self, update: Update) -> None:
        """Hand the update to whom it concerns; kinds that concern nobody are passed over."""
        if filters.StatusUpdate.ALL.check_update(update):
            return
        if update.callback_query:
            await self._press(update.callback_query)
        elif update.edited_message and update.edited_message.chat.type == ChatType.PRIVATE:
            await self._edit(update.update_id, update.edited_message)
        elif update.message and update.message.chat.type == ChatType.PRIVATE:
            await self._write(update.message)
        elif update.message:
            await self._in_group(update.message)

    async def _write(self, message: Message) -> None:
        command = staff.LINK.fullmatch(message.text or "")
        if command:
            await self._say(message, await self._link(message, command["code"]))
        elif person := await staff.linked(self._desk, message.chat.id):
            await self._say(message, say("telegram.staff_chat", person.language, name=person.name))
        else:
            await customer.write(self._desk, self._bot, message)

    async def _edit(self, update_id: int, message: Message) -> None:
        """Without words it is the app's own doing: a live location that moves on."""
        if customer.text_of(message) and not await staff.linked(self._desk, message.chat.id):
            await customer.edit(self._desk, update_id, message)

    async def _link(self, message: Message, code: str | None) -> str:
        """Guessing is slowed down: beyond a few tries a minute every code is wrong."""
        if code and self._link_tries.take(str(message.chat.id), self._desk.now()) > 0:
            return say("telegram.code_wrong", language_of(message.from_user) or Language.ZH_HANS)
        return await staff.link(self._desk, message, code)

    async def _in_group(self, message: Message) -> None:
        """Complaints are private: whoever calls the bot in a group is asked over, and nothing is kept."""
        if (message.text or "").startswith("/"):
            await self._say(
                message, say("telegram.group", language_of(message.from_user) or Language.ZH_HANS)
            )

    async def _press(self, query: CallbackQuery) -> None:
        data = query.data or ""
        if reply := QUICK_REPLY.fullmatch(data):
            await customer.press(self._desk, query, int(reply[1]), int(reply[2]))
            await _harmless(query.answer())
            await _harmless(_replace_buttons(query, None))
        elif data.startswith(staff.ACKNOWLEDGE):
            await self._acknowledge(query, data.removeprefix(staff.ACKNOWLEDGE))

    async def _acknowledge(self, query: CallbackQuery, number: str) -> None:
        words, settled = await staff.acknowledge(self._desk, query, number)
        await _harmless(query.answer(words[:LONGEST_CALLBACK_ANSWER], show_alert=not settled))
        if settled:
            await _harmless(_replace_buttons(query, staff.acknowledge_button(number, words)))

    async def _say(self, message: Message, words: str) -> None:
        await _harmless(self._bot.send_message(message.chat.id, words))


async def _replace_buttons(query: CallbackQuery, markup: InlineKeyboardMarkup | None) -> None:
    if query.message:
        await query.edit_message_reply_markup(markup)


async def _harmless(call: Awaitable[Any]) -> None:
    """What was asked is committed; that Telegram's echo of it fails is no reason to do it again."""
    try:
        await call
    except TelegramError as error:
        log.warning("an answer in Telegram did not get through: %s", type(error).__name__)
