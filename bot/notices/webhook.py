"""Notices to group robots and other programs, as JSON over HTTP."""

from datetime import datetime
from typing import Any

import httpx

from bot.desk import Desk
from bot.notices.errors import Hopeless, NoticeError
from bot.notices.letter import Letter
from bot.notices.templates import accepted, body, dingtalk_signature
from bot.secrecy import keep_addresses_out_of_logs
from ledger.models import Notice
from ledger.policy import Webhook

SECONDS = 15


async def send(desk: Desk, notice: Notice, letter: Letter) -> None:
    """Post the notice to the policy's webhook that ``notice.address`` names. Raises NoticeError."""
    hook = desk.policy.notices.webhook(notice.address or "")
    if hook is None:
        raise Hopeless("the policy has no such webhook")
    keep_addresses_out_of_logs()
    content = body(hook.template, letter.values)
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.post(address(hook, desk.now()), json=content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoticeError(type(error).__name__) from None
    if not answer.is_success:
        raise NoticeError(f"answered {answer.status_code}")
    if not accepted(hook.template, _json(answer)):
        raise NoticeError(f"refused with errcode {_json(answer).get('errcode')}")


def address(hook: Webhook, now: datetime) -> str:
    """The robot's address, signed if it has a secret."""
    url = hook.url.get_secret_value()
    if hook.secret is None or hook.template != "dingtalk":
        return url
    signature = dingtalk_signature(hook.secret.get_secret_value(), int(now.timestamp() * 1000))
    return f"{url}{'&' if '?' in url else '?'}{signature}"


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        read = answer.json()
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
