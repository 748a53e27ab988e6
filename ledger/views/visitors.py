"""Web visitors: whose conversation a token opens, and whose file it is."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Attachment, Conversation, Identity, Message
from ledger.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor in one conversation of the web chat."""

    conversation_id: int
    address: str
    language: Language


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where an attachment's bytes lie in the folder of evidence, and what they are."""

    name: str
    media_type: str
    path: str


async def by_token(session: AsyncSession, token_hash: bytes) -> Visitor | None:
    """The visitor whose token has this SHA-256."""
    row = (await session.execute(_BY_TOKEN, {"token_hash": token_hash})).one_or_none()
    return Visitor(*row) if row else None


async def file_of(
    session: AsyncSession, attachment_id: int, *, conversation_id: int | None = None
) -> StoredFile | None:
    """An attachment, if it belongs to ``conversation_id`` (or to any, when that is None)."""
    query = select(Attachment.name, Attachment.media_type, Attachment.path).where(
        Attachment.id == attachment_id
    )
    if conversation_id is not None:
        query = query.join(Attachment.message).where(Message.conversation_id == conversation_id)
    row = (await session.execute(query)).one_or_none()
    return StoredFile(*row) if row else None


# Asked with every request of a visitor: to build the statement takes longer than to run it.
_BY_TOKEN: Final = (
    select(Conversation.id, Identity.address, Conversation.language)
    .join(Conversation.identity)
    .where(Conversation.token_hash == bindparam("token_hash"))
)
