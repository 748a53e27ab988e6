"""Who may have the word after whom (docs/conversation.md)."""

import re
from itertools import product

import pytest

from bot.settings import PROJECT
from ledger.handoff import ENTRIES, MOVES, IllegalMove, Move, after
from ledger.vocabulary import Holding

LEGAL = {
    (Holding.BOT, Move.ASK): Holding.WAITING,
    (Holding.BOT, Move.TAKE): Holding.HUMAN,
    (Holding.WAITING, Move.TAKE): Holding.HUMAN,
    (Holding.WAITING, Move.RELEASE): Holding.BOT,
    (Holding.HUMAN, Move.TAKE_OVER): Holding.HUMAN,
    (Holding.HUMAN, Move.PASS_ON): Holding.WAITING,
    (Holding.HUMAN, Move.RELEASE): Holding.BOT,
    (Holding.HUMAN, Move.EXPIRE): Holding.WAITING,
}


@pytest.mark.parametrize(("holding", "move"), LEGAL)
def test_these_moves_are_legal(holding: Holding, move: Move) -> None:
    assert after(holding, move) is LEGAL[holding, move]


@pytest.mark.parametrize(("holding", "move"), [pair for pair in product(Holding, Move) if pair not in LEGAL])
def test_no_other_is(holding: Holding, move: Move) -> None:
    with pytest.raises(IllegalMove):
        after(holding, move)


def test_from_everywhere_a_person_can_be_reached_and_the_assistant_again() -> None:
    for holding in Holding:
        assert {Holding.HUMAN, Holding.BOT} <= _reachable(holding)


def _reachable(start: Holding) -> set[Holding]:
    found = {start}
    while further := {target for (source, _), target in MOVES.items() if source in found} - found:
        found |= further
    return found


def test_nobody_but_one_service_passes_the_word() -> None:
    """Who sets ``holding`` elsewhere goes around the table."""
    code = [*(PROJECT / "bot").rglob("*.py"), *(PROJECT / "ledger").rglob("*.py")]
    code += (PROJECT / "actions").rglob("*.py")
    setters = {file.name for file in code if re.search(r"\.holding\s*=[^=]", file.read_text("utf-8"))}
    assert setters == {"handoff.py"}


def test_every_move_has_its_name_in_the_ledger() -> None:
    assert set(ENTRIES) == set(Move)
