"""What the benchmarks make of their measurements."""

import os
from dataclasses import dataclass

from bot.bench import assistant
from bot.bench.assistant import Comparison
from bot.bench.burden import GENERATOR, snapshot
from bot.bench.desk import Audit, Report, Side


def test_the_stock_pipeline_stands_beside_ours_with_the_ratio() -> None:
    compared = Comparison(
        lean=assistant.Side(turns=[0.1] * 10, seconds=1.0, components={"Words": 0.5, "Heads": 1.5}),
        stock=assistant.Side(turns=[0.25] * 10, seconds=2.5, components={"DIETClassifier": 40.0}),
    )
    lines = list(compared.lines())
    assert "| p50, ms | 100 | 250 | 2.50 |" in lines
    assert "| turns a second | 10.0 | 4.0 | 0.40 |" in lines
    assert lines.index("| all | 2.00 |") < lines.index("| DIETClassifier | 40.00 |")


@dataclass
class Named:
    """As much of a system as a table needs."""

    name: str


def test_every_desk_stands_beside_the_first_system_with_the_ratio_and_what_its_ledger_says() -> None:
    stock = Side(Named("stock, bare"), sent=10, answers=[0.2] * 10, seconds=2.0)  # type: ignore[arg-type]
    desk = Side(Named("desk, 2 engines"), sent=10, answers=[0.1] * 10, seconds=0.5)  # type: ignore[arg-type]
    desk.burden.add({"engine": 1.0}, {"engine": 1.5})
    audit = Audit(accepted=10, lost=0, doubled=0, chain_whole=True)
    lines = list(Report(4, 1, [stock, desk], {"desk, 2 engines": audit}).lines())
    assert "| messages a second | 5.0 | 20.0 |" in lines
    assert "| … of the first | 1.00 | 4.00 |" in lines
    assert "| p50, of the first | 1.00 | 0.50 |" in lines
    assert "| processor, ms a message: engine | 0.0 | 50.0 |" in lines
    assert "| lost, by the ledger |  | 0 |" in lines


def test_several_engines_are_one_part_and_what_their_children_spent_is_theirs() -> None:
    spent = snapshot({"engine": os.getpid(), "engine 2": os.getpid()})
    assert set(spent) == {GENERATOR, "engine"}
    assert spent["engine"] >= 2 * spent[GENERATOR]
