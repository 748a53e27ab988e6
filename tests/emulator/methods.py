"""The Bot API methods the desk uses, by name."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulator.state import BOT, JSON, ApiError, Sent, Telegram, Webhook

LONGEST_TEXT = 4096
LONGEST_CALLBACK_DATA = 64
LARGEST_FILE = 20 * 1024 * 1024


async def get_me(telegram: Telegram, arguments: JSON) -> JSON:
    return BOT


async def get_updates(telegram: Telegram, arguments: JSON) -> list[JSON]:
    if telegram.webhook is not None:
        raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
    return await telegram.pending(
        offset=int(arguments.get("offset", 0)),
        limit=int(arguments.get("limit", 100)),
        seconds=float(arguments.get("timeout", 0)),
    )


async def send_message(telegram: Telegram, arguments: JSON) -> JSON:
    if not arguments.get("text"):
        raise ApiError(400, "Bad Request: message text is empty")
    if len(arguments["text"]) > LONGEST_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    _check_markup(arguments.get("reply_markup"))
    return {
        "message_id": telegram.new_message_id(),
        "date": int(time.time()),
        "chat": {"id": int(arguments["chat_id"]), "type": "private"},
        "from": BOT,
        "text": arguments["text"],
    }


async def edit_message_text(telegram: Telegram, arguments: JSON) -> JSON:
    _check_markup(arguments.get("reply_markup"))
    return {
        "message_id": int(arguments["message_id"]),
        "date": int(time.time()),
        "chat": {"id": int(arguments["chat_id"]), "type": "private"},
        "text": arguments.get("text", "…"),
    }


async def do_nothing(telegram: Telegram, arguments: JSON) -> bool:
    return True


async def get_file(telegram: Telegram, arguments: JSON) -> JSON:
    file_id = arguments["file_id"]
    if file_id not in telegram.files:
        raise ApiError(400, "Bad Request: invalid file_id")
    size = len(telegram.files[file_id])
    if size > LARGEST_FILE:
        raise ApiError(400, "Bad Request: file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": f"u-{file_id}",
        "file_size": size,
        "file_path": f"files/{file_id}",
    }


async def set_webhook(telegram: Telegram, arguments: JSON) -> bool:
    telegram.webhook = (
        Webhook(arguments["url"], arguments.get("secret_token")) if arguments.get("url") else None
    )
    return True


async def delete_webhook(telegram: Telegram, arguments: JSON) -> bool:
    telegram.webhook = None
    return True


Method = Callable[[Telegram, JSON], Awaitable[Any]]
METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_text,
    "answerCallbackQuery": do_nothing,
    "sendChatAction": do_nothing,
    "getFile": get_file,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
}
SILENT = {"getMe", "getUpdates", "getFile"}


async def call(telegram: Telegram, name: str, arguments: JSON) -> Any:
    """Run one method and keep what it did, unless it only reads."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError(404, "Not Found")
    result = await method(telegram, arguments)
    if name not in SILENT:
        chat = arguments.get("chat_id")
        await telegram.record(Sent(name, None if chat is None else str(chat), arguments, result))
    return result


def _check_markup(markup: Any) -> None:
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            if len(button.get("callback_data", "").encode()) > LONGEST_CALLBACK_DATA:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
