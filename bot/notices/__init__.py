"""Telling staff (playbook B1): each way on its own, each delivery on record (docs/channels.md, "Notices")."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from prometheus_client import Counter

from bot.desk import Desk
from bot.notices import email, letter, telegram, webhook
from bot.notices.errors import Hopeless, NoticeError
from bot.notices.letter import Facts, Letter
from ledger.models import Notice
from ledger.services import notice_delivery
from ledger.views.reports import report_of
from ledger.vocabulary import Language, Way

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 300, 600))
"""How long after each failure it is tried again; then it is given up."""

FAILURES: Final = Counter("qingting_notices_failed", "Failed attempts to reach staff", ["way"])

log = logging.getLogger(__name__)


async def in_console(desk: Desk, notice: Notice, letter: Letter) -> None:
    """The row itself is the notice."""


WAYS: Final[dict[Way, Callable[[Desk, Notice, Letter], Awaitable[None]]]] = {
    Way.CONSOLE: in_console,
    Way.TELEGRAM: telegram.send,
    Way.EMAIL: email.send,
    Way.WEBHOOK: webhook.send,
}


async def send(desk: Desk, notice_id: int) -> None:
    """Send one notice by its one way; what became of it stands in its row, and failure defers the next try.

    Never raises for a receiver that fails: another way, or another person, is another notice.
    """
    found = await _facts(desk, notice_id)
    if found is None:
        return
    try:
        await _by_its_way(desk, found)
    except NoticeError as error:
        await _failed(desk, found.notice, error)
    except Exception as error:
        # Whatever it is, it must not leave the notice pending for ever; its text may hold a secret.
        await _failed(desk, found.notice, NoticeError(type(error).__name__))
    else:
        async with desk.database.transaction() as session:
            await notice_delivery.sent(session, notice_id=notice_id, now=desk.now())


async def _by_its_way(desk: Desk, found: Facts) -> None:
    notice = found.notice
    if notice.staff and notice.staff.disabled_at:
        raise Hopeless("the account is disabled")
    await WAYS[notice.way](desk, notice, _letter(desk, found))


async def _facts(desk: Desk, notice_id: int) -> Facts | None:
    async with desk.database.transaction() as session:
        notice = await notice_delivery.to_send(session, notice_id)
        if notice is None:
            return None
        return Facts(
            notice, await notice_delivery.clock_of(session, notice), await report_of(session, notice)
        )


def _letter(desk: Desk, found: Facts) -> Letter:
    address = desk.policy.organisation.address or desk.settings.address
    return letter.write(found, desk.policy, _language(desk, found.notice), address, desk.now())


def _language(desk: Desk, notice: Notice) -> Language:
    if notice.staff:
        return notice.staff.language
    hook = desk.policy.notices.webhook(notice.address or "")
    return hook.language if hook else Language.ZH_HANS


async def _failed(desk: Desk, notice: Notice, error: NoticeError) -> None:
    FAILURES.labels(notice.way).inc()
    log.warning("notice %s by %s did not get through: %s", notice.id, notice.way, error)
    hopeless = isinstance(error, Hopeless) or notice.attempts >= len(PAUSES)
    now = desk.now()
    again_at = None if hopeless else now + PAUSES[notice.attempts]
    async with desk.database.transaction() as session:
        await notice_delivery.failed(
            session, notice_id=notice.id, error=str(error), again_at=again_at, now=now
        )
