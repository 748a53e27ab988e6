"""The messages that were heard worst, worst first."""

from collections.abc import Iterator

from bot.evaluate.scores import Pair
from ledger.special import SPECIAL_SIGNALS

_WORST = 60


def mistakes(pairs: list[Pair], *, texts: bool) -> Iterator[str]:
    """A paragraph for each of the worst: what is true and what was heard.

    With `texts` the message is quoted. Texts that may not be passed on must be measured without.
    """
    for true, heard in sorted(pairs, key=_harm, reverse=True)[:_WORST]:
        if not _harm((true, heard)):
            return
        yield f"{true.get('id', '?')} ({true.get('lang', '?')})"
        yield from (f"  {line}" for line in _differences(true, heard))
        yield from ([f"  {true['text']}"] if texts else [])


def _harm(pair: Pair) -> int:
    """How bad the mistake is: a threat missed above all, then a wrong kind, then the rest."""
    true, heard = pair
    missed = set(true["signals"]) - set(heard["signals"])
    invented = set(heard["signals"]) - set(true["signals"]) - set(true.get("unsure_signals", []))
    return (
        5 * len(missed & SPECIAL_SIGNALS)
        + 3 * _wrong(pair, "kind")
        + 2 * _wrong(pair, "category")
        + 2 * len(invented & SPECIAL_SIGNALS)
        + len(missed | invented)
        + (_distance(pair) ** 2)
    )


def _wrong(pair: Pair, label: str) -> bool:
    true, heard = pair
    return true.get(label) is not None and true[label] != heard[label]


def _distance(pair: Pair) -> int:
    true, heard = pair
    return 0 if true.get("emotion") is None else abs(int(true["emotion"]) - int(heard["emotion"]))


def _differences(true: dict[str, object], heard: dict[str, object]) -> Iterator[str]:
    for label in ("kind", "category", "signals", "emotion"):
        if true.get(label) is not None and true[label] != heard[label]:
            yield f"{label}: {true[label]}, heard {heard[label]}"
