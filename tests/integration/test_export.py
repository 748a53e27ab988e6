"""The ledger as a file."""

import csv
import io
import json
from datetime import UTC, datetime

import openpyxl
import pytest

from bot.export import COLUMNS, Format, export
from ledger.db import Database
from ledger.services.entries import SYSTEM, record

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
async def book(database: Database) -> Database:
    """A ledger of two entries, the second with a reason that a spreadsheet would take for a formula."""
    async with database.transaction() as session:
        await record(session, case=None, actor=SYSTEM, action="desk.opened", after={"words": "听"}, now=NOW)
        await record(session, case=None, actor=SYSTEM, action="desk.closed", reason="=1+1\x07", now=NOW)
    return database


async def exported(book: Database, format: Format) -> bytes:
    file = io.BytesIO()
    async with book.transaction() as session:
        await export(session, format, file)
    return file.getvalue()


async def test_json_lines_hold_every_column_of_every_entry_in_order(book: Database) -> None:
    rows = [json.loads(line) for line in (await exported(book, Format.JSONL)).splitlines()]
    assert [row["action"] for row in rows] == ["desk.opened", "desk.closed"]
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["after"] == {"words": "听"}
    assert rows[0]["at"] == "2026-11-20T09:30:00+00:00"
    assert rows[1]["previous_hash"] == rows[0]["hash"]


async def test_csv_opens_in_a_spreadsheet_as_text_that_is_readable_and_harmless(book: Database) -> None:
    data = await exported(book, Format.CSV)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0]["after"] == '{"words": "听"}'
    assert rows[1]["reason"] == "'=1+1"


async def test_excel_holds_the_same_as_text(book: Database) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(await exported(book, Format.XLSX))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert rows[2][COLUMNS.index("reason")] == "'=1+1"
    assert len(rows) == 3
