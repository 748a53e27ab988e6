"""What a text tells that is kept as a fact of the case: amounts, dates, numbers, things, places, people.

Every reader looks at one kind of fact and yields what it finds in a ``Text``; none imports Rasa.
"""

from collections.abc import Callable, Iterable

from bot.nlu.facts.amounts import amounts
from bot.nlu.facts.counts import dead, injured, people, times, vehicles
from bot.nlu.facts.dates import dates
from bot.nlu.facts.durations import durations
from bot.nlu.facts.names import authorities, persons, places, products
from bot.nlu.facts.press import columns, journalists, outlets, press_cards
from bot.nlu.facts.text import Found, Text

READERS: tuple[Callable[[Text], Iterable[Found]], ...] = (
    press_cards,
    columns,
    outlets,
    journalists,
    amounts,
    dead,
    injured,
    people,
    vehicles,
    times,
    dates,
    durations,
    authorities,
    places,
    persons,
    products,
)
"""In order: words that one has claimed belong to no later one."""


def facts(text: str) -> list[Found]:
    """Everything the text tells, in its order; no two overlap, and the same is told once."""
    read, kept = Text(text), dict[tuple[str, str], Found]()
    for reader in READERS:
        for found in reader(read):
            apart = all(found.end <= other.start or found.start >= other.end for other in kept.values())
            if apart:
                kept.setdefault((found.kind, str(found.value)), found)
    return sorted(kept.values(), key=lambda found: found.start)
