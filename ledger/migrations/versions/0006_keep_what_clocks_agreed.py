"""Keep what was agreed when a clock was started, and when a case waited for its customer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ledger.migrations import online

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for agreed in (
        sa.Column("length", sa.Interval(), nullable=True),
        sa.Column("calendar", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("pauses", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        online.add_column("clocks", agreed)
    with op.get_context().autocommit_block():
        op.alter_column("clocks", "due_at", existing_type=sa.DateTime(timezone=True), nullable=True)
    op.create_table(
        "waits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_waits_case_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_waits_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["staff.id"], name=op.f("fk_waits_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waits")),
    )
    op.create_index(op.f("ix_waits_case_id"), "waits", ["case_id"])
    op.create_index(
        "uq_waits_open", "waits", ["case_id"], unique=True, postgresql_where=sa.text("until IS NULL")
    )


def downgrade() -> None:
    op.drop_table("waits")
    op.execute("UPDATE clocks SET due_at = started_at + length WHERE due_at IS NULL")
    op.alter_column("clocks", "due_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.drop_column("clocks", "pauses")
    op.drop_column("clocks", "calendar")
    op.drop_column("clocks", "length")
