"""How the model's hearing is measured."""

from typing import Any

import pytest
import yaml

from bot.evaluate import stock
from bot.evaluate.curve import thinned
from bot.evaluate.intervals import Figure, bootstrap, share
from bot.evaluate.mistakes import mistakes
from bot.evaluate.report import matrix
from bot.evaluate.scores import classes, macro, signals, special, total
from bot.evaluate.table import by_language, main_table
from bot.settings import PROJECT


def pair(heard: dict[str, Any] | None = None, **true: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A message heard rightly, but for what `heard` says."""
    labelled = {
        "id": "m-1",
        "text": "…",
        "lang": "en",
        "kind": "complaint",
        "category": "fee_dispute",
        "signals": [],
        "emotion": 1,
    } | true
    right = {**labelled, "language": labelled["lang"]}
    return labelled, right | (heard or {})


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)]
)
def test_a_share_has_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    figure = share(hits, of)
    assert figure is not None
    assert (figure.low, figure.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_nothing_has_no_figure() -> None:
    assert share(0, 0) is None
    assert bootstrap([], len) is None


def test_a_bootstrap_is_the_same_every_time_and_holds_the_figure_inside() -> None:
    def mean(drawn: list[int]) -> float:
        return sum(drawn) / len(drawn)

    first, again = (bootstrap([0, 1] * 20, mean) for _ in range(2))
    assert first == again
    assert first is not None
    assert 0.3 < first.low < first.value == 0.5 < first.high < 0.7


def test_a_figure_stands_with_its_interval() -> None:
    assert str(Figure(0.9226, 0.88, 0.951)) == "0.923 (0.88–0.95)"


def test_a_label_the_readers_disagreed_on_is_not_scored() -> None:
    tallies = classes([pair(), pair({"category": "other"}, category=None)], "category")
    assert macro(tallies) == 1


def test_a_rare_category_counts_as_much_as_a_common_one() -> None:
    heard = [pair(), pair(), pair(), pair({"category": "fee_dispute"}, category="other")]
    assert macro(classes(heard, "category")) == pytest.approx((6 / 7 + 0) / 2)


def test_a_signal_the_readers_were_unsure_of_counts_neither_way() -> None:
    unsure = pair({"signals": ["vulnerable"]}, unsure_signals=["vulnerable"])
    missed = pair({"signals": []}, signals=["legal_threat"])
    counted = total(signals([unsure, missed]).values())
    assert (counted.right, counted.wrong, counted.missed) == (0, 0, 1)


def test_a_special_user_is_one_whatever_the_threat_was_heard_as() -> None:
    heard = special(
        [
            pair({"signals": ["media_threat"]}, signals=["legal_threat"]),
            pair({"signals": ["media_threat"]}, signals=["vulnerable"]),
            pair({"signals": ["media_threat"]}, unsure_signals=["legal_threat"]),
        ]
    )
    assert (heard.right, heard.wrong, heard.missed) == (1, 1, 0)


def test_the_table_has_the_goal_the_stock_pipeline_and_the_readers_beside_each_figure() -> None:
    heard = [pair()] * 10
    stock_heard = [pair({"kind": "inquiry"})] * 10
    rows = [line for line in main_table(heard, stock_heard) if line.startswith("| kind")]
    assert rows == ["| kind | 1.000 (0.72–1.00) | ≥ 0.85 | 0.000 (0.00–0.28) | 0.98 |"]


def test_each_language_is_told_apart() -> None:
    heard = [pair({"kind": "other"}, lang="zh-Hant"), pair(lang="en"), pair(lang="en")]
    table = by_language(heard)
    assert table[0] == "|  | en, 2 messages | zh-Hant, 1 messages |"
    assert [line.split(" | ")[1:] for line in table if line.startswith("| kind")] == [
        ["1.000 (0.34–1.00)", "0.000 (0.00–0.79) |"]
    ]


def test_a_threat_that_was_missed_is_the_worst_mistake_and_what_was_right_is_none() -> None:
    listed = "\n".join(
        mistakes(
            [
                pair(id="right"),
                pair({"kind": "inquiry"}, id="kind"),
                pair({"signals": []}, signals=["self_harm"], id="threat"),
            ],
            texts=False,
        )
    )
    assert listed.index("threat") < listed.index("kind (en)")
    assert "right" not in listed


def test_a_text_is_quoted_only_when_that_was_asked_for() -> None:
    wrong = [pair({"emotion": 3}, text="not for everybody's eyes")]
    assert "everybody" in "\n".join(mistakes(wrong, texts=True))
    assert "everybody" not in "\n".join(mistakes(wrong, texts=False))


def test_a_matrix_counts_what_was_heard_as_which() -> None:
    heard = [pair(), pair({"category": None}), pair({"category": "other"})]
    assert matrix(heard, "category") == {
        "labels": ["fee_dispute", "nothing", "other"],
        "counts": [[1, 1, 1], [0, 0, 0], [0, 0, 0]],
    }


def test_the_stock_pipeline_learns_every_example_with_its_further_labels() -> None:
    signals_of, emotions = stock.as_intents("signals")["nlu"], stock.as_intents("emotion")["nlu"]
    assert {block["intent"] for block in emotions} == {"0", "1", "2", "3"}
    assert {"none", "media_threat"} <= {block["intent"] for block in signals_of}
    counts = [sum(block["examples"].count("\n") for block in blocks) for blocks in (signals_of, emotions)]
    assert counts[0] == counts[1] > 5000


def test_a_larger_share_of_the_training_data_holds_the_smaller_one() -> None:
    nlu = {"nlu": [{"intent": "thank", "examples": "".join(f"- thank you {n}\n" for n in range(400))}]}
    parts = [set(thinned(nlu, share)["nlu"][0]["examples"].splitlines()) for share in (25, 50, 100)]
    assert parts[0] < parts[1] < parts[2]
    assert 70 < len(parts[0]) < 130
    assert len(parts[2]) == 400


def test_the_stock_pipeline_reads_its_data_as_ours_does() -> None:
    ours = yaml.safe_load((PROJECT / "config.yml").read_text("utf-8"))
    stocks = yaml.safe_load(stock.CONFIG.read_text("utf-8"))
    assert stocks["importers"] == ours["importers"]
