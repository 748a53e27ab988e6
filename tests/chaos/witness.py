"""A witness in the database: what a row forgets about itself is written down when it happens.

``witness.deliveries`` has a line for every state a message of ours went through, with who held the
conversation in that very transaction, which holds the conversation's row.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

STATEMENTS: Final = (
    "CREATE SCHEMA witness",
    """
    CREATE TABLE witness.deliveries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id bigint NOT NULL,
        delivery text,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        holding text NOT NULL,
        holder_id bigint
    )
    """,
    """
    CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO witness.deliveries (message_id, delivery, holding, holder_id)
        SELECT NEW.id, NEW.delivery, holding, holder_id FROM conversations WHERE id = NEW.conversation_id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER witness_stored AFTER INSERT ON messages
    FOR EACH ROW WHEN (NEW.author <> 'customer') EXECUTE FUNCTION witness.note()
    """,
    """
    CREATE TRIGGER witness_moved AFTER UPDATE OF delivery ON messages
    FOR EACH ROW WHEN (NEW.delivery IS DISTINCT FROM OLD.delivery) EXECUTE FUNCTION witness.note()
    """,
)


async def install(session: AsyncSession) -> None:
    """Have the witness watch from here on."""
    for statement in STATEMENTS:
        await session.execute(text(statement))
