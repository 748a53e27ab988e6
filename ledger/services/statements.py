"""One voice (统一口径, playbook D1): which statements are in force, and what happens when one is approved.

A statement is a form (``ledger/forms/statement.yml``). That it is in force is never stored: it is approved,
its period runs, and no newer one on its subject does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchForm, NotFitToSay
from ledger.form_values import moment_of
from ledger.guard import Finding, check
from ledger.models import Conversation, Form, FormStep, Staff
from ledger.policy import Policy
from ledger.script import fold
from ledger.services import forms
from ledger.statement import Statement, about, listed, phrases
from ledger.vocabulary import Category, Language, Topic

KIND: Final = "statement"
APPROVED: Final = "approved"
TEXTS: Final = {language: f"text_{language.lower().replace('-', '_')}" for language in Language}
"""The field with the text in each language."""
KEPT: Final = ("topic", "words", "categories", "asked", *TEXTS.values(), "forbidden", "press")
"""What a new version begins with."""


async def in_force(session: AsyncSession, *, policy: Policy, now: datetime) -> list[Statement]:
    """The statements in force now, the latest approved first; one a subject."""
    rows = await session.execute(approved())
    zone = policy.organisation.time_zone
    running = (read(form.number, form.filled, at, zone) for form, at in rows)
    newest: dict[str, Statement] = {}
    for statement in running:
        if statement.holds(now):
            newest.setdefault(same(statement.topic), statement)
    return list(newest.values())


async def on(
    session: AsyncSession,
    text: str,
    *,
    policy: Policy,
    now: datetime,
    topic: Topic | None = None,
    category: Category | None = None,
) -> Statement | None:
    """The statement in force on what a message is about; None where everybody may speak as they can."""
    return about(await in_force(session, policy=policy, now=now), text, topic=topic, category=category)


async def statement_on(
    session: AsyncSession, topic_or_text: str, language: Language, now: datetime, *, policy: Policy
) -> str | None:
    """What is said in ``language`` on a subject, named itself or in a text; None without a statement."""
    running = await in_force(session, policy=policy, now=now)
    called = (one for one in running if same(one.topic) == same(topic_or_text))
    found = next(called, None) or about(running, topic_or_text)
    return found.texts[language] if found else None


async def departures(
    session: AsyncSession,
    *,
    text: str,
    conversation_id: int | None,
    reader: Language,
    policy: Policy,
    now: datetime,
) -> list[Finding]:
    """What in a text staff are about to send departs from a statement in force, in the order of the text.

    The statement is told in the conversation's language, in the ``reader``'s where there is no conversation.
    """
    running = await in_force(session, policy=policy, now=now)
    departed = [one for one in running if one.departures(text, Language.EN)]
    if not departed:
        return []
    talk = await session.get(Conversation, conversation_id) if conversation_id else None
    language = talk.language if talk else reader
    found = (finding for one in departed for finding in one.departures(text, language))
    return sorted(found, key=lambda finding: finding.start)


async def new_version(
    session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime
) -> Form:
    """Draft a further version of a statement, beginning with what it says.

    Raises:
        NoSuchForm: there is no statement with this number.
    """
    former = await session.scalar(select(Form).where(Form.number == number, Form.kind == KIND))
    if former is None:
        raise NoSuchForm(number)
    kept = {name: former.filled[name] for name in KEPT if name in former.filled}
    return await forms.open_form(session, kind=KIND, staff=staff, policy=policy, now=now, filled=kept)


def findings(filled: Mapping[str, Any]) -> dict[Language, list[Finding]]:
    """What the guard finds in a statement's own texts, by language; languages without any are left out."""
    found = {language: check(filled.get(field) or "") for language, field in TEXTS.items()}
    return {language: some for language, some in found.items() if some}


async def fit_to_say(session: AsyncSession, *, form: Form, policy: Policy, **_: Any) -> None:
    """Refuse to propose what nobody may say (playbook A6); a promise is what the approval is for.

    Raises:
        NotFitToSay: names the words.
    """
    found = (one for some in findings(form.filled).values() for one in some)
    if words := [one.excerpt for one in found if one.rule not in policy.statements.may_say]:
        raise NotFitToSay("; ".join(words))


async def supersede(session: AsyncSession, *, form: Form, policy: Policy, now: datetime, **_: Any) -> None:
    """Have the approved statement replace the former ones on its subject.

    They end now; where it begins later, they stay in force until then, and the next approval ends them.
    """
    former = [one for one in await _formers(session, form) if one.id != form.id]
    begins = read(form.number, form.filled, now, policy.organisation.time_zone).since
    if begins <= now:
        for one in former:
            await forms.step_by_itself(
                session, form=one, step="supersede", reason="superseded", policy=policy, now=now
            )


async def _formers(session: AsyncSession, form: Form) -> Sequence[Form]:
    """The approved statements on a form's subject, the newest first, held."""
    those = select(Form).where(Form.kind == KIND, Form.state == APPROVED).order_by(Form.id.desc())
    found = await session.scalars(those.with_for_update(key_share=True))
    return [one for one in found if same(one.filled["topic"]) == same(form.filled["topic"])]


def approved() -> Select[Form, datetime]:
    """The statements that were approved and neither replaced nor withdrawn, with when; the latest first."""
    given = (FormStep.form_id == Form.id) & (FormStep.name == "approve")
    chosen = select(Form, FormStep.at).join(FormStep, given)
    chosen = chosen.where(Form.kind == KIND, Form.state == APPROVED)
    return chosen.order_by(FormStep.at.desc(), FormStep.id.desc())


def read(number: str, filled: Mapping[str, Any], approved_at: datetime, zone: ZoneInfo) -> Statement:
    """A statement from what stands in its form; it begins when it was approved, unless it says otherwise."""
    since, until = filled.get("since"), filled.get("until")
    return Statement(
        number=number,
        topic=filled["topic"],
        words=listed(filled.get("words")),
        categories=frozenset(Category(one) for one in filled.get("categories") or ()),
        asked=frozenset(Topic(one) for one in filled.get("asked") or ()),
        texts={language: filled[field] for language, field in TEXTS.items()},
        forbidden=phrases(filled.get("forbidden")),
        press=bool(filled.get("press")),
        since=max(approved_at, moment_of(since, zone)) if since else approved_at,
        until=moment_of(until, zone) if until else None,
    )


def same(topic: str) -> str:
    """A subject's name as it is compared: in one script and case, without spaces."""
    return "".join(fold(topic).split())
