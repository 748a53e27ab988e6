"""Migrations and models tell the same story."""

from alembic import command

from ledger.db import Database
from ledger.migrate import configuration, upgrade


async def test_models_and_migrations_agree(database: Database) -> None:
    command.check(configuration(database.url))


async def test_a_migrated_database_is_left_alone(database: Database) -> None:
    upgrade(database.url)
