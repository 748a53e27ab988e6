"""Turn marks into forms: what a second person decides has one home (playbook B8)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ledger.migrations import online

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COPY_FORMS = """
INSERT INTO forms (number, kind, case_id, state, filled, opened_at, opened_by_id, closed_at)
SELECT 'EY-' || extract(year FROM raised_at) || '-' || lpad(nextval('form_numbers')::text, 6, '0')
           || '#' || id,
       'conduct', case_id,
       CASE WHEN confirmed IS NULL THEN 'raised' WHEN confirmed THEN 'confirmed' ELSE 'dismissed' END,
       jsonb_build_object('kind', kind, 'evidence', reason->>'zh-Hans'),
       raised_at, raised_by_id, CASE WHEN confirmed IS FALSE THEN decided_at END
FROM marks ORDER BY id
"""
COPY_DECISIONS = """
INSERT INTO form_steps (form_id, name, from_state, to_state, at, by_id, reason, entered)
SELECT forms.id, CASE WHEN confirmed THEN 'confirm' ELSE 'dismiss' END, 'raised', forms.state,
       decided_at, decided_by_id, decision, '{}'
FROM marks JOIN forms ON forms.number LIKE '%#' || marks.id
WHERE decided_at IS NOT NULL
"""
# The mark's id served to find its form again.
TIDY_NUMBERS = "UPDATE forms SET number = split_part(number, '#', 1) WHERE number LIKE '%#%'"


REFERS = (
    "fk_marks_case_id_cases",
    "fk_marks_decided_by_id_staff",
    "fk_marks_message_id_messages",
    "fk_marks_raised_by_id_staff",
)


def upgrade() -> None:
    # One after the other: dropped with the table, they would lock all that it refers to at once, and whoever
    # writes a message holds the same tables in another order.
    for name in REFERS:
        online.drop_constraint(name, "marks")
    op.execute("LOCK TABLE marks IN ACCESS EXCLUSIVE MODE")
    op.execute(COPY_FORMS)
    op.execute(COPY_DECISIONS)
    op.execute(TIDY_NUMBERS)
    op.drop_table("marks")


def downgrade() -> None:
    """The forms stay; marks begin anew."""
    op.create_table(
        "marks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("raised_by_id", sa.BigInteger(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_marks_case_id_cases")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_marks_decided_by_id_staff")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_marks_message_id_messages")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["staff.id"], name=op.f("fk_marks_raised_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_case_id"), "marks", ["case_id"])
    op.create_index(
        "uq_marks_open",
        "marks",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
