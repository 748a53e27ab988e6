"""Bringing a database to the shape the models expect, by Alembic."""

import sys
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

MIGRATIONS: Final = Path(__file__).with_name("migrations")


def upgrade(url: str) -> None:
    """Run every migration the database at ``url`` (SQLAlchemy, ``postgresql+psycopg://…``) has not had."""
    command.upgrade(configuration(url), "head")


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at ``url``, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


if __name__ == "__main__":
    upgrade(sys.argv[1])
