"""Telegram, by its Bot API (docs/channels.md)."""

from bot.channels.telegram.channel import TelegramChannel, TokenRefusedError

__all__ = ["TelegramChannel", "TokenRefusedError"]
