"""Reports of a period (docs/reports.md): one file a kind, with its ``KIND``; a further one is a line here."""

from typing import Final

from ledger.reports import daily, opinion
from ledger.reports.content import Content, Figure, Note, Quote, Section
from ledger.reports.kind import Asked, Kind
from ledger.vocabulary import ReportKind

__all__ = ["KINDS", "Asked", "Content", "Figure", "Kind", "Note", "Quote", "Section"]

KINDS: Final[dict[ReportKind, Kind]] = {
    kind.key: kind for kind in (daily.KIND, opinion.DAILY, opinion.WEEKLY)
}
