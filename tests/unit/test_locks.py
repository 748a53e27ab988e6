"""Nobody waits for a lock that means something else."""

import re

from bot.settings import PROJECT
from ledger.locks import Lock

LOCKED = re.compile(r"pg_(?:try_)?advisory_(?:xact_)?lock\(([^\n]*)")
OURS = re.compile(r"lock\.value|Lock\.\w+\.value|(?:func\.)?hashtext|%s\)\", \[Lock\.")
SOURCES = [file for part in ("ledger", "bot", "actions") for file in (PROJECT / part).rglob("*.py")]


def test_every_lock_has_a_number_of_its_own() -> None:
    numbers = [lock.value for lock in Lock.__members__.values()]
    assert len(numbers) > 5
    assert sorted(set(numbers)) == sorted(numbers)


def test_no_lock_has_a_number_from_elsewhere() -> None:
    taken = {one for file in SOURCES for one in LOCKED.findall(file.read_text("utf-8"))}
    assert any(one.startswith("lock.value") for one in taken)
    assert [one for one in taken if not OURS.match(one)] == []
