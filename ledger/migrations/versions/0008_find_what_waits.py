"""Find what waits in one conversation: its unanswered messages, and the jobs of its lock.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa

from ledger.migrations import online

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index both, by what is asked each time a message comes in or is settled."""
    online.create_index(
        "ix_messages_unsettled_in_conversation",
        "messages",
        ["conversation_id", "id"],
        postgresql_where=sa.text("author = 'customer' AND settled_at IS NULL"),
    )
    online.create_index(
        "ix_procrastinate_jobs_lock",
        "procrastinate_jobs",
        ["lock", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("status IN ('todo', 'doing')"),
    )


def downgrade() -> None:
    """Drop the indexes."""
    online.drop_index("ix_procrastinate_jobs_lock", "procrastinate_jobs")
    online.drop_index("ix_messages_unsettled_in_conversation", "messages")
