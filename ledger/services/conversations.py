"""Conversations: opening one, holding its row, and the case it is about.

Whoever needs both takes the conversation's row first and the case's after it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.errors import NotFound
from ledger.models import Case, Conversation, Customer, Identity, case_conversations
from ledger.vocabulary import CaseStatus, Language


class NoSuchConversation(NotFound):
    """There is no such conversation."""


async def lock(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation as it stands now, held until the transaction ends. Raises NoSuchConversation."""
    # FOR NO KEY UPDATE: one writer a conversation, while others may still refer to it.
    conversation = await session.get(
        Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if conversation is None:
        raise NoSuchConversation(str(conversation_id))
    return conversation


async def current_case(session: AsyncSession, conversation_id: int, *, hold: bool = False) -> Case | None:
    """The case the conversation is about: the latest open one, else the latest.

    ``hold``: as it stands now, held until the transaction ends, with its owner and department. The caller
    holds the conversation's row.
    """
    current = (
        select(Case)
        .join(case_conversations, case_conversations.c.case_id == Case.id)
        .where(case_conversations.c.conversation_id == conversation_id)
        .order_by(Case.status != CaseStatus.OPEN, Case.id.desc())
        .limit(1)
    )
    if hold:
        current = current.options(joinedload(Case.owner), joinedload(Case.department))
        current = current.with_for_update(of=Case, key_share=True)
        current = current.execution_options(populate_existing=True)
    return (await session.scalars(current)).first()


async def latest_or_new(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
) -> int:
    """The id of the latest conversation of the identity at ``address``; its first is opened here."""
    if (known := await _latest(session, channel, address)) is not None:
        return known
    await _first_alone(session, channel, address)
    if (known := await _latest(session, channel, address)) is not None:
        return known
    opened = await open_conversation(
        session, channel=channel, address=address, display_name=display_name, language=language, now=now
    )
    return opened.id


async def open_conversation(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
    token_hash: bytes | None = None,
    drill_id: int | None = None,
    drill_part: str | None = None,
) -> Conversation:
    """A new conversation of the identity at ``address``; customer and identity are made at their first."""
    identity = await _identity(session, channel, address)
    if identity is None:
        await _first_alone(session, channel, address)
        identity = await _identity(session, channel, address) or await _new_identity(
            session, channel, address, display_name, language or Language.ZH_HANS, now
        )
    conversation = Conversation(
        identity_id=identity.id,
        customer_id=identity.customer_id,
        channel=channel,
        language=language or Language.ZH_HANS,
        token_hash=token_hash,
        drill_id=drill_id,
        drill_part=drill_part,
        created_at=now,
    )
    session.add(conversation)
    await session.flush()
    return conversation


async def _first_alone(session: AsyncSession, channel: str, address: str) -> None:
    """Wait for whoever else meets this identity for the first time at this moment."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{channel}:{address}", 0)))
    )


async def _latest(session: AsyncSession, channel: str, address: str) -> int | None:
    return await session.scalar(
        select(Conversation.id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.channel == channel, Identity.address == address)
        .order_by(Conversation.id.desc())
        .limit(1)
    )


async def _identity(session: AsyncSession, channel: str, address: str) -> Identity | None:
    found = await session.scalars(
        select(Identity).where(Identity.channel == channel, Identity.address == address)
    )
    return found.first()


async def _new_identity(
    session: AsyncSession,
    channel: str,
    address: str,
    display_name: str | None,
    language: Language,
    now: datetime,
) -> Identity:
    identity = Identity(
        customer=Customer(created_at=now, language=language),
        channel=channel,
        address=address,
        display_name=display_name,
        created_at=now,
    )
    session.add(identity)
    await session.flush()
    return identity
