"""Keep which cases move together with a form."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "form_cases",
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_cases_form_id_forms")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_form_cases_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["staff.id"], name=op.f("fk_form_cases_linked_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("form_id", "case_id", name=op.f("pk_form_cases")),
    )
    op.create_index(op.f("ix_form_cases_case_id"), "form_cases", ["case_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("form_cases")
