"""The auditor: reads the database and what the world knows, and names every broken promise.

Plain queries, none of the product's own but the ledger's proof of its chain. ``tests/chaos/test_auditor.py``
shows that each of them can fail.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from tests.chaos.audit import effects, log, platform, voice
from tests.chaos.audit.evidence import Evidence, Violation
from tests.chaos.audit.figures import Figures, figures_of
from tests.chaos.record import Record


@dataclass(frozen=True, slots=True)
class Findings:
    """The auditor's word."""

    figures: Figures
    violations: tuple[Violation, ...]


async def audit(session: AsyncSession, record: Record) -> Findings:
    """Everything, after all has come to rest."""
    evidence = Evidence(session, record)
    for part in (log, effects, platform, voice):
        await part.examine(evidence)
    return Findings(await figures_of(evidence), tuple(evidence.found))
