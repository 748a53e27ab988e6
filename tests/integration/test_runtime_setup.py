"""The set-up scripts behind the Makefile, with stand-ins for uv and Python."""

import os
import subprocess
from pathlib import Path

import pytest

from bot.settings import PROJECT


def program(place: Path, name: str, script: str) -> Path:
    path = place / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def call(
    tool: str, *arguments: str, folder: Path, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROJECT / "tools" / tool), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
    )


def test_both_environments_are_synced_as_locked(tmp_path: Path) -> None:
    program(tmp_path, "uv", 'echo "$UV_PROJECT_ENVIRONMENT $*" >> asked')
    result = call("sync", "./uv", "setup.log", folder=tmp_path)
    assert result.returncode == 0
    assert (tmp_path / "asked").read_text().splitlines() == [
        ".venv sync --locked",
        ".venv-rasa sync --locked --only-group rasa",
    ]
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == [
        "Packages of the desk",
        "Packages of the engine",
    ]


def test_a_registry_out_of_reach_is_one_line_with_the_reason(tmp_path: Path) -> None:
    program(
        tmp_path, "uv", "echo 'error: Failed to download `alembic`' >&2; echo '  cause: no route' >&2; exit 2"
    )
    result = call("sync", "./uv", "setup.log", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        "Packages of the desk could not be installed: error: Failed to download alembic. (log: setup.log) "
        "Is the package registry in reach?\n"
    )


@pytest.mark.parametrize("missing", ["registry", "interpreter"])
def test_no_way_to_get_uv_is_one_line(tmp_path: Path, missing: str) -> None:
    """`curl` and, where there is one, `python3` fail as they do without a network."""
    place = tmp_path / "bin"
    place.mkdir()
    program(place, "curl", "echo 'curl: (6) could not resolve host' >&2; exit 6")
    if missing == "registry":
        program(place, "python3", "exit 1")
    for name in ("env", "mkdir", "mktemp", "mv", "sh"):
        (place / name).symlink_to(
            next(Path(folder) / name for folder in ("/bin", "/usr/bin") if (Path(folder) / name).exists())
        )
    result = call("get-uv", ".uv", folder=tmp_path, path=str(place))
    assert result.returncode == 1
    assert result.stderr == (
        "uv could not be installed: is the package registry in reach? (log: .uv/setup.log)\n"
    )


def test_the_list_of_tasks_is_printed() -> None:
    said = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True).stdout
    for task in ("run", "test", "demo", "train", "eval", "lint", "format", "clean"):
        assert f"make {task} " in said
