"""Search messages by pieces of their words, and find what is open without what is closed.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from ledger.migrations.online import create_index, drop_index

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# One piece begins at every Chinese character (with the next one) and at every letter or digit (with the next
# two), as ledger/words.py says; longer texts than the desk takes are read so far. PL/pgSQL keeps the plan of
# its expression, where an SQL function would be planned anew by every statement that writes a message.
GRAMS = r"""
CREATE OR REPLACE FUNCTION message_grams(message bigint, words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN RETURN array_to_tsvector(ARRAY(
    SELECT (message >> 16) || ':' || CASE
        WHEN ascii(one) > 255 THEN
            one || CASE WHEN ascii(two) BETWEEN 13312 AND 40959 THEN two ELSE '' END
        WHEN ascii(two) BETWEEN 97 AND 122 OR ascii(two) BETWEEN 48 AND 57 THEN
            one || two || CASE
                WHEN ascii(three) BETWEEN 97 AND 122 OR ascii(three) BETWEEN 48 AND 57 THEN three ELSE ''
            END
        ELSE one
    END
    FROM (
        SELECT string_to_array(lower(left(
            CASE WHEN words ~ '[ª²³¹ºſ０-９Ａ-Ｚａ-ｚ]' THEN translate(
                words,
                'ª²³¹ºſ０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
                'a231os0123456789abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'
            ) ELSE words END, 20000) COLLATE "C"), NULL) AS letters
    ) AS text, unnest(letters, letters[2:], letters[3:]) AS piece(one, two, three)
    WHERE ascii(one) BETWEEN 13312 AND 40959 OR ascii(one) BETWEEN 97 AND 122 OR ascii(one) BETWEEN 48 AND 57
)); END $$
"""
SETTLED = (
    "(author <> 'customer' OR settled_at IS NOT NULL)"
    " AND (delivery IS NULL OR delivery NOT IN ('pending', 'sending'))"
)
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Add the function and the indexes; each can be built again."""
    op.execute(GRAMS)
    create_index(
        "ix_messages_grams",
        "messages",
        [sa.text("message_grams(id, text)")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text(SETTLED),
    )
    create_index(
        "ix_messages_staff",
        "messages",
        ["staff_id", "conversation_id"],
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    create_index("ix_cases_open", "cases", ["opened_at"], postgresql_where=OPEN)
    create_index(
        "ix_cases_open_special",
        "cases",
        ["opened_at"],
        postgresql_where=sa.text("status = 'open' AND special_since IS NOT NULL"),
    )
    create_index("ix_cases_open_owner", "cases", ["owner_id", "opened_at"], postgresql_where=OPEN)
    create_index("ix_cases_number_begins", "cases", ["number"], postgresql_ops={"number": "text_pattern_ops"})
    drop_index("ix_cases_queue", "cases")
    create_index(
        "ix_conversations_with_people",
        "conversations",
        ["last_message_at"],
        postgresql_where=sa.text("holding <> 'bot'"),
    )
    create_index("ix_clocks_running", "clocks", ["due_at"], postgresql_where=sa.text("stopped_at IS NULL"))
    create_index(op.f("ix_clocks_due_at"), "clocks", ["due_at"])
    create_index(
        "ix_clocks_breached", "clocks", ["due_at"], postgresql_where=sa.text("breached_at IS NOT NULL")
    )
    create_index(
        "ix_clocks_unacknowledged",
        "clocks",
        ["case_id"],
        postgresql_where=sa.text("kind = 'headquarters' AND stopped_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them, and give the queue its index back."""
    for name, table in (
        ("ix_clocks_unacknowledged", "clocks"),
        ("ix_clocks_breached", "clocks"),
        ("ix_clocks_due_at", "clocks"),
        ("ix_clocks_running", "clocks"),
        ("ix_conversations_with_people", "conversations"),
        ("ix_cases_number_begins", "cases"),
        ("ix_cases_open_owner", "cases"),
        ("ix_cases_open_special", "cases"),
        ("ix_cases_open", "cases"),
        ("ix_messages_staff", "messages"),
        ("ix_messages_grams", "messages"),
    ):
        drop_index(name, table)
    create_index("ix_cases_queue", "cases", ["special_since", "opened_at"], postgresql_where=OPEN)
    op.execute("DROP FUNCTION message_grams(bigint, text)")
