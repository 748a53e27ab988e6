"""Classify cases.

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations import online

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column, and the index of the few that have a grade."""
    online.add_column("cases", sa.Column("secret_grade", sa.String(length=32)))
    online.create_index(
        "ix_cases_graded", "cases", ["id"], postgresql_where=sa.text("secret_grade IS NOT NULL")
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_column("cases", "secret_grade")
