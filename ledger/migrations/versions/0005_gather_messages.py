"""Gather messages that were sent in a row into one turn."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("turn_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_messages_turn_id"), "messages", "messages", ["turn_id"], ["id"])
    op.create_index(op.f("ix_messages_turn_id"), "messages", ["turn_id"])


def downgrade() -> None:
    op.drop_column("messages", "turn_id")
