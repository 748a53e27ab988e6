"""Whatever keeps the desk from starting is one line and exit code 1, and leaves nothing running."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.runtime import database, run
from bot.runtime.errors import StartError
from bot.runtime.ports import free_ports
from bot.settings import PROJECT, Settings


def refused(home: Path, command: str = "run", **environment: str) -> str:
    """What a command says on stderr when it refuses to start."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("QINGTING", "TELEGRAM"))
    }
    result = subprocess.run(
        [sys.executable, "-m", "bot", command],
        env={**bare, "QINGTING_HOME": str(home), "QINGTING_PORT": str(free_ports(1)[0]), **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert not database.embedded(Settings(home=home)).answers()
    return result.stderr.strip()


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        line = refused(tmp_path, QINGTING_PORT=port)
    assert line == (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use): "
        "stop what runs there, or set QINGTING_PORT."
    )


def test_a_host_that_is_not_of_this_machine(tmp_path: Path) -> None:
    assert refused(tmp_path, QINGTING_HOST="192.0.2.1").startswith("Cannot listen on 192.0.2.1:")


def test_an_engine_alone_that_was_not_told_whose_it_is(tmp_path: Path) -> None:
    line = refused(tmp_path, "engine")
    assert line == "QINGTING_DATABASE_URL and QINGTING_ENGINE_TOKEN must be those of the desk"


def test_a_wrong_variable(tmp_path: Path) -> None:
    line = refused(tmp_path, QINGTING_PORT="eighty")
    assert line == "QINGTING_PORT must be a port number from 1 to 65535"


def test_a_broken_policy(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("organisation: [")
    assert str(policy) in refused(tmp_path, QINGTING_POLICY=str(policy))


def test_a_missing_policy(tmp_path: Path) -> None:
    assert "nowhere.yml" in refused(tmp_path, QINGTING_POLICY=str(tmp_path / "nowhere.yml"))


def test_an_unreachable_database(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    line = refused(tmp_path, QINGTING_DATABASE_URL=f"postgresql://me:s3cret@127.0.0.1:{port}/desk")
    assert line.startswith("QINGTING_DATABASE_URL cannot be reached")
    assert "s3cret" not in line


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "QINGTING_HOME" in refused(tmp_path / "file" / "home")


async def test_a_missing_environment_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PROJECT", tmp_path)
    with pytest.raises(StartError, match=r"^Rasa's environment is missing"):
        await run.run(Settings(home=tmp_path / "home", port=free_ports(1)[0]), run.Steps())
    assert not (tmp_path / "home").exists()
