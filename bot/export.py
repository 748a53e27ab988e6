"""The ledger and other tables as files: JSON lines for programs, CSV and Excel for people (playbook C1)."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Entry

COLUMNS: Final = (
    "id",
    "book",
    "position",
    "at",
    "actor_kind",
    "actor",
    "action",
    "reason",
    "before",
    "after",
    "previous_hash",
    "hash",
)
BATCH = 1000
# A cell that begins like this is a formula to a spreadsheet, and customers' words may begin so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """What the file is."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


async def export(session: AsyncSession, format: Format, file: IO[bytes]) -> None:
    """Write every entry to `file`, oldest first, as UTF-8."""
    await write_rows("ledger", COLUMNS, _rows(session), format, file)


async def write_rows(
    title: str, columns: Sequence[str], rows: AsyncIterator[dict[str, Any]], format: Format, file: IO[bytes]
) -> None:
    """Write a table to `file` as UTF-8; `title` is what a sheet of it is called."""
    if format is Format.JSONL:
        await _jsonl(rows, file)
    elif format is Format.CSV:
        await _csv(columns, rows, file)
    else:
        await _xlsx(title, columns, rows, file)


async def _rows(session: AsyncSession) -> AsyncIterator[dict[str, Any]]:
    query = select(Entry).order_by(Entry.id).execution_options(yield_per=BATCH)
    async for entry in await session.stream_scalars(query):
        row = {column: getattr(entry, column) for column in COLUMNS}
        yield {**row, "at": entry.at.isoformat(), "actor_kind": str(entry.actor_kind)}


async def _jsonl(rows: AsyncIterator[dict[str, Any]], file: IO[bytes]) -> None:
    async for row in rows:
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


async def _csv(columns: Sequence[str], rows: AsyncIterator[dict[str, Any]], file: IO[bytes]) -> None:
    # The mark at the start is how Excel knows UTF-8, without which Chinese is unreadable there.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow(columns)
    async for row in rows:
        lines.writerow(_cell(row[column]) for column in columns)
    text.detach()


async def _xlsx(
    title: str, columns: Sequence[str], rows: AsyncIterator[dict[str, Any]], file: IO[bytes]
) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(columns)
    async for row in rows:
        sheet.append([_cell(row[column]) for column in columns])
    book.save(file)


def _cell(value: Any) -> str | int | None:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        return f"'{text}" if text.startswith(FORMULA) else text
    return value if isinstance(value, int | None) else str(value)
