"""What one can run, set, call or meet stands in the documentation, and what it points to exists."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from fastapi import FastAPI
from prometheus_client import REGISTRY
from pydantic import BaseModel

import bot.channels.telegram.channel
import bot.notices  # noqa: F401
from bot import api
from bot.__main__ import app
from bot.api import metrics
from bot.settings import PROJECT, Settings
from ledger.policy import Policy
from ledger.views.endings import LooseEnds
from ledger.views.load import Load
from ledger.vocabulary import Signal

DOCS = PROJECT / "docs"
PAGES = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])
EVERYTHING = "\n".join(page.read_text("utf-8") for page in sorted(DOCS.glob("*.md")))
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
LINK = re.compile(r"!?\[[^]]*]\(([^)\s]+)\)")
BOOKED = re.compile(
    r'"((?:case|clock|contact|conversation|department|evidence|form|message|notice|report|special|staff|stage|task)\.[a-z_]+)"'
)
QUEUED = re.compile(r'^[A-Z_]+: Final = "([a-z.]+)"', re.MULTILINE)
SPELT_BY_STATE = {"notice.sent", "notice.failed"}


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def undescribed(names: Iterable[str], where: str = EVERYTHING) -> list[str]:
    """Those that stand nowhere in `code`."""
    return sorted(
        name for name in set(names) if not re.search(rf"`[^`\n]*(?<!\w){re.escape(name)}(?!\w)", where)
    )


def variables() -> Iterator[str]:
    return (str(field.validation_alias) for field in Settings.model_fields.values())


def commands() -> Iterator[str]:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield name
        yield from getattr(command, "commands", {})


def targets() -> Iterator[str]:
    return (
        match[1]
        for match in re.finditer(r"^([a-z]+):.* ## ", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    )


def dependencies() -> Iterator[str]:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    for group in groups.values():
        yield from (re.split(r"[^\w.-]", entry)[0] for entry in group if isinstance(entry, str))


def policy_keys(model: type[BaseModel] = Policy) -> Iterator[str]:
    """Every key as it stands in the file: a part's keys one by one, a list's as the list and its items'."""
    for name, field in model.model_fields.items():
        yield name
        for part in _parts(field.annotation):
            yield from policy_keys(part)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def domain(section: str) -> Iterable[str]:
    return yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))[section]  # type: ignore[no-any-return]


def routes() -> Iterator[tuple[str, str]]:
    served = FastAPI()
    api.install(served)
    for path, methods in served.openapi()["paths"].items():
        yield from ((method.upper(), re.sub(r"{\w+_id}", "{id}", path)) for method in methods)


def ledger_actions() -> set[str]:
    queue = set(QUEUED.findall((PROJECT / "ledger" / "queue.py").read_text()))
    services = (PROJECT / "ledger" / "services").glob("*.py")
    found = {action for file in services for action in BOOKED.findall(file.read_text("utf-8"))}
    return found - queue | SPELT_BY_STATE


def metric_names() -> Iterator[str]:
    nothing = Load({}, {}, 0.0, 0, 0.0, {}, {}, {}, 0, {})
    for registry in (metrics._registry(nothing, LooseEnds(), listeners=0), REGISTRY):
        for family in registry.collect():
            if family.name.startswith("qingting_"):
                yield family.name + ("_total" if family.type == "counter" else "")


def test_every_variable_is_described() -> None:
    assert undescribed(variables(), text_of("operations.md")) == []


def test_every_command_is_described() -> None:
    assert undescribed(commands(), text_of("operations.md")) == []


def test_every_task_of_make_is_described() -> None:
    described = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert [target for target in targets() if f"make {target}" not in described] == []


@pytest.mark.parametrize("package", sorted(set(dependencies())))
def test_every_dependency_has_its_line(package: str) -> None:
    assert re.search(rf"^\| .*\b{re.escape(package)}\b.*\|", text_of("dependencies.md"), re.MULTILINE)


def test_no_line_is_about_a_dependency_that_is_gone() -> None:
    tables = text_of("dependencies.md").partition("## From outside")[0]
    named = {
        name
        for row in re.findall(r"^\| ([a-z][\w, -]+) \|", tables, re.MULTILINE)
        for name in row.split(", ")
    }
    assert named - {"package"} - set(dependencies()) == set()


def test_every_key_of_the_policy_is_described() -> None:
    assert undescribed(policy_keys(), text_of("policy.md")) == []


@pytest.mark.parametrize("section", ["actions", "slots"])
def test_every_action_and_slot_of_the_domain_is_described(section: str) -> None:
    assert undescribed(domain(section), text_of("assistant.md")) == []


def test_every_signal_is_described() -> None:
    assert undescribed(Signal, text_of("assistant.md")) == []


def test_every_intent_is_described() -> None:
    spoken = text_of("assistant.md").replace("`_", "`EXTERNAL_")
    assert undescribed(domain("intents"), spoken) == []


def test_every_file_of_scripts_is_described() -> None:
    files = (PROJECT / "data" / "scripts").glob("*.yml")
    assert undescribed(file.name for file in files) == []


@pytest.mark.parametrize(("method", "path"), sorted(routes()))
def test_every_route_is_described(method: str, path: str) -> None:
    assert re.search(rf"`{method} {re.escape(path)}[`?]", text_of("api.md"))


def test_every_action_in_the_ledger_is_described() -> None:
    assert undescribed(ledger_actions(), text_of("ledger.md")) == []


def test_every_number_for_monitoring_is_described() -> None:
    assert undescribed(metric_names()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not heading or heading in {_anchor(line) for line in target.read_text("utf-8").splitlines()}


def _anchor(line: str) -> str:
    return re.sub(r"[^\w\s-]", "", line.lower()).strip().replace(" ", "-") if line.startswith("#") else ""


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_every_decision_is_in_the_index_and_has_its_four_parts(decision: Path) -> None:
    assert f"]({decision.name})" in text_of("decisions/README.md")
    parts = re.findall(
        r"^(?:## )?(Status|Context|Decision|Consequences)\b", decision.read_text("utf-8"), re.MULTILINE
    )
    assert parts == ["Status", "Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(decision.name[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_page_is_reached_from_the_architecture() -> None:
    reached = set(LINK.findall(text_of("architecture.md")))
    assert {page.name for page in DOCS.glob("*.md")} - reached - {"architecture.md"} == set()


def rows_of_item(item: int) -> list[str]:
    return re.findall(rf"^\| {item} .*\|$", text_of("playbook.md"), re.MULTILINE)


@pytest.mark.parametrize("item", range(1, 20))
def test_every_item_of_the_playbook_has_one_row_whose_tests_exist(item: int) -> None:
    (row,) = rows_of_item(item)
    named = re.findall(r"`[\w/]*?(test_\w+\.py)`", row.rstrip(" |").rpartition("|")[2])
    there = {file.name for file in (PROJECT / "tests").rglob("test_*.py")}
    assert named
    assert set(named) <= there


def test_the_changelog_says_what_is_not_released_yet() -> None:
    assert "## [Unreleased]" in (PROJECT / "CHANGELOG.md").read_text("utf-8")
