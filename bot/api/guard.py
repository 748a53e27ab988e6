"""The guard: asked before something is said, and read afterwards (playbook A6)."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember, Supervisor
from ledger.guard import Finding, advice
from ledger.services import guarding
from ledger.views.overrides import PAGE, Override, overrides
from ledger.vocabulary import Language

router = APIRouter(prefix="/api/v1/guard", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Draft(BaseModel):
    """What somebody is about to say, and in which conversation."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    conversation: int | None = None
    language: Language | None = Field(None, description="Of the advice; the asker's own when left out.")


class Warned(BaseModel):
    """What nobody may say: where it stands in the text, why not, and a better way."""

    rule: str
    start: int
    end: int
    excerpt: str
    name: str
    reason: str
    better: str


class Read(BaseModel):
    """In the order of the text; empty: it may be said."""

    findings: list[Warned]


class Overrides(BaseModel):
    """The newest first; `next` is the `before` of the page after this, if there may be one."""

    items: list[Override]
    next: int | None


@router.post("")
async def read(draft: Draft, desk: DeskHere, staff: StaffMember) -> Read:
    """Look through words before they are sent; nothing is recorded."""
    async with desk.database.transaction() as session:
        found = await guarding.read(
            session,
            text=draft.text,
            conversation_id=draft.conversation,
            staff=staff,
            policy=desk.policy,
            now=desk.now(),
        )
    language = draft.language or staff.language
    return Read(findings=[_warned(one, language) for one in found])


def _warned(found: Finding, language: Language) -> Warned:
    told = asdict(found)
    instead = told.pop("instead")
    advised = asdict(advice(found.rule, language))
    return Warned(**told, **advised | ({"better": instead} if instead else {}))


@router.get("/overrides")
async def list_overrides(
    desk: DeskHere, staff: Supervisor, before: Annotated[int | None, Query(ge=1)] = None
) -> Overrides:
    """What staff said in spite of the guard, and what it held back."""
    async with desk.database.transaction() as session:
        items = await overrides(session, before=before)
    return Overrides(items=items, next=items[-1].id if len(items) == PAGE else None)
