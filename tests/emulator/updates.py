"""Updates as Telegram writes them: what customers and staff do in their app."""

import time
from typing import Any

from tests.emulator.state import BOT, JSON, Telegram


def person(chat: int, name: str = "Li Na", language: str | None = "zh-hans") -> JSON:
    return {"id": chat, "is_bot": False, "first_name": name, "language_code": language}


def message(
    telegram: Telegram, chat: int, *, name: str = "Li Na", kind: str = "private", **content: Any
) -> JSON:
    """A message in a chat; ``content`` is what it carries (``text=…``, ``sticker=…``)."""
    return {
        "message_id": content.pop("message_id", None) or telegram.new_message_id(),
        "date": int(time.time()),
        "chat": {"id": chat, "type": kind, "first_name": name},
        "from": person(abs(chat), name),
        **content,
    }


async def write(telegram: Telegram, chat: int, text: str, **more: Any) -> JSON:
    """A customer writes ``text``; returns the message."""
    written = message(telegram, chat, text=text, **more)
    await telegram.inject({"message": written})
    return written


async def send(telegram: Telegram, chat: int, **content: Any) -> JSON:
    """A customer sends something else: ``photo=…``, ``sticker=…``, ``location=…``; returns the message."""
    sent = message(telegram, chat, **content)
    await telegram.inject({"message": sent})
    return sent


async def edit(telegram: Telegram, written: JSON, text: str) -> int:
    """A customer words an earlier message anew."""
    key = "text" if "text" in written else "caption"
    return await telegram.inject({"edited_message": {**written, key: text, "edit_date": int(time.time())}})


async def press(telegram: Telegram, chat: int, data: str, *, message_id: int, name: str = "Li Na") -> str:
    """Somebody presses an inline button with callback ``data``; returns the query's id."""
    query_id = f"q{telegram.new_message_id()}"
    under = {
        "message_id": message_id,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private"},
        "from": BOT,
        "text": "…",
    }
    query = {
        "id": query_id,
        "from": person(chat, name),
        "message": under,
        "chat_instance": "1",
        "data": data,
    }
    await telegram.inject({"callback_query": query})
    return query_id


def _file(telegram: Telegram, content: bytes, **more: Any) -> JSON:
    file_id = telegram.new_file(content)
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": len(content), **more}


def photo(telegram: Telegram, content: bytes) -> JSON:
    """A photo in two sizes, the larger one last."""
    small = _file(telegram, content[:4], width=90, height=90)
    return {"photo": [small, _file(telegram, content, width=800, height=800)]}


def document(
    telegram: Telegram, content: bytes, *, name: str = "invoice.pdf", media: str = "application/pdf"
) -> JSON:
    return {"document": _file(telegram, content, file_name=name, mime_type=media)}


def voice(telegram: Telegram, content: bytes) -> JSON:
    return {"voice": _file(telegram, content, duration=3, mime_type="audio/ogg")}


def sticker(telegram: Telegram) -> JSON:
    shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
    return {"sticker": _file(telegram, b"webp", **shape)}


def location() -> JSON:
    return {"location": {"latitude": 31.23, "longitude": 121.47}}
