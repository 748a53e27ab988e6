"""The operating-system account that PostgreSQL runs under: it refuses to run as root."""

import os
import pwd
import stat
from pathlib import Path

from bot.runtime.errors import PostgresError

ROOT = 0
FALLBACK_ACCOUNTS = ("postgres", "nobody")


def server_account(data_dir: Path) -> pwd.struct_passwd:
    """The account for a server whose data is (or will be) in `data_dir`.

    One's own; for root, whoever owns the data already, else `postgres` or `nobody`. Raises PostgresError when
    the account has no entry in the system's list of users, which `initdb` and peer authentication need.
    """
    if os.geteuid() != ROOT:
        return _entry(os.geteuid())
    if data_dir.exists() and data_dir.stat().st_uid != ROOT:
        return _entry(data_dir.stat().st_uid)
    for name in FALLBACK_ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError(
        "PostgreSQL cannot run as root, and there is no account 'postgres' or 'nobody' for it."
    )


def own_name() -> str:
    """The name of the account this process runs under."""
    return _entry(os.geteuid()).pw_name


def hand_over(folder: Path, account: pwd.struct_passwd) -> None:
    """Make `folder` private to `account`, and reachable for it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)
    if account.pw_uid != os.geteuid():
        os.chown(folder, account.pw_uid, account.pw_gid)
        open_way(folder)


def open_way(path: Path) -> None:
    """Let others pass through the folders above `path` that would stop them: passing only, never listing."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"User id {uid} has no name on this system, and PostgreSQL needs one: "
            "add it to /etc/passwd or set QINGTING_DATABASE_URL."
        ) from None
