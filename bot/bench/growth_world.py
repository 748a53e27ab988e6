"""A made-up desk after three years, believable in its proportions, not in its stories.

Texts come in by COPY; the rows around them are made of numbers, which the server does by itself.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any, Final

import psycopg
from psycopg import sql

from bot.bench.growth_texts import answers, pool, rare
from ledger.vocabulary import Category, Severity, Signal

NOW: Final = datetime(2026, 11, 20, 4, tzinfo=UTC)
MESSAGES: Final = 10
"""For each complaint."""
TEXTS: Final = 50_000
FEWEST_OPEN: Final = 300
"""What a page of the queue shows: a small desk's would be shorter, and no measure for a large one's."""
SQL: Final = Path(__file__).with_name("growth.sql")
AT_ONCE: Final = 3


@dataclass(frozen=True, slots=True)
class World:
    """How much was written."""

    complaints: int
    messages: int


def fill(url: str, complaints: int, *, seed: int = 1) -> World:
    """Write a desk with so many complaints into the migrated, empty database at ``url`` (libpq's form)."""
    open_ones = min(complaints, max(FEWEST_OPEN, complaints // 100))
    size = min(TEXTS, complaints)
    values = {
        "complaints": complaints,
        "open": open_ones,
        "texts": size,
        "now": f"'{NOW.isoformat()}'::timestamptz",
        "categories": _array(Category),
        "severities": _array(Severity),
        "signals": _array(Signal),
    }
    base, *tables = _statements(values)
    with psycopg.connect(url, autocommit=True) as connection:
        indexes = _drop_indexes(connection)
        connection.execute(base)
        _copy(connection, "growth_texts", pool(size, seed=seed))
        _copy(connection, "growth_answers", answers())
        _copy(connection, "growth_rare", rare())
        connection.execute("ANALYZE growth_cases, growth_texts, growth_answers")
        _each(url, tables)
        connection.execute("DROP TABLE growth_cases, growth_texts, growth_answers, growth_rare")
        _each(url, [f"SET maintenance_work_mem = '512MB'; {index}" for index in indexes])
        connection.execute("VACUUM ANALYZE")
    return World(complaints, complaints * MESSAGES)


def _statements(values: dict[str, Any]) -> list[str]:
    """What makes the scaffolding, and then what fills some tables each."""
    return Template(SQL.read_text(encoding="utf-8")).substitute(values).split("-- table\n")


def _array(words: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"


def _drop_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop what is no constraint; returns how to make it again, the slowest first."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename NOT LIKE 'procrastinate%'"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)"
        " ORDER BY indexname <> 'ix_messages_grams', tablename <> 'messages'"
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition for _, definition in found]


def _copy(connection: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _each(url: str, statements: list[str]) -> None:
    """Run them, some at once."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda statement: _run(url, statement), statements))


def _run(url: str, statement: str) -> None:
    # The rows refer to one another rightly; to check each reference would take longer than to write them.
    options = "-c session_replication_role=replica -c work_mem=256MB"
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        connection.execute(statement)
