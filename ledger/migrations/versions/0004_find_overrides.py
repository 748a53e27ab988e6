"""Find what the guard saw without reading the whole ledger.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa

from ledger.migrations import online

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the guard's entries."""
    online.create_index(
        "ix_entries_guard",
        "entries",
        ["id"],
        postgresql_where=sa.text("action IN ('guard.overridden', 'guard.held_back')"),
    )


def downgrade() -> None:
    """Drop the index."""
    online.drop_index("ix_entries_guard", "entries")
