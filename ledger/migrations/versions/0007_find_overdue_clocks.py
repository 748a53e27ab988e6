"""Find the clocks that should have fallen due, without those that have."""

from collections.abc import Sequence

import sqlalchemy as sa

from ledger.migrations import online

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    online.create_index(
        "ix_clocks_awaited",
        "clocks",
        ["due_at"],
        postgresql_where=sa.text("stopped_at IS NULL AND breached_at IS NULL"),
    )
    online.drop_index("ix_clocks_due", "clocks")


def downgrade() -> None:
    online.create_index("ix_clocks_due", "clocks", ["due_at"], postgresql_where=sa.text("stopped_at IS NULL"))
    online.drop_index("ix_clocks_awaited", "clocks")
