"""What an operator can set, run or meet stands in the documentation."""

import re
import tomllib
from collections.abc import Iterator

import pytest
import typer

from bot.__main__ import app
from bot.settings import PROJECT, Settings

OPERATIONS = (PROJECT / "docs" / "operations.md").read_text()
DEPENDENCIES = (PROJECT / "docs" / "dependencies.md").read_text()


def variables() -> list[str]:
    return [str(field.validation_alias) for field in Settings.model_fields.values()]


def commands() -> Iterator[str]:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield name
        yield from getattr(command, "commands", {})


def dependencies() -> Iterator[str]:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    for group in groups.values():
        yield from (re.split(r"[^\w.-]", entry)[0] for entry in group if isinstance(entry, str))


@pytest.mark.parametrize("variable", variables())
def test_every_variable_is_described(variable: str) -> None:
    assert f"`{variable}`" in OPERATIONS


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_is_described(command: str) -> None:
    assert re.search(rf"`.*\b{command}\b.*`", OPERATIONS)


@pytest.mark.parametrize("package", sorted(set(dependencies())))
def test_every_dependency_has_its_line(package: str) -> None:
    assert re.search(rf"^\| .*\b{re.escape(package)}\b.*\|", DEPENDENCIES, re.MULTILINE)
