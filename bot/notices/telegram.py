"""Notices as Telegram messages to linked staff, with a button to acknowledge."""

from typing import Protocol, runtime_checkable

from bot.channels.base import DeliveryError, DeliveryRefused
from bot.desk import Desk
from bot.notices.errors import Hopeless, NoticeError
from bot.notices.letter import Letter
from bot.notices.texts import say
from ledger.models import Notice


@runtime_checkable
class StaffMessenger(Protocol):
    """A channel that reaches staff too."""

    async def tell_staff(self, chat: str, text: str, *, acknowledge: tuple[str, str] | None) -> None:
        """Send ``text``, with a button for a (case number, label). Raises DeliveryError."""


async def send(desk: Desk, notice: Notice, letter: Letter) -> None:
    """Send the notice to the person's linked chat. Raises NoticeError."""
    messenger = desk.channels.get("telegram")
    chat = notice.staff.telegram_chat if notice.staff else None
    if not isinstance(messenger, StaffMessenger) or chat is None:
        raise Hopeless("no Telegram here, or no linked account")
    label = say("button.acknowledge", letter.language)
    button = (letter.acknowledge, label) if letter.acknowledge else None
    try:
        await messenger.tell_staff(chat, letter.text, acknowledge=button)
    except DeliveryRefused as error:
        raise Hopeless(str(error)) from error
    except DeliveryError as error:
        raise NoticeError(str(error)) from error
