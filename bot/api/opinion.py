"""Mentions that a monitoring tool posts, with a token of its own (playbook C8)."""

import hmac
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.desk import Desk
from bot.problem import Problem
from ledger.mentions import NewMention
from ledger.services import mentions

router = APIRouter(prefix="/api/v1/opinion", tags=["opinion"], responses=PROBLEMS)  # type: ignore[arg-type]

_bearer = HTTPBearer(
    scheme_name="OpinionToken", auto_error=False, description="The token of a source in the policy."
)


class Mentions(BaseModel):
    """What was found; all of it is taken, or none."""

    model_config = ConfigDict(extra="forbid")

    mentions: Annotated[tuple[NewMention, ...], Field(min_length=1, max_length=500)]


class Taken(BaseModel):
    """How many came, how many of them are new, and how many were known already."""

    received: int
    new: int
    known: int


async def the_source(
    desk: DeskHere, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None
) -> str:
    """The name of the source whose token the request bears. Raises Problem 401."""
    name = _source(desk, given.credentials) if given else None
    if name is None:
        raise Problem(
            401,
            "source_unknown",
            "Send the token of a source of the policy as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return name


@router.post("/mentions", status_code=202)
async def take_mentions(
    found: Mentions, desk: DeskHere, source: Annotated[str, Depends(the_source)]
) -> Taken:
    """Take what a monitoring tool found. The same `external_id` twice is one mention: send again in doubt."""
    async with desk.database.transaction() as session:
        taken = await mentions.take_in(
            session, source=source, mentions=found.mentions, policy=desk.policy, now=desk.now()
        )
    return Taken(received=taken.received, new=taken.new, known=taken.received - taken.new)


def _source(desk: Desk, token: str) -> str | None:
    """Every token is compared, in the same time whatever they have in common."""
    asked = sha256(token.encode()).digest()
    fitting = [
        source.name
        for source in desk.policy.opinion.sources
        if hmac.compare_digest(asked, sha256(source.token.get_secret_value().encode()).digest())
    ]
    return fitting[0] if fitting else None
