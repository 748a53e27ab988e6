"""Handing out files that customers sent, so that nothing in them can run in a browser."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from bot.desk import Desk
from bot.media import OCTETS, SHOWN_INLINE
from bot.problem import Problem
from ledger.services import secrecy
from ledger.views.visitors import StoredFile, file_of

router = APIRouter(prefix="/api/v1/files", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


@router.get("/{file_id}", response_class=FileResponse)
async def read_file(file_id: int, desk: DeskHere, staff: StaffMember) -> FileResponse:
    """A file a customer sent; anything but a photo comes as a download."""
    async with desk.database.transaction() as session:
        await secrecy.open_file(
            session, attachment_id=file_id, staff=staff, policy=desk.policy, now=desk.now()
        )
        stored = await file_of(session, file_id)
    return response_of(desk, stored)


def response_of(desk: Desk, stored: StoredFile | None) -> FileResponse:
    """The file's bytes. Raises Problem 404 when there is none."""
    path = desk.evidence.path(stored.path) if stored else None
    if stored is None or path is None or not path.is_file():
        raise Problem(404, "not_found", "There is no such file here.")
    inline = stored.media_type in SHOWN_INLINE
    return FileResponse(
        path,
        media_type=stored.media_type if inline else OCTETS,
        headers={
            "Content-Disposition": _disposition(stored.name, inline=inline),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )


def _disposition(name: str, *, inline: bool) -> str:
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}"
