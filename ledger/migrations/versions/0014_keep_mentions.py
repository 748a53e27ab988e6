"""Keep what is said elsewhere, and what each day's words come to.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "mentions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=True),
        sa.Column("feeling", sa.String(length=32), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emotion", sa.BigInteger(), nullable=True),
        sa.Column("signals", ARRAY(sa.Text()), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mentions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_mentions_source_external_id")),
    )
    op.create_index(op.f("ix_mentions_published_at"), "mentions", ["published_at"])
    op.create_index(op.f("ix_mentions_case_id"), "mentions", ["case_id"])
    op.create_index("ix_mentions_unheard", "mentions", ["id"], postgresql_where=sa.text("heard_at IS NULL"))
    op.create_index(
        "ix_mentions_without_case", "mentions", ["received_at"], postgresql_where=sa.text("case_id IS NULL")
    )
    op.create_table(
        "opinion_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_opinion_days")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("opinion_days")
    op.drop_table("mentions")
