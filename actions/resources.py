"""What every action needs and one process has once: database and policy, as the environment names them."""

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from ledger.db import Database
from ledger.policy import Policy
from ledger.policy_file import PolicyFile


@cache
def database() -> Database:
    """The database at QINGTING_DATABASE_URL."""
    return Database(os.environ["QINGTING_DATABASE_URL"])


@cache
def policy_file() -> PolicyFile:
    """The file at QINGTING_POLICY; ``policy.yml`` of the project when it is not set."""
    default = Path(__file__).resolve().parent.parent / "policy.yml"
    return PolicyFile(Path(os.environ.get("QINGTING_POLICY") or default))


def policy() -> Policy:
    """The policy as its file says now, or said before it made no sense; the desk warns of that."""
    policy_file().look()
    return policy_file().policy


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
