"""The tables of the report, as Markdown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.evaluate.intervals import Figure, bootstrap, share
from bot.evaluate.scores import Pair, Tally, classes, macro, scored, signals, special, total

_NONE = "–"


@dataclass(frozen=True)
class Measure:
    """A line of the table: how it is taken, what is wanted, and how far two readers agree."""

    name: str
    take: Callable[[list[Pair]], Figure | None]
    goal: str = _NONE
    readers: str = _NONE


def _exact(label: str, key: str) -> Callable[[list[Pair]], Figure | None]:
    def take(pairs: list[Pair]) -> Figure | None:
        rated = scored(pairs, label)
        return share(sum(true[label] == heard[key] for true, heard in rated), len(rated))

    return take


def _within(distance: int) -> Callable[[list[Pair]], Figure | None]:
    def take(pairs: list[Pair]) -> Figure | None:
        rated = scored(pairs, "emotion")
        near = sum(abs(true["emotion"] - heard["emotion"]) <= distance for true, heard in rated)
        return share(near, len(rated))

    return take


def _macro(pairs: list[Pair]) -> Figure | None:
    return bootstrap(scored(pairs, "category"), lambda drawn: macro(classes(drawn, "category")))


def _micro(pairs: list[Pair]) -> Figure | None:
    if not any(true["signals"] for true, _ in pairs):
        return None
    return bootstrap(pairs, lambda drawn: total(signals(drawn).values()).f1)


def _special_recall(pairs: list[Pair]) -> Figure | None:
    tally = special(pairs)
    return share(tally.right, tally.true)


def _special_precision(pairs: list[Pair]) -> Figure | None:
    tally = special(pairs)
    return share(tally.right, tally.said)


LANGUAGE = Measure("language", _exact("lang", "language"), "≥ 0.98")
MEASURES = (
    Measure("kind", _exact("kind", "kind"), "≥ 0.85", "0.98"),
    Measure("category, macro-F1", _macro, "≥ 0.70"),
    Measure("category, accuracy", _exact("category", "category"), readers="0.94"),
    Measure("signals, micro-F1", _micro, "≥ 0.75", "0.96"),
    Measure("special users, recall", _special_recall, "≥ 0.95"),
    Measure("special users, precision", _special_precision, "≥ 0.75"),
    Measure("emotion, exact", _within(0), "≥ 0.65", "0.89"),
    Measure("emotion, within one level", _within(1), "≥ 0.95", "1.00"),
)


def main_table(pairs: list[Pair], stock: list[Pair] | None) -> list[str]:
    """Every measure with its interval, beside the goal, Rasa's stock pipeline and the two readers.

    The readers' agreement is that of the labelled set (584 messages, each read twice): the ceiling.
    """
    return [
        f"| {len(pairs)} messages | heard (95 %) | goal | Rasa's stock pipeline (95 %) | two readers |",
        "|---|---|---|---|---|",
        f"| language | {LANGUAGE.take(pairs)} | {LANGUAGE.goal} | n/a | {LANGUAGE.readers} |",
        *(
            f"| {each.name} | {_cell(each.take(pairs))} | {each.goal}"
            f" | {_cell(each.take(stock)) if stock else _NONE} | {each.readers} |"
            for each in MEASURES
        ),
    ]


def by_language(pairs: list[Pair]) -> list[str]:
    """The same measures for each language apart."""
    parts = {lang: [pair for pair in pairs if pair[0].get("lang") == lang] for lang in _languages(pairs)}
    return [
        "| " + " | ".join(["", *(f"{lang}, {len(part)} messages" for lang, part in parts.items())]) + " |",
        "|---" * (len(parts) + 1) + "|",
        *(
            "| " + " | ".join([each.name, *(_cell(each.take(part)) for part in parts.values())]) + " |"
            for each in (LANGUAGE, *MEASURES)
        ),
    ]


def by_label(pairs: list[Pair]) -> Iterator[str]:
    """Precision, recall and F1 of every kind, category and signal, and of special users."""
    yield from ("| label | F1 | precision | recall | messages |", "|---|---|---|---|---|")
    yield from _tallies("kind", classes(pairs, "kind"))
    yield from _tallies("category", classes(pairs, "category"))
    yield from _tallies("signal", signals(pairs))
    yield _tally("special user", special(pairs))


def _tallies(title: str, tallies: dict[str, Tally]) -> Iterator[str]:
    yield from (_tally(f"{title} {name}", tally) for name, tally in sorted(tallies.items()))


def _tally(title: str, tally: Tally) -> str:
    return f"| {title} | {tally.f1:.3f} | {tally.precision:.3f} | {tally.recall:.3f} | {tally.true} |"


def _languages(pairs: list[Pair]) -> list[str]:
    return sorted({str(true["lang"]) for true, _ in scored(pairs, "lang")})


def _cell(figure: Figure | None) -> str:
    return str(figure) if figure else _NONE
