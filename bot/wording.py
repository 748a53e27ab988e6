"""Sentences that were kept without words, in a reader's words; times are the organisation's."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bot.moments import clock_time
from ledger.form_book import book
from ledger.policy import Policy
from ledger.sentences import Sentence

if TYPE_CHECKING:  # the console has pages of these
    from bot.console.texts import Texts

VOCABULARY: Final = {"clock": "clock_kind"} | {
    name: name for name in ("category", "channel", "severity", "signal")
}
MOMENTS: Final = frozenset({"since", "due", "at"})


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts ``ledger/sentences.py`` into the words of ``texts``; ``now`` is when they are read."""

    texts: "Texts"
    policy: Policy
    now: datetime

    def sentence(self, kind: str, told: Sentence) -> str:
        """The text ``kind.code`` with its gaps filled."""
        values = {name: self._value(name, value) for name, value in told.values.items()}
        return self.texts(f"{kind}.{told.code}", **values)

    def department(self, key: str | None) -> str:
        """What the department is called; a department that left the policy keeps its key."""
        if key is None:
            return self.texts("lists.no_department")
        named = (one.names for one in self.policy.departments if one.key == key)
        return next((names[self.texts.language] for names in named), key)

    def topic(self, key: str) -> str:
        """What the policy calls a topic of the opinion watch; one that left it keeps its key."""
        named = (one.names for one in self.policy.opinion.topics if one.key == key)
        return next((names[self.texts.language] for names in named), key)

    def when(self, moment: datetime) -> str:
        """The time today, with the day on other days."""
        zone = self.policy.organisation.time_zone
        return clock_time(moment, self.now, zone, self.texts.language)

    def dated(self, moment: datetime) -> str:
        """The time with the day, for what is read on other days too."""
        return f"{moment.astimezone(self.policy.organisation.time_zone):%m-%d %H:%M}"

    def about(self, key: str) -> str:
        """What a whole key says (``category.fee_dispute``, ``department.sales``, ``form.review``)."""
        kind, _, word = key.partition(".")
        if kind == "topic":
            return self.topic(word)
        if kind == "form":
            return book()[word].names[self.texts.language]
        return self.department(word or None) if kind == "department" else self.texts.word(kind, word)

    def _value(self, name: str, value: Any) -> Any:
        if name in MOMENTS:
            return self.when(datetime.fromisoformat(value))
        if name == "department":
            return self.department(value)
        if name == "topic":
            return self.topic(value)
        if name == "reasons":
            return self.texts.words("signal", value)
        if name == "state":
            kind, _, state = value.partition(".")
            return book()[kind].states[state].names[self.texts.language]
        return self.texts.word(VOCABULARY[name], value) if name in VOCABULARY else value
