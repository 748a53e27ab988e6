"""Keep drills, and mark what they play: conversations, cases, notices, and people who are played."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from ledger.migrations import online

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MARKED = ("conversations", "cases", "notices", "staff")
PLAYED = ("conversations", "staff")
INDEXES = {"conversations": "ix_conversations_drill", "cases": "ix_cases_drill"}


def upgrade() -> None:
    op.create_table(
        "drills",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("script", JSONB(), nullable=False),
        sa.Column("faster", sa.BigInteger(), nullable=False),
        sa.Column("cast", sa.Boolean(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("started_by_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.Column("report", JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["started_by_id"], ["staff.id"], name=op.f("fk_drills_started_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_drills_running",
        "drills",
        ["started_at"],
        postgresql_where=sa.text("ended_at IS NULL"),
        if_not_exists=True,
    )
    for table in MARKED:
        online.add_column(table, sa.Column("drill_id", sa.BigInteger(), nullable=True))
    for table in PLAYED:
        online.add_column(table, sa.Column("drill_part", sa.String(), nullable=True))
    for table in MARKED:
        # An interrupted run may have added it.
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS fk_{table}_drill_id_drills")
        online.add_foreign_key(f"fk_{table}_drill_id_drills", table, "drill_id", "drills")
    for table, name in INDEXES.items():
        online.create_index(name, table, ["drill_id"], postgresql_where=sa.text("drill_id IS NOT NULL"))


def downgrade() -> None:
    for table in reversed(MARKED):
        op.drop_column(table, "drill_id")
    for table in PLAYED:
        op.drop_column(table, "drill_part")
    op.drop_table("drills")
