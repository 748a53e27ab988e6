"""The Telegram adapter of the channel port."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from fastapi import APIRouter
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import InvalidToken, TelegramError

from bot.channels.base import Outgoing
from bot.channels.telegram import outbound, webhook
from bot.channels.telegram.client import create_bot, failure
from bot.channels.telegram.customer import NAME
from bot.channels.telegram.dispatch import ALLOWED_UPDATES, Dispatch
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.polling import LONGEST_PAUSE, Polling
from bot.channels.telegram.staff import acknowledge_button
from bot.desk import Desk
from bot.runtime.errors import StartError
from ledger.services import alarms

LONG_POLL: Final = 25
PATIENCE: Final = 10.0
TRY_AGAIN_EVERY: Final = 60.0

log = logging.getLogger(__name__)


class TokenRefusedError(StartError):
    """Telegram refuses TELEGRAM_BOT_TOKEN."""


class TelegramChannel:
    """Polls, or takes calls of its webhook when ``TELEGRAM_WEBHOOK_URL`` is set (then include ``router``).

    ``token`` is the bot's; the desk has no Telegram channel without one. ``patience`` is how long an answer
    of the platform is waited for, in seconds.
    """

    name = NAME
    pulled = False

    def __init__(
        self, desk: Desk, token: str, *, patience: float = PATIENCE, long_poll: int = LONG_POLL
    ) -> None:
        self._desk = desk
        self._url = desk.settings.telegram_webhook_url
        configured = desk.settings.telegram_webhook_secret
        self._secret = configured.get_secret_value() if configured else None
        self.bot: Bot = create_bot(token, desk.settings.telegram_api_base_url, patience=patience)
        take = Dispatch(desk, self.bot).take
        self._intake = Intake(self.bot, take, self._alarm, desk.settings.home / "telegram" / "set-aside")
        self._polling = Polling(self.bot, self._intake, desk.database, long_poll=long_poll)
        self._webhook_set = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def reachable(self) -> bool:
        """False after a poll failed, until one works; by webhook, until Telegram was told its address."""
        return not self._polling.failing if self._url is None else self._webhook_set

    @property
    def router(self) -> APIRouter | None:
        """The webhook's route; None when polling."""
        if self._url is None or self._secret is None:
            return None
        return webhook.create_router(webhook.path_of(self._url), self._secret, self._intake.take)

    async def start(self) -> None:
        """Begin to receive. A platform out of reach is tried again in the background.

        Raises:
            TokenRefusedError: the token is wrong.
        """
        await self._introduce()
        receive = self._polling.run if self._url is None else self._set_webhook
        self._tasks = [asyncio.create_task(receive()), asyncio.create_task(self._take_again())]

    async def stop(self) -> None:
        """Stop receiving; what was not confirmed comes again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.bot.shutdown()

    async def send(self, message: Outgoing) -> str | None:
        """Send ``message``, with its buttons under its last piece; the ids of the pieces, by commas."""
        return await outbound.send(self.bot, message)

    async def tell_staff(self, chat: str, text: str, *, acknowledge: tuple[str, str] | None) -> None:
        """Send a notice to a linked chat, with a button for a (case number, label). Raises DeliveryError."""
        markup = acknowledge_button(*acknowledge) if acknowledge else None
        try:
            await self.bot.send_message(chat, text[: outbound.LONGEST], reply_markup=markup)
        except TelegramError as error:
            raise failure(error) from error

    async def typing(self, address: str) -> None:
        """Show "typing…" for some seconds."""
        with suppress(TelegramError):
            await self.bot.send_chat_action(address, ChatAction.TYPING)

    async def _introduce(self) -> None:
        try:
            await self.bot.initialize()
        except InvalidToken:
            await self.bot.shutdown()
            raise TokenRefusedError(
                "Telegram refuses TELEGRAM_BOT_TOKEN; @BotFather has the right one"
            ) from None
        except TelegramError as error:
            log.warning("Telegram is out of reach, going on in the background: %s", type(error).__name__)

    async def _set_webhook(self) -> None:
        url = webhook.address_of(self._url or "")
        while True:
            try:
                await self.bot.set_webhook(url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES)
                self._webhook_set = True
                return
            except TelegramError as error:
                log.warning("setting the webhook failed: %s", type(error).__name__)
                await asyncio.sleep(LONGEST_PAUSE)

    async def _take_again(self) -> None:
        while True:
            await self._intake.take_again()
            await asyncio.sleep(TRY_AGAIN_EVERY)

    async def _alarm(self, update_id: int) -> None:
        """Tell the administrators of an update nobody could take."""
        async with self._desk.database.transaction() as session:
            await alarms.update_set_aside(
                session, update_id=update_id, policy=self._desk.policy, now=self._desk.now()
            )
