"""What every action needs and one process has once: database and policy, as the environment names them."""

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from ledger.db import Database
from ledger.policy import Policy, load_policy


@cache
def database() -> Database:
    """The database at QINGTING_DATABASE_URL."""
    return Database(os.environ["QINGTING_DATABASE_URL"])


@cache
def policy() -> Policy:
    """The policy at QINGTING_POLICY; ``policy.yml`` of the project when it is not set."""
    default = Path(__file__).resolve().parent.parent / "policy.yml"
    return load_policy(Path(os.environ.get("QINGTING_POLICY") or default))


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
