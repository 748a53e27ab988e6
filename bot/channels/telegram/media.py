"""What a Telegram message carries besides text, and fetching it."""

from dataclasses import dataclass
from typing import Final

from telegram import Bot, Message
from telegram.error import BadRequest

LARGEST_BY_PLATFORM: Final = 20 * 1024 * 1024


class Unavailable(Exception):  # noqa: N818
    """The file will never be had: it is too large for the desk or the platform, or gone."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file a message carries; ``size`` in bytes, None when the platform does not say."""

    file_id: str
    name: str
    size: int | None


def media_of(message: Message) -> Media | None:
    """The file of ``message``, the largest size of a photo."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Media(largest.file_id, f"photo-{message.message_id}.jpg", largest.file_size)
    if message.voice:
        return Media(message.voice.file_id, f"voice-{message.message_id}.ogg", message.voice.file_size)
    if message.video_note:
        name = f"video-{message.message_id}.mp4"
        return Media(message.video_note.file_id, name, message.video_note.file_size)
    named = message.document or message.video or message.audio or message.animation
    if named is None:
        return None
    return Media(named.file_id, named.file_name or f"file-{message.message_id}", named.file_size)


async def fetch(bot: Bot, media: Media, *, largest: int) -> bytes:
    """The file's bytes, at most ``largest``.

    Raises:
        Unavailable: trying again is of no use.
        TelegramError: the platform cannot be asked now.
    """
    if (media.size or 0) > min(largest, LARGEST_BY_PLATFORM):
        raise Unavailable
    try:
        file = await bot.get_file(media.file_id)
    except BadRequest as error:
        raise Unavailable from error
    content = bytes(await file.download_as_bytearray())
    if len(content) > largest:
        raise Unavailable
    return content
