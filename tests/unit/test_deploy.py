"""What lies in deploy/ fits what it is made for (docs/deployment.md)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from bot.settings import PROJECT
from tests.unit.test_docs import metric_names, variables

DEPLOY = PROJECT / "deploy"
NUMBER = re.compile(r"\bqingting_\w+")
MEASURING = [DEPLOY / "prometheus" / "alerts.yml", DEPLOY / "grafana" / "qingting.json"]
NAMING = sorted(
    path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix in {"", ".yml", ".env", ".service"}
)
NOT_OURS = {"QINGTING_SITE", "QINGTING_DESKS"}
"""Variables of the proxy's own file."""


def composed() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
    return written


@pytest.mark.parametrize("path", MEASURING, ids=lambda path: path.name)
def test_rules_and_dashboard_ask_for_numbers_that_the_desk_tells(path: Path) -> None:
    asked = {name.removesuffix("_bucket") for name in NUMBER.findall(path.read_text("utf-8"))}

    assert asked - set(metric_names()) == set()


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.name)
def test_every_variable_that_is_set_is_one_the_desk_reads(path: Path) -> None:
    set_here = set(re.findall(r"\b(?:QINGTING|TELEGRAM)_[A-Z_]+\b", path.read_text("utf-8")))

    assert set_here - set(variables()) - NOT_OURS == set()


def test_the_compose_file_is_one() -> None:
    faults = Draft7Validator(get_builtin_schema("vendor.compose-spec")).iter_errors(composed())

    assert [fault.message for fault in faults] == []


def test_every_part_in_a_container_may_no_more_than_it_needs_and_has_its_bounds() -> None:
    for name, service in composed()["services"].items():
        if service.get("restart") == "no":
            continue
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        if service.get("image") == "qingting:latest":
            assert service["cap_drop"] == ["ALL"], name
            assert service["healthcheck"]["test"][0] == "CMD", name


def test_the_dashboard_is_json_with_a_title_and_something_asked_in_every_panel() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "qingting.json").read_text("utf-8"))

    assert [panel["id"] for panel in dashboard["panels"] if not (panel["title"] and panel["targets"])] == []
