"""Sending to Telegram: texts cut to size, quick replies as buttons under the last piece."""

from collections.abc import Iterator, Sequence
from typing import Final

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.channels.base import Button, DeliveryUncertain, Outgoing
from bot.channels.telegram.client import failure

LONGEST: Final = 4096
BREAKS: Final = ("\n\n", "\n", "。", "! ", "? ", ". ", ";", ",", " ")


async def send(bot: Bot, message: Outgoing) -> str:
    """Send ``message`` and return Telegram's ids of its pieces, joined by commas.

    Raises the errors of ``Channel.send``. Once a first piece is out, any failure is ``DeliveryUncertain``:
    to send the whole once more would repeat what the customer already has.
    """
    sent: list[str] = []
    pieces = list(cut(message.text))
    for position, piece in enumerate(pieces, start=1):
        markup = keyboard(message.id, message.buttons) if position == len(pieces) else None
        try:
            answer = await bot.send_message(message.address, piece, reply_markup=markup)
        except TelegramError as error:
            trouble = failure(error)
            if sent:
                raise DeliveryUncertain(f"{len(sent)} of {len(pieces)} pieces out: {trouble}") from error
            raise trouble from error
        sent.append(str(answer.message_id))
    return ",".join(sent)


def keyboard(message_id: int, buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Quick replies, one a row. Telegram allows 64 bytes of data, so a button names its message and place."""
    rows = [
        [InlineKeyboardButton(button.title, callback_data=f"say:{message_id}:{place}")]
        for place, button in enumerate(buttons)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def cut(text: str, longest: int = LONGEST) -> Iterator[str]:
    """``text`` in pieces of at most ``longest`` characters as Telegram counts them, cut between sentences."""
    rest = text
    while _length(rest) > longest:
        head = _fitting(rest, longest)
        ends = (at + len(sign) for sign in BREAKS if (at := head.rfind(sign)) > len(head) // 2)
        end = next(ends, len(head))
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _length(text: str) -> int:
    """In UTF-16 units: an emoji counts twice."""
    return len(text.encode("utf-16-le")) // 2


def _fitting(text: str, longest: int) -> str:
    return text.encode("utf-16-le")[: longest * 2].decode("utf-16-le", "ignore")
