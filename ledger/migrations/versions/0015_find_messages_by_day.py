"""Find the messages of a day.

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

from ledger.migrations import online

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Build it while others write."""
    online.create_index("ix_messages_at", "messages", ["at"], postgresql_using="brin")


def downgrade() -> None:
    """Drop it."""
    online.drop_index("ix_messages_at", "messages")
