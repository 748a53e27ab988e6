"""Find what is audited.

Revision ID: 0022
Revises: 0021
"""

from collections.abc import Sequence

import sqlalchemy as sa

from ledger.migrations import online

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AUDITED = (
    "action IN ('case.viewed', 'ledger.exported', 'secrecy.graded', 'secrecy.lowering_asked',"
    " 'secrecy.lowered', 'secrecy.lowering_refused', 'access.granted', 'access.refused',"
    " 'access.named', 'access.ended', 'access.line')"
)


def upgrade() -> None:
    """Add the index."""
    online.create_index("ix_entries_audited", "entries", ["at"], postgresql_where=sa.text(AUDITED))


def downgrade() -> None:
    """Drop it."""
    online.drop_index("ix_entries_audited", "entries")
