"""Count the days anew: complaints by department and channel too.

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forget what was counted; the desk counts it again within minutes."""
    op.execute("DELETE FROM figure_days")


def downgrade() -> None:
    """What was counted besides does no harm."""
