"""Changes of a table that others read and write meanwhile: what a revision uses for a table that grows.

Creating a table, adding a column without a default of its own, dropping: these only need their lock for a
moment, and ``op`` does for them. An index or a foreign key on a table with rows reads the whole table, and in
the ordinary way keeps writers out for so long; these do not.

They commit what the revision did before them. A revision that was interrupted here runs again from its
beginning: give it one of these, and nothing else, or only what may be done twice.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

# Until older transactions have ended; nobody waits behind this.
PATIENT: Final = "SET lock_timeout = '10min'"
IMPATIENT: Final = "RESET lock_timeout"


def add_column(table: str, column: sa.Column[Any]) -> None:
    """A new column, unless an interrupted run has added it, in a transaction of its own.

    Locks of two tables in one transaction can meet those of a writer crosswise.
    """
    with op.get_context().autocommit_block():
        op.add_column(table, column, if_not_exists=True)


def create_index(name: str, table: str, columns: Sequence[str | sa.TextClause], **options: Any) -> None:
    """An index on ``table``, built while others write; ``options`` are those of ``op.create_index``."""
    with op.get_context().autocommit_block():
        op.execute(PATIENT)
        # An interrupted build leaves an index that is not valid.
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute(IMPATIENT)


def drop_index(name: str, table: str) -> None:
    """Without an index, while others use the table."""
    with op.get_context().autocommit_block():
        op.execute(PATIENT)
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.execute(IMPATIENT)


def drop_constraint(name: str, table: str) -> None:
    """Without a constraint, unless an interrupted run has dropped it, in a transaction of its own.

    A foreign key's going locks both tables.
    """
    with op.get_context().autocommit_block():
        op.drop_constraint(name, table, if_exists=True)


def add_foreign_key(name: str, table: str, column: str, referred: str) -> None:
    """``column`` of ``table`` refers to ``referred``'s id; the rows are checked while others write.

    The column may be new in the same revision: it is committed with the constraint before the check.
    """
    op.create_foreign_key(name, table, referred, [column], ["id"], postgresql_not_valid=True)
    with op.get_context().autocommit_block():
        op.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')
