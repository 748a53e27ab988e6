"""Keep forms and their steps; a form has clocks of its own, and a clock may be put off."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ledger.migrations import online

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RUNNING = "stopped_at IS NULL AND task_id IS NULL"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE IF NOT EXISTS form_numbers AS bigint")
    op.create_table("forms", *_form(), if_not_exists=True)
    op.create_table("form_steps", *_step(), if_not_exists=True)
    for name, table, columns, options in INDEXES:
        op.create_index(name, table, columns, if_not_exists=True, **options)
    online.add_column("clocks", sa.Column("form_id", sa.BigInteger(), nullable=True))
    online.add_column("clocks", sa.Column("extended", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint(op.f("fk_clocks_form_id_forms"), "clocks", if_exists=True)
    online.add_foreign_key(op.f("fk_clocks_form_id_forms"), "clocks", "form_id", "forms")
    online.create_index(
        "ux_clocks_of_form",
        "clocks",
        ["form_id", "kind"],
        unique=True,
        postgresql_where=sa.text("stopped_at IS NULL AND form_id IS NOT NULL"),
    )
    # A case's own clocks stay unique all the while: the narrower index is there before the wider one goes.
    where = sa.text(f"{RUNNING} AND form_id IS NULL")
    online.create_index(
        "ux_clocks_running_new", "clocks", ["case_id", "kind"], unique=True, postgresql_where=where
    )
    online.drop_index("ux_clocks_running", "clocks")
    op.execute("ALTER INDEX ux_clocks_running_new RENAME TO ux_clocks_running")


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE clock_id IN (SELECT id FROM clocks WHERE form_id IS NOT NULL)")
    op.execute("DELETE FROM clocks WHERE form_id IS NOT NULL")
    op.drop_index("ux_clocks_running", "clocks")
    op.drop_column("clocks", "form_id")
    op.drop_column("clocks", "extended")
    op.create_index(
        "ux_clocks_running", "clocks", ["case_id", "kind"], unique=True, postgresql_where=sa.text(RUNNING)
    )
    op.drop_table("form_steps")
    op.drop_table("forms")
    op.execute("DROP SEQUENCE form_numbers")


INDEXES: tuple[tuple[str, str, list[str], dict[str, Any]], ...] = (
    ("ix_forms_case_id", "forms", ["case_id"], {}),
    ("ix_forms_parent_id", "forms", ["parent_id"], {}),
    ("ix_forms_kind_state", "forms", ["kind", "state"], {}),
    ("ix_forms_open", "forms", ["kind", "opened_at"], {"postgresql_where": sa.text("closed_at IS NULL")}),
    ("ix_form_steps_form_id", "form_steps", ["form_id"], {}),
)


def _form() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filled", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("filled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_forms_case_id_cases")),
        sa.ForeignKeyConstraint(["parent_id"], ["forms.id"], name=op.f("fk_forms_parent_id_forms")),
        sa.ForeignKeyConstraint(["filled_by_id"], ["staff.id"], name=op.f("fk_forms_filled_by_id_staff")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["staff.id"], name=op.f("fk_forms_opened_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
        sa.UniqueConstraint("number", name=op.f("uq_forms_number")),
    ]


def _step() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_steps_form_id_forms")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_form_steps_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_steps")),
    ]
