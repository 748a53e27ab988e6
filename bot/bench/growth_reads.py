"""What pages, API and workers ask of the ledger: the calls that must not become slower as it grows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.bench.growth_world import NOW, World
from ledger.models import Case, Customer, Department
from ledger.policy import Policy
from ledger.services import silence, watchdog
from ledger.services.owners import choose_owner
from ledger.services.status import status
from ledger.views import paging
from ledger.views.clocks import ClockState, clocks
from ledger.views.complaints import Sort, Wanted, complaint, complaints
from ledger.views.figures import figures
from ledger.views.load import load
from ledger.views.queue import queue
from ledger.views.transcripts import Filters, conversation, transcripts
from ledger.vocabulary import CaseStatus, Category, Severity

ZONE: Final = "Asia/Shanghai"
FETCH: Final = text("SELECT * FROM procrastinate_fetch_job_v2(ARRAY['conversation'], 0)")

Ask = Callable[[AsyncSession], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that is asked; ``by`` whom."""

    name: str
    by: str
    ask: Ask


def reads(world: World, policy: Policy, *, seed: int = 1) -> list[Read]:
    """All of them for a world of that size; what is looked up is drawn anew each time."""
    random = Random(seed)  # noqa: S311 — nothing is kept secret by it
    return [
        *_screens(world, random),
        *_lists(world, random),
        *_searches(),
        *_background(world, policy, random),
    ]


def _screens(world: World, random: Random) -> list[Read]:
    async def a_complaint(session: AsyncSession) -> object:
        number = await session.scalar(select(Case.number).where(Case.id == _any(world, random)))
        return await complaint(session, number or "")

    async def a_conversation(session: AsyncSession) -> object:
        return await conversation(session, _any(world, random))

    def of_days(days: int) -> Read:
        since = NOW - timedelta(days=days)
        return Read(
            f"figures of {days} days", "supervisors", partial(figures, since=since, until=NOW, time_zone=ZONE)
        )

    return [
        Read("queue", "agents' and supervisors' pages", partial(queue, now=NOW)),
        Read("a complaint, with book, clocks and transcript", "agents", a_complaint),
        Read("a conversation", "agents", a_conversation),
        of_days(30),
        of_days(90),
    ]


def _lists(world: World, random: Random) -> list[Read]:
    def listed(name: str, wanted: Wanted, sort: Sort = Sort.NEWEST, **more: Any) -> Read:
        return Read(f"complaints, {name}", "API", partial(complaints, wanted=wanted, sort=sort, **more))

    deep = NOW - timedelta(days=3 * 365 * 0.7)
    cursor = paging.cursor_of([1, deep, world.complaints // 3])
    return [
        listed("newest", Wanted()),
        listed("newest, far down", Wanted(), cursor=cursor),
        listed("open", Wanted(status=CaseStatus.OPEN)),
        listed("open, next due", Wanted(status=CaseStatus.OPEN), Sort.DUE),
        listed("gravest first", Wanted(status=CaseStatus.OPEN), Sort.SEVERITY),
        listed("special users'", Wanted(special=True)),
        listed("one agent's of a kind", Wanted(owner="agent7", category=Category.FEE_DISPUTE)),
        listed("one agent's open ones", Wanted(owner="agent7", status=CaseStatus.OPEN)),
        listed(
            "severe ones of a month two years ago",
            Wanted(
                severity=Severity.SEVERE,
                opened_from=NOW - timedelta(days=700),
                opened_before=NOW - timedelta(days=670),
            ),
        ),
        listed("with a word in the story", Wanted(q="compressor")),
        listed("with a word that is nowhere", Wanted(q="zeppelin")),
        Read("clocks, running", "API", partial(clocks, state=ClockState.OPEN)),
        Read("clocks, breached", "API", partial(clocks, state=ClockState.BREACHED)),
        Read("clocks, stopped", "API", partial(clocks, state=ClockState.STOPPED)),
    ]


def _searches() -> list[Read]:
    def search(name: str, words: str = "", **filters: Any) -> Read:
        asked = Filters(words=words, **filters)
        return Read(f"transcripts, {name}", "supervisors", partial(transcripts, filters=asked, limit=30))

    return [
        search("latest"),
        search("special users'", special=True),
        search("handled by one agent", handled_by=7),
        search("zh, common (退款)", "退款"),
        search("zh, now and then (压缩机又坏,客服态度)", "压缩机又坏,客服态度"),
        search("zh, rare (海棠湾)", "海棠湾"),
        search("zh, written in the other script (發票補給我)", "發票補給我"),
        search("zh, none (蓝鲸馆)", "蓝鲸馆"),
        search("en, common (refund)", "refund"),
        search("en, now and then (compressor, the staff were rude)", "compressor, the staff were rude"),
        search("en, rare (Thornbury)", "thornbury"),
        search("en, none (zeppelin)", "zeppelin"),
        search("part of an order number", "QK0019"),
        search("common words, angry, one agent's", "退款", emotion=3, handled_by=7),
        search("a case number", "QT-2025-"),
    ]


def _background(world: World, policy: Policy, random: Random) -> list[Read]:
    async def of_a_customer(session: AsyncSession) -> object:
        return await status(session, conversation_id=_any(world, random))

    async def an_owner(session: AsyncSession) -> object:
        case = await session.get_one(Case, _any(world, random))
        customer = await session.get_one(Customer, case.customer_id)
        department = await session.get(Department, case.department_id)
        return await choose_owner(session, customer_id=customer.id, department=department, words="", now=NOW)

    return [
        Read("a returning customer's latest case", "assistant", of_a_customer),
        Read("an owner for a new case", "assistant", an_owner),
        Read("numbers of the desk", "/metrics", partial(load, now=NOW)),
        Read("messages without a job", "watchdog", partial(watchdog.revive, before=NOW)),
        Read("silences to break", "watchdog", partial(silence.break_it, policy=policy, now=NOW)),
        Read("the next job", "workers", lambda session: session.execute(FETCH)),
    ]


def _any(world: World, random: Random) -> int:
    return random.randint(1, world.complaints)
