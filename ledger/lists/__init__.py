"""Lists with a rule: what a rule finds now, each with its reason in words (docs/lists.md).

One file a list, with its ``RULE``; a further one is a line here, and its texts.
"""

from typing import Final

from ledger.errors import NoSuchList
from ledger.lists import (
    conduct,
    day_end,
    improvements,
    nail_households,
    overdue,
    rekindled,
    remedies,
    reviews_due,
    special_users,
    statements_ending,
    unexplained,
    visits_due,
)
from ledger.lists.rule import MOST, Row, Rule, Subject

__all__ = ["LISTS", "MOST", "Row", "Rule", "Subject", "list_called"]

LISTS: Final[dict[str, Rule]] = {
    rule.key: rule
    for rule in (
        day_end.RULE,
        overdue.RULE,
        unexplained.RULE,
        nail_households.RULE,
        special_users.RULE,
        conduct.RULE,
        reviews_due.RULE,
        improvements.RULE,
        remedies.RULE,
        rekindled.RULE,
        statements_ending.RULE,
        visits_due.RULE,
    )
}
"""Every list by its key, in the order in which they are shown."""


def list_called(key: str) -> Rule:
    """The list with this key.

    Raises:
        NoSuchList
    """
    if key not in LISTS:
        raise NoSuchList(key)
    return LISTS[key]
