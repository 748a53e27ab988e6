"""Find the cases solved lately, and what was told of those that came up again."""

from collections.abc import Sequence

import sqlalchemy as sa

from ledger.migrations import online

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the indexes; either may be built twice."""
    for name, table, column, condition in INDEXES:
        online.create_index(name, table, [column], postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Drop them."""
    for name, table, _, _ in INDEXES:
        online.drop_index(name, table)


INDEXES = (
    ("ix_cases_resolved", "cases", "resolved_at", "status = 'resolved'"),
    ("ix_notices_rekindled", "notices", "at", "kind = 'rekindled'"),
)
