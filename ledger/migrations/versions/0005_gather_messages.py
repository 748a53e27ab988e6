"""Gather messages that were sent in a row into one turn."""

from collections.abc import Sequence

from alembic import op

from ledger.migrations import online

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE messages ADD COLUMN IF NOT EXISTS turn_id BIGINT")
    op.execute("ALTER TABLE messages DROP CONSTRAINT IF EXISTS fk_messages_turn_id")
    online.add_foreign_key(op.f("fk_messages_turn_id"), "messages", "turn_id", "messages")
    online.create_index(op.f("ix_messages_turn_id"), "messages", ["turn_id"])


def downgrade() -> None:
    op.drop_column("messages", "turn_id")
