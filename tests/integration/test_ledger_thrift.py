"""What a turn asks the database for; more is slower for everybody (docs/performance.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from ledger.services.entries import verify
from ledger.vocabulary import FactKind, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld


@contextmanager
def asked(world: LedgerWorld) -> Iterator[list[str]]:
    """The statements sent meanwhile, those that begin and end transactions aside."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


async def test_a_first_complaint_is_opened_and_heard_in_twenty_one_statements(
    desk_ledger: LedgerWorld,
) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "冰箱坏了")
    with asked(desk_ledger) as statements:
        await desk_ledger.hear(message_id)
    assert len(statements) <= 21


async def test_what_follows_is_heard_in_fewer(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.hear(await desk_ledger.message(conversation, "冰箱坏了"))
    more = await desk_ledger.message(conversation, "修了三次")
    with asked(desk_ledger) as statements:
        await desk_ledger.hear(more)
    assert len(statements) <= 13


@pytest.mark.parametrize("table", ["departments", "messages", "conversations", "customers"])
async def test_nothing_is_read_twice_in_a_turn(desk_ledger: LedgerWorld, table: str) -> None:
    threat = replace(COMPLAINT, signals=(Signal.MEDIA_THREAT,))
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "我要找记者")
    with asked(desk_ledger) as statements:
        await desk_ledger.hear(message_id, threat)
    assert len([said for said in statements if f"SELECT {table}." in said]) <= 1


async def test_entries_written_without_looking_back_are_one_whole_chain(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    for words in ("冰箱坏了", "修了三次"):
        told = replace(
            COMPLAINT, signals=(Signal.MEDIA_THREAT,), entities=({"entity": FactKind.TIMES, "value": 3},)
        )
        hearing = await desk_ledger.hear(await desk_ledger.message(conversation, words), told)
    positions = [entry.position for entry in await desk_ledger.entries(hearing.number)]
    assert positions == list(range(1, len(positions) + 1))
    assert await desk_ledger.do(verify) is None
