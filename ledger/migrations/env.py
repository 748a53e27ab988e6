"""How Alembic reaches the database: the address is given by ``ledger.migrate``, never by a file."""

from alembic import context
from sqlalchemy import create_engine, pool

from ledger.models import Base

OTHERS_PREFIXES = ("procrastinate_", "alembic_", "events", "rasa_")


def ours(name: str | None, kind: str, *_: object) -> bool:
    """Whether an object of the database is described by the models; the queue's and Rasa's are not."""
    return not (kind == "table" and (name or "").startswith(OTHERS_PREFIXES))


options = context.config.attributes
engine = create_engine(
    options["url"],
    poolclass=pool.NullPool,
    connect_args={"options": f"-c lock_timeout={options['lock_milliseconds']}"},
)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=lambda name, kind, _: ours(name, kind),
        compare_server_default=False,
        # Each revision ends by itself, so that one that must wait gives back what the others had locked.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
