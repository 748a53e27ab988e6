"""A mention on its way in, whoever brings it: a monitoring tool, a file, a member of staff (playbook C8)."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ledger.vocabulary import Feeling, MentionKind

LONGEST: Final = 100_000
LARGEST: Final = 2**53


def _writable(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("holds a NUL or half a character")
    return text


Line = Annotated[str, AfterValidator(_writable)]


class NewMention(BaseModel):
    """What was said, where and by whom. ``external_id`` is the source's own id: the same twice is one.

    ``reach``: how many may have seen it. ``feeling``: absent, the assistant judges it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    external_id: Annotated[Line, Field(min_length=1, max_length=400)]
    kind: MentionKind = MentionKind.POST
    author: Annotated[Line, Field(max_length=200)] | None = None
    url: Annotated[Line, Field(max_length=2000, pattern=r"^https?://\S+$")] | None = None
    title: Annotated[Line, Field(max_length=1000)] | None = None
    text: Annotated[Line, Field(max_length=LONGEST)] = ""
    published_at: AwareDatetime
    reach: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    feeling: Feeling | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.title:
            raise ValueError("text or title must say something")
        return self
