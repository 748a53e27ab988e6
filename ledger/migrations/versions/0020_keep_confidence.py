"""Keep who may read what, who looked, and who signed in.

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "accesses",
        _id(),
        _to("case_id", "cases", "accesses", nullable=False),
        _to("staff_id", "staff", "accesses", nullable=False),
        _moment("asked_at"),
        _to("decided_by_id", "staff", "accesses"),
        _moment("decided_at"),
        sa.Column("granted", sa.Boolean()),
        sa.Column("reason", sa.String()),
        sa.Column("speaks", sa.Boolean(), nullable=False, server_default=sa.false()),
        _moment("ended_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
    )
    op.create_index(
        "uq_accesses_standing",
        "accesses",
        ["case_id", "staff_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND granted IS NOT FALSE"),
    )
    op.create_index(
        "uq_accesses_line",
        "accesses",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND speaks"),
    )
    op.create_table(
        "entry_grades",
        _to("entry_id", "entries", "entry_grades", nullable=False),
        _to("case_id", "cases", "entry_grades", nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_grades")),
    )
    op.create_index(op.f("ix_entry_grades_case_id"), "entry_grades", ["case_id"])
    op.create_table(
        "lowerings",
        _id(),
        _to("case_id", "cases", "lowerings", nullable=False),
        _to("entry_id", "entries", "lowerings"),
        sa.Column("grade", sa.String(length=32)),
        sa.Column("reason", sa.String(), nullable=False),
        _to("asked_by_id", "staff", "lowerings", nullable=False),
        _moment("asked_at", nullable=False),
        _to("decided_by_id", "staff", "lowerings"),
        _moment("decided_at"),
        sa.Column("agreed", sa.Boolean()),
        sa.Column("decision", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lowerings")),
    )
    op.create_index(
        "uq_lowerings_open",
        "lowerings",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "views",
        _id(),
        _to("staff_id", "staff", "views", nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        _to("case_id", "cases", "views"),
        sa.Column("grade", sa.String(length=32)),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
    )
    op.create_index("ix_views_staff_id_at", "views", ["staff_id", "at"])
    op.create_index("ix_views_case_id_at", "views", ["case_id", "at"])
    op.create_index(op.f("ix_views_at"), "views", ["at"])
    op.create_table(
        "sign_ins",
        _id(),
        _to("staff_id", "staff", "sign_ins"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_at"), "sign_ins", ["at"])
    op.create_index(op.f("ix_sign_ins_staff_id"), "sign_ins", ["staff_id"])
    op.create_table(
        "audits",
        _id(),
        sa.Column("purpose", sa.String(), nullable=False),
        _moment("since", nullable=False),
        _moment("until", nullable=False),
        sa.Column("people", ARRAY(sa.Text()), nullable=False),
        sa.Column("cases", ARRAY(sa.Text()), nullable=False),
        _to("set_up_by_id", "staff", "audits", nullable=False),
        _moment("set_up_at", nullable=False),
        sa.Column("findings", JSONB()),
        _to("carried_out_by_id", "staff", "audits"),
        _moment("carried_out_at"),
        sa.Column("conclusion", sa.String()),
        _to("published_by_id", "staff", "audits"),
        _moment("published_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("audits", "sign_ins", "views", "lowerings", "entry_grades", "accesses"):
        op.drop_table(table)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(column: str, table: str, of: str, *, nullable: bool = True) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", name=op.f(f"fk_{of}_{column}_{table}"))
    return sa.Column(column, sa.BigInteger(), key, nullable=nullable)
