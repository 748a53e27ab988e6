"""Warnings of complaints that are building up (四级预警, playbook B5)."""

from fastapi import APIRouter
from pydantic import BaseModel

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import Supervisor
from ledger.services import waves
from ledger.views.waves import WaveLine, warning, warnings

router = APIRouter(prefix="/api/v1/warnings", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Warnings(BaseModel):
    """Those that stand, the gravest first, then the latest that are over."""

    items: list[WaveLine]


@router.get("")
async def list_warnings(desk: DeskHere, staff: Supervisor) -> Warnings:
    """What complaints have in common of which there are more than chance explains."""
    async with desk.database.transaction() as session:
        return Warnings(items=await warnings(session))


@router.post("/{wave_id}/acknowledge")
async def acknowledge(wave_id: int, desk: DeskHere, staff: Supervisor) -> WaveLine:
    """See to a warning in one's own name."""
    async with desk.database.transaction() as session:
        await waves.acknowledge(session, wave_id=wave_id, staff=staff, now=desk.now())
        return await warning(session, wave_id)
