"""Reading a file of mentions: CSV, JSON lines or XLSX, in the columns and words that monitoring tools use."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import openpyxl
import yaml
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from bot.decoding import decoded
from ledger.errors import UnreadableFile
from ledger.mentions import NewMention
from ledger.script import fold

COLUMNS: Final = Path(__file__).with_name("columns.yml")
DELIMITERS: Final = ",\t;"
ZIP: Final = b"PK\x03\x04"
# Unpacked: a small file may stand for a very large one.
LARGEST_SHEET: Final = 300_000_000
MOST_LINES: Final = 50_000
LONGEST_FIELD: Final = 200_000
MOMENT: Final = re.compile(
    r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:日|号)?(?:[\sT]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?)?\D*"
)

SHOWN: Final = 40

Row = Mapping[str, Any]


class _Unusable(Exception):  # noqa: N818 — what was said, not what went wrong here
    """A field of a line holds nothing that can be used."""

    def __init__(self, field: str, said: Any) -> None:
        super().__init__(field)
        self.field, self.said = field, "" if said is None else _text(said)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of a file, counted as an editor counts (the header is line 1).

    ``field`` cannot be used as it was ``said``, and is missing if that is empty; ``line``: nothing can.
    """

    line: int
    field: str
    said: str

    def __str__(self) -> str:
        wrong = f"{self.said!r} cannot be used" if self.said else "is missing"
        return f"Line {self.line}: {self.field}: {wrong}."


@dataclass(frozen=True, slots=True)
class File:
    """What a file held: the lines that can be used, and what is wrong with the others."""

    mentions: tuple[NewMention, ...]
    faults: tuple[Fault, ...]


def read(content: bytes, *, zone: ZoneInfo) -> File:
    """Every line of a file; a time without a zone is one in ``zone``.

    Raises:
        UnreadableFile: it is none of the three formats, has no column of ours, or is too large.
    """
    mentions: list[NewMention] = []
    faults: list[Fault] = []
    for line, row in _rows(content):
        if line > MOST_LINES:
            raise UnreadableFile(f"more than {MOST_LINES} lines")
        try:
            mentions.append(_mention(row, zone))
        except _Unusable as error:
            faults.append(Fault(line, error.field, error.said[:SHOWN]))
    return File(tuple(mentions), tuple(faults))


def _rows(content: bytes) -> Iterator[tuple[int, Row]]:
    if content.startswith(ZIP):
        return _named(_sheet(content))
    text = decoded(content)
    return _json_lines(text) if text.lstrip().startswith("{") else _named(_table(text))


def _sheet(content: bytes) -> Iterator[tuple[int, list[Any]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_SHEET:
                raise UnreadableFile("the workbook is too large")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield line, list(row)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise UnreadableFile(type(error).__name__) from error


def _table(text: str) -> Iterator[tuple[int, list[Any]]]:
    header = text.lstrip("\r\n").partition("\n")[0]
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=header.count))
    begins = 1
    try:
        for row in rows:
            yield begins, row
            begins = rows.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"line {begins}: {error}") from None


def _named(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[tuple[int, Row]]:
    """Each row by the names of our columns; what is in no column of ours is left out."""
    names: dict[int, str] = {}
    for line, row in rows:
        if not any(_filled(value) for value in row):
            continue
        if not names:
            names = _columns(row)
            continue
        yield line, {name: row[at] for at, name in names.items() if at < len(row) and _filled(row[at])}
    if not names:
        raise UnreadableFile("it is empty")


def _columns(header: Iterable[Any]) -> dict[int, str]:
    written = [str(name or "") for name in header]
    names: dict[int, str] = {}
    for at, name in enumerate(written):
        known = _words("columns").get(_tidy(name))
        if known and known not in names.values():
            names[at] = known
    if not {"text", "title"} & set(names.values()):
        raise UnreadableFile("no column for the text or the title in its first line")
    return names


def _json_lines(text: str) -> Iterator[tuple[int, Row]]:
    for line, written in enumerate(text.splitlines(), 1):
        if written.strip():
            yield line, _object(written)


def _object(written: str) -> Row:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return {"line": written}
    named = ((_words("columns").get(_tidy(name)), value) for name, value in found.items())
    return {name: value for name, value in named if name and _filled(value)}


def _mention(row: Row, zone: ZoneInfo) -> NewMention:
    if "line" in row:
        raise _Unusable("line", row["line"])
    values: dict[str, Any] = {
        name: _text(row[name]) for name in ("author", "url", "title", "text") if name in row
    }
    values["published_at"] = _moment(row.get("published_at"), zone)
    for name, kinds in (("kind", "kinds"), ("feeling", "feelings")):
        if name in row:
            values[name] = _word(name, kinds, row[name])
    if "reach" in row:
        values["reach"] = _number(row["reach"])
    try:
        return NewMention(external_id=_own_id(row, values), **values)
    except ValidationError as error:
        # Of the mention as a whole, without a place, only one thing can be wrong: it says nothing.
        field = str(next(iter(error.errors()[0]["loc"]), "text"))
        raise _Unusable(field, row.get(field)) from None


def _own_id(row: Row, values: Row) -> str:
    """The source's id; without one its address, else what it says, by whom and when."""
    if given := row.get("external_id"):
        return _text(given)
    if url := values.get("url"):
        return str(url)[:400]
    said = [values.get(name) for name in ("author", "published_at", "title", "text")]
    return hashlib.sha256(repr(said).encode(errors="replace")).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet knows no whole numbers
    return str(value).strip()


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    if value is None:
        raise _Unusable("published_at", None)
    moment = value if isinstance(value, datetime) else _read_moment(str(value).strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _read_moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    found = MOMENT.fullmatch(written)
    if found is None:
        raise _Unusable("published_at", written)
    try:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        raise _Unusable("published_at", written) from None


def _word(name: str, kind: str, value: Any) -> str:
    known = _words(kind).get(_tidy(_text(value)))
    if known is None:
        raise _Unusable(name, value)
    return known


def _number(value: Any) -> int:
    written = fold(_text(value)).replace(",", "").removesuffix("+")
    units: dict[str, int] = _lists()["numbers"]
    factor = units.get(written[-1:], 1)
    try:
        return round(float(written[:-1] if factor > 1 else written) * factor)
    except (ValueError, OverflowError):
        raise _Unusable("reach", value) from None


def _filled(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _tidy(word: str) -> str:
    return fold(word).strip().replace(" ", "_")


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = yaml.safe_load(COLUMNS.read_text(encoding="utf-8"))
    return lists


@cache
def _words(kind: str) -> dict[str, str]:
    """What every spelling means."""
    return {_tidy(word): meaning for meaning, spellings in _lists()[kind].items() for word in spellings}
