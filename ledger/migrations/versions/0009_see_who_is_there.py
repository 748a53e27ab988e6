"""Keep staff's signs of life and when people were called to a message; no hold without a holder."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations import online

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SIGNS = ("last_seen_at", "left_at")
HELD = "ck_conversations_held_by_somebody"


def upgrade() -> None:
    for sign in SIGNS:
        online.add_column("staff", sa.Column(sign, sa.DateTime(timezone=True), nullable=True))
    online.add_column("messages", sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE conversations DROP CONSTRAINT IF EXISTS {HELD}")
        op.execute(
            f"ALTER TABLE conversations ADD CONSTRAINT {HELD} "
            "CHECK ((holding = 'human') = (holder_id IS NOT NULL)) NOT VALID"
        )
        op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {HELD}")
    online.create_index(
        "ix_messages_failed",
        "messages",
        ["conversation_id"],
        postgresql_where=sa.text("delivery = 'failed' AND reply_to_id IS NOT NULL"),
    )
    online.create_index(
        "ix_conversations_held",
        "conversations",
        ["holder_id"],
        postgresql_where=sa.text("holding = 'human'"),
    )


def downgrade() -> None:
    online.drop_index("ix_conversations_held", "conversations")
    online.drop_index("ix_messages_failed", "messages")
    op.drop_constraint(HELD, "conversations")
    op.drop_column("messages", "alarmed_at")
    for sign in SIGNS:
        op.drop_column("staff", sign)
