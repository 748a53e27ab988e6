"""Whether the process lives, and whether the desk can do its work."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from bot.api.wiring import DeskHere
from bot.condition import condition

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """`warnings` do not keep the desk from working, `reasons` do; both are codes."""

    ready: bool
    warnings: list[str] = []
    reasons: list[str] | None = None


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def alive() -> Alive:
    """The process answers; says nothing of what it depends on."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": Ready}}, response_model_exclude_none=True)
async def ready(desk: DeskHere, response: Response) -> Ready:
    """Whether database, engine and actions answer. Nobody on duty is a warning: customers are heard."""
    found = await condition(desk)
    if found.ready:
        return Ready(ready=True, warnings=list(found.warnings))
    response.status_code = 503
    return Ready(ready=False, reasons=list(found.reasons), warnings=list(found.warnings))
