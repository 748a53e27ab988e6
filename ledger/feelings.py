"""What words feel about us, by what was heard in them (playbook C5, C8)."""

from typing import Final

from ledger.vocabulary import Feeling, Kind

KIND_WORDS: Final = frozenset({"praise", "thank"})
"""The intents that mean well."""


def feeling(*, emotion: int | None, kind: Kind | None, intent: str | None) -> Feeling | None:
    """Anger or a complaint is negative, thanks are positive; None for what nobody has heard yet."""
    if emotion is None:
        return None
    if emotion > 0 or kind is Kind.COMPLAINT:
        return Feeling.NEGATIVE
    return Feeling.POSITIVE if intent in KIND_WORDS else Feeling.NEUTRAL
