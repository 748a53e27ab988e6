"""A case retold for others to learn from (案例选编, playbook C1): what the desk can write of it by itself.

Nothing in it says who anybody is, as far as that can be recognised (``ledger/anonymous.py``).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.anonymous import introduced, veil
from ledger.models import Case, Customer, Fact, Message, Staff, case_conversations
from ledger.vocabulary import Author, FactKind, Language

TEXTS: Final = Path(__file__).parents[1] / "texts" / "stories.yml"
SOURCES: Final = ("story.problem", "story.course", "story.turning_point", "story.opinion")
WHO: Final = (FactKind.PERSON, FactKind.PRESS_CARD, FactKind.ORDER_NUMBER, FactKind.OUTLET)
MOST: Final = 400
"""So many messages of a case are looked at, the latest."""
TOLD: Final = 12
"""So many of our words stand in the course, the longest a person's sentence or two."""
LONGEST: Final = 160


async def first_draft(session: AsyncSession, case: Case) -> dict[str, str]:
    """Problem, course, turning point and opinion of a case, veiled, by their source."""
    people = await people_of(session, case)
    said = await _messages(session, case)
    told = {
        "story.problem": case.narrative,
        "story.course": "\n".join(_course(case, said)),
        "story.turning_point": _turning_point(case.language, said) or "",
        "story.opinion": _opinion(case),
    }
    return {source: veil(text, case.language, people=people) for source, text in told.items()}


async def people_of(session: AsyncSession, case: Case) -> set[str]:
    """The names and numbers known of those in a case: the customer, who was named, our own people."""
    named = await session.scalars(select(Fact.said).where(Fact.case_id == case.id, Fact.kind.in_(WHO)))
    customer = await session.get_one(Customer, case.customer_id)
    ours = await session.scalars(select(Staff.name))
    known = (customer.name, customer.phone, customer.email)
    return {*named, *ours, *introduced(case.narrative), *(one for one in known if one)}


async def _messages(session: AsyncSession, case: Case) -> Sequence[Message]:
    talks = select(case_conversations.c.conversation_id).where(case_conversations.c.case_id == case.id)
    until = case.resolved_at
    wanted = select(Message).where(Message.conversation_id.in_(talks))
    wanted = wanted.where(Message.at <= until) if until else wanted
    found = await session.scalars(wanted.order_by(Message.id.desc()).limit(MOST))
    return list(found)[::-1]


def _course(case: Case, said: Sequence[Message]) -> list[str]:
    ours = [one for one in said if one.author is Author.AGENT and one.text][-TOLD:]
    lines = [_say("told", case.language, day=_day(case, one.at), text=_brief(one.text)) for one in ours]
    if case.resolved_at and case.outcome:
        lines.append(
            _say("resolved", case.language, day=_day(case, case.resolved_at), text=_brief(case.outcome))
        )
    return lines


def _turning_point(language: Language, said: Sequence[Message]) -> str | None:
    """Where the feeling fell furthest, and what of ours stood before it."""
    felt = [place for place, one in enumerate(said) if one.emotion is not None]
    falls = [
        ((said[earlier].emotion or 0) - (said[later].emotion or 0), later, earlier)
        for earlier, later in pairwise(felt)
        if any(_ours(one) for one in said[earlier + 1 : later])
    ]
    if not falls or max(falls)[0] <= 0:
        return None
    _, later, earlier = max(falls)
    before = [one for one in said[earlier + 1 : later] if _ours(one)][-1]
    high, low = said[earlier].emotion, said[later].emotion
    return _say("turned", language, high=high, low=low, text=_brief(before.text))


def _opinion(case: Case) -> str:
    stars = _say("rated", case.language, rating=case.rating) if case.rating else ""
    return f"{stars}{case.opinion or ''}"


def _ours(message: Message) -> bool:
    return message.author in (Author.AGENT, Author.BOT) and bool(message.text)


def _day(case: Case, at: datetime) -> int:
    return (at - case.opened_at).days + 1


def _brief(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _say(key: str, language: Language, **values: Any) -> str:
    return _texts()[key][language].format(**values)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return read
