"""Keep the roster, kinds of crisis, what the green channel asks of departments, and who is one person.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations import online

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFERENCES = (
    ("cases", "crisis_set_by_id", "staff"),
    ("tasks", "department_id", "departments"),
    ("customers", "person_id", "customers"),
)
"""New columns that refer to another table's id."""


def upgrade() -> None:
    """Nothing here keeps anybody out for longer than a moment."""
    op.create_table(
        "duty_shifts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("weekday", sa.BigInteger(), nullable=True),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.CheckConstraint("(day IS NULL) <> (weekday IS NULL)", name=op.f("ck_duty_shifts_day_or_weekday")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_duty_shifts_department_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_shifts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shifts")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_duty_shifts_department_id"), "duty_shifts", ["department_id"], if_not_exists=True
    )
    online.add_column("cases", sa.Column("crisis_type", sa.String(length=32), nullable=True))
    online.add_column("customers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for table, column, referred in REFERENCES:
        online.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
        name = f"fk_{table}_{column}"
        op.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"')
        online.add_foreign_key(op.f(name), table, column, referred)
    online.create_index(
        "ix_customers_person_id",
        "customers",
        ["person_id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Columns take their keys and indexes with them."""
    for table, column, _ in REFERENCES:
        op.drop_column(table, column)
    op.drop_column("customers", "erased_at")
    op.drop_column("cases", "crisis_type")
    op.drop_table("duty_shifts")
