"""What the figures say, in sentences (playbook C5: conclusions and judgements drawn from them)."""

from collections.abc import Iterator
from typing import Final

from bot.console.texts import Texts
from ledger.surge import forecast
from ledger.views.figures import Figures

RARE: Final = 0.01
"""What chance alone does so seldom is told as a rise (docs/grading.md says how it is reckoned)."""
ENOUGH: Final = 3
"""From so few earlier periods on, one can say what is usual."""


def conclusions(say: Texts, found: Figures) -> Iterator[str]:
    """The most telling sentences first; a figure nobody can judge yet is left out."""
    if not found.cases:
        yield say("conclusion.none")
        return
    yield from _change(say, found)
    yield from _kinds(say, found)
    yield from _clocks(say, found)
    yield from _people(say, found)


def _change(say: Texts, found: Figures) -> Iterator[str]:
    """Against the period before, and what is more than chance against all that the desk has lived through."""
    if found.before:
        change = round(100 * (found.cases - found.before) / found.before)
        key = "conclusion.rose" if change > 0 else "conclusion.fell" if change < 0 else "conclusion.same"
        yield say(key, count=found.cases, before=found.before, share=abs(change))
    for category, count in found.categories:
        usual = forecast(found.earlier.get(category, (0,) * found.lived))
        if found.lived >= ENOUGH and usual.chance(count) < RARE:
            name = say.word("category", category)
            yield say("conclusion.surge", category=name, count=count, usual=f"{usual.mean:.1f}")


def _kinds(say: Texts, found: Figures) -> Iterator[str]:
    category, count = found.categories[0]
    share = round(100 * count / found.cases)
    yield say("conclusion.top", category=say.word("category", category), count=count, share=share)
    busiest = max(range(len(found.days)), key=lambda place: _on_day(found, place))
    yield say("conclusion.busiest", day=f"{found.days[busiest]:%m-%d}", count=_on_day(found, busiest))


def _on_day(found: Figures, place: int) -> int:
    return sum(counts[place] for counts in found.per_day.values())


def _clocks(say: Texts, found: Figures) -> Iterator[str]:
    kept = found.headquarters.share_kept
    if kept is not None:
        breached = found.headquarters.breached
        key = "conclusion.headquarters_breached" if breached else "conclusion.headquarters_kept"
        yield say(key, special=found.special, share=round(100 * kept), breached=breached)
    if found.first_response.median is not None:
        yield say(
            "conclusion.first_response",
            minutes=round(found.first_response.median),
            share=round(100 * (found.first_response.share_kept or 0)),
        )


def _people(say: Texts, found: Figures) -> Iterator[str]:
    feelings = found.feelings
    if talks := feelings.fell + feelings.same + feelings.rose:
        key = "conclusion.calmer" if feelings.after < feelings.before else "conclusion.not_calmer"
        yield say(key, share=round(100 * feelings.fell / talks), rose=feelings.rose)
    if found.mean_rating is not None:
        yield say(
            "conclusion.rating",
            mean=f"{found.mean_rating:.1f}",
            rated=sum(found.ratings),
            reopened=found.reopened,
        )
