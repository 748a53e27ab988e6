"""What is listened for beyond the desk, and who may bring it (playbook C8, 舆情监测)."""

import hashlib
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from ledger.parts import Duration, Names, Part
from ledger.topics import Wordings


class Source(Part):
    """A monitoring tool that posts what it finds, by ``token``; ``name`` is how it is spoken of."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    token: SecretStr = Field(min_length=20)


class Topic(Part):
    """What is listened for: any of ``words`` (Chinese wherever they stand, Latin ones as whole words).

    ``risk``: to be told of, whatever is felt about it.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    names: Names
    words: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field(min_length=1)
    risk: bool = False


class Opinion(Part):
    """The opinion watch. ``keep``: so long a mention that belongs to no case is kept.

    ``text_length``: of a mention's words no more than so many characters are kept.
    """

    keep: Annotated[Duration, Field(ge=timedelta(days=8))] = timedelta(days=180)
    text_length: Annotated[int, Field(gt=0)] = 4000
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()

    @model_validator(mode="after")
    def _names_are_given_once(self) -> Self:
        names = Counter(one.name for one in self.sources) + Counter(one.key for one in self.topics)
        if twice := sorted(name for name, times in names.items() if times > 1):
            raise ValueError(f"{', '.join(twice)} stands there twice")
        return self

    @property
    def wordings(self) -> Wordings:
        """What finds the topics in a text."""
        return _wordings(tuple((topic.key, topic.words) for topic in self.topics))

    @property
    def risks(self) -> frozenset[str]:
        """The topics that are risks."""
        return frozenset(topic.key for topic in self.topics if topic.risk)

    @property
    def fingerprint(self) -> str:
        """Differs when another count would come out: other topics, or other words for one."""
        told = repr([(topic.key, topic.words) for topic in self.topics])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _wordings(topics: tuple[tuple[str, tuple[str, ...]], ...]) -> Wordings:
    return Wordings(dict(topics))
