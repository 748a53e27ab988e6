"""Whether the process lives, and whether the desk can do its work."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.api.wiring import DeskHere
from bot.desk import Desk
from bot.engine import EngineError
from ledger.services.departments import nobody_on_duty

PATIENCE = 5.0

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
    found = await asyncio.gather(_database(desk), _assistant(desk))
    if reasons := [reason for reason in found if reason]:
        response.status_code = 503
        return Ready(ready=False, reasons=reasons)
    return Ready(ready=True, warnings=await _warnings(desk))


async def _warnings(desk: Desk) -> list[str]:
    away = [f"{name}_out_of_reach" for name, channel in desk.channels.items() if not channel.reachable]
    async with desk.database.transaction() as session:
        return [*away, "nobody_on_duty"] if await nobody_on_duty(session) else away


async def _database(desk: Desk) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE), desk.database.transaction() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, TimeoutError, OSError):
        return "database"
    return None


async def _assistant(desk: Desk) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return None if await desk.engine.ready() else "actions"
    except (EngineError, TimeoutError):
        return "engine"
