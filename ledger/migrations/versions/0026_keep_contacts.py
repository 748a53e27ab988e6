"""Keep the contacts outside, and the visits to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations import online

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFERS = (("outside_contacts", "keeper_id"), ("contact_visits", "by_id"))


def upgrade() -> None:
    """Add the tables; they refer to staff, which is written to meanwhile."""
    op.create_table(
        "outside_contacts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("keeper_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("visit_every_days", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_contacts")),
        if_not_exists=True,
    )
    op.create_table(
        "contact_visits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["outside_contacts.id"],
            name=op.f("fk_contact_visits_contact_id_outside_contacts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_visits")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_contact_visits_contact_id_at", "contact_visits", ["contact_id", "at"], if_not_exists=True
    )
    for table, column in REFERS:
        name = op.f(f"fk_{table}_{column}_staff")
        op.drop_constraint(name, table, if_exists=True)
        online.add_foreign_key(name, table, column, "staff")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("contact_visits")
    op.drop_table("outside_contacts")
