"""What a customer may be told about a case, and who is told (architecture, domain rules)."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class CaseStatusView:
    """How a case stands, in what its customer may hear; times are ISO 8601 in UTC.

    ``department`` is in the case's language; ``due_at`` is the next time we owe them a word;
    ``last_progress`` the text of the last update, None before the first.
    """

    number: str
    status: str
    type: str
    category: str | None
    stage: str
    owner: str | None
    department: str | None
    opened_at: str
    due_at: str | None
    answered: bool
    last_progress: str | None
    last_progress_at: str | None
    outcome: str | None


async def status(
    session: AsyncSession, *, conversation_id: int, number: str | None = None, pass_code: str | None = None
) -> CaseStatusView | None:
    """The case's status, or None when there is none this asker may see.

    Without a number: the newest case of whoever writes in this conversation. With one: told to the customer
    who filed it, and to anybody who knows its pass-code; a number alone opens nothing.
    """
    raise NotImplementedError
