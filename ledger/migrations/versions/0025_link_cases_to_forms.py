"""Keep which cases move together with a form."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations import online

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the table; it refers to tables that are written to meanwhile, one after the other."""
    op.create_table(
        "form_cases",
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "case_id", name=op.f("pk_form_cases")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_form_cases_case_id"), "form_cases", ["case_id"], if_not_exists=True)
    for column, referred in REFERS:
        name = op.f(f"fk_form_cases_{column}_{referred}")
        op.drop_constraint(name, "form_cases", if_exists=True)
        online.add_foreign_key(name, "form_cases", column, referred)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("form_cases")


REFERS = (("form_id", "forms"), ("case_id", "cases"), ("linked_by_id", "staff"))
