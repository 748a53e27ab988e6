"""Migrations and models tell the same story."""

from collections.abc import Callable

import psycopg
from alembic import command

from bot.jobs import conninfo
from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.migrate import configuration, upgrade


async def test_models_and_migrations_agree(database: Database) -> None:
    command.check(configuration(database.url))


async def test_a_migrated_database_is_left_alone(database: Database) -> None:
    upgrade(database.url)


MARKED = """
INSERT INTO customers (id, created_at, language) VALUES (1, now(), 'zh-Hans');
INSERT INTO staff (id, username, name, role, password_hash, language, must_change_password, on_duty,
                   created_at)
VALUES (1, 'wang', '王芳', 'supervisor', 'x', 'zh-Hans', false, true, now());
INSERT INTO cases (id, number, pass_code, type, status, stage, customer_id, channel, language,
                   further_categories, severity, signals, narrative, remedies, special_reasons, opened_at,
                   demo)
VALUES (1, 'QT-2026-000001', 'ABCDEF', 'complaint', 'open', 'listen', 1, 'web', 'zh-Hans',
        '{}', 'mild', '{}', '', '{}', '[]', now(), false);
INSERT INTO marks (case_id, kind, reason, raised_by_id, raised_at) VALUES
    (1, 'extortion', '{"zh-Hans": "给钱就算了"}', NULL, now());
INSERT INTO marks (case_id, kind, reason, raised_by_id, raised_at, decided_by_id, decided_at, confirmed,
                   decision)
VALUES (1, 'malicious', '{"zh-Hans": "第七次"}', NULL, now(), 1, now(), false, '看过原话');
"""


async def test_marks_of_an_older_release_become_forms_with_their_decisions(
    postgres: EmbeddedServer, new_database_name: Callable[[], str]
) -> None:
    name = new_database_name()
    postgres.ensure_database(name)
    command.upgrade(configuration(postgres.url(name)), "0023")
    with psycopg.connect(conninfo(postgres.url(name))) as connection:
        connection.execute(MARKED)
    upgrade(postgres.url(name))
    with psycopg.connect(conninfo(postgres.url(name))) as connection:
        forms = connection.execute(
            "SELECT kind, state, filled->>'kind', filled->>'evidence', closed_at IS NULL FROM forms"
            " ORDER BY id"
        ).fetchall()
        steps = connection.execute("SELECT name, to_state, by_id, reason FROM form_steps").fetchall()
        odd = connection.execute("SELECT count(*) FROM forms WHERE number LIKE '%#%'").fetchone()
    assert forms == [
        ("conduct", "raised", "extortion", "给钱就算了", True),
        ("conduct", "dismissed", "malicious", "第七次", False),
    ]
    assert (steps, odd) == ([("dismiss", "dismissed", 1, "看过原话")], (0,))
