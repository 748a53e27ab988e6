"""Delivers updates to the bot's webhook, and again until it answers 200, as Telegram does."""

import asyncio
import contextlib

import httpx

from tests.emulator.state import JSON, Telegram, Webhook

PAUSE = 0.1


async def push_forever(telegram: Telegram) -> None:
    """One update at a time, the oldest first."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        while True:
            async with telegram.news:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(
                        telegram.news.wait_for(lambda: bool(telegram.webhook and telegram.waiting())), PAUSE
                    )
            if telegram.webhook is not None and telegram.waiting():
                await _push(telegram, client, telegram.webhook, telegram.waiting()[0])


async def _push(telegram: Telegram, client: httpx.AsyncClient, webhook: Webhook, update: JSON) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
    telegram.deliveries += 1
    try:
        answer = await client.post(webhook.url, json=update, headers=headers)
    except httpx.HTTPError:
        answer = None
    if answer is not None and answer.is_success:
        telegram.taken(update["update_id"])
    else:
        await asyncio.sleep(PAUSE)
