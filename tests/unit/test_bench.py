"""What the benchmarks make of their measurements."""

from bot.bench.assistant import Comparison, Side


def test_the_stock_pipeline_stands_beside_ours_with_the_ratio() -> None:
    compared = Comparison(
        lean=Side(turns=[0.1] * 10, seconds=1.0, components={"Words": 0.5, "Heads": 1.5}),
        stock=Side(turns=[0.25] * 10, seconds=2.5, components={"DIETClassifier": 40.0}),
    )
    lines = list(compared.lines())
    assert "| p50, ms | 100 | 250 | 2.50 |" in lines
    assert "| turns a second | 10.0 | 4.0 | 0.40 |" in lines
    assert lines.index("| all | 2.00 |") < lines.index("| DIETClassifier | 40.00 |")
