"""python-telegram-bot's client, set up for the desk."""

from typing import Final

import httpx
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.base import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.secrecy import keep_addresses_out_of_logs

NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
GONE: Final = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")


def create_bot(token: str, root: str, *, patience: float) -> Bot:
    """The client of the Bot API at ``root``; ``patience`` is how long an answer is waited for, in seconds."""
    keep_addresses_out_of_logs()
    return Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=HTTPXRequest(read_timeout=patience, connect_timeout=patience, pool_timeout=patience),
        get_updates_request=HTTPXRequest(connection_pool_size=2, read_timeout=patience),
    )


def failure(error: TelegramError) -> DeliveryError:
    """What an error of the client means for a message on its way.

    Whether the platform had it is known only if the connection never stood, or if the Bot API itself
    answered; a gateway's error page and a broken connection leave it open.
    """
    match error:
        case RetryAfter():
            return DeliveryDelayed("asked to wait", retry_after=_seconds(error))
        case Forbidden():
            return DeliveryRefused("blocked by the customer")
        case BadRequest():
            return _bad_request(error)
        case InvalidToken():
            return DeliveryDelayed("the bot's token is refused")
        case NetworkError() if error.__cause__ is None or isinstance(error.__cause__, NEVER_SENT):
            return DeliveryDelayed(type(error.__cause__ or error).__name__)
        case _:
            return DeliveryUncertain(type(error.__cause__ or error).__name__)


def _bad_request(error: BadRequest) -> DeliveryRefused:
    gone = any(sign in error.message.lower() for sign in GONE)
    return DeliveryRefused("the chat is gone" if gone else error.message)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
