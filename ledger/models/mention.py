"""What was said about us elsewhere (playbook C8)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.case import Case
from ledger.vocabulary import Feeling, MentionKind


class Mention(Base):
    """One thing said about us in public: a post, a comment, an article.

    ``source`` is the tool or the import that brought it; ``external_id`` its own id there: the same one twice
    is one. ``reach`` is how many may have seen it. ``heard_at`` is when the assistant judged it: ``emotion``
    (0 to 3) and ``signals`` are its, ``feeling`` too where the source gave none. What belongs to a case
    (``case_id``) is kept with it; everything else goes after the policy's ``opinion.keep``.
    """

    __tablename__ = "mentions"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_mentions_unheard", "id", postgresql_where=text("heard_at IS NULL")),
        Index("ix_mentions_without_case", "received_at", postgresql_where=text("case_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[MentionKind] = mapped_column(words(MentionKind))
    author: Mapped[str | None]
    url: Mapped[str | None]
    title: Mapped[str | None]
    text: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(index=True)
    received_at: Mapped[datetime]
    reach: Mapped[int | None]
    feeling: Mapped[Feeling | None] = mapped_column(words(Feeling))
    heard_at: Mapped[datetime | None]
    emotion: Mapped[int | None]
    signals: Mapped[list[str]] = mapped_column(default=list)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    demo: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case | None] = relationship()

    @property
    def said(self) -> str:
        """Title and text in one."""
        return "\n".join(part for part in (self.title, self.text) if part)
