"""The engine's lean ways do what Rasa's own do, at a part of the price (docs/performance.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.classify import in_rasa
from bot.runtime.database import prepare
from bot.runtime.postgres import EmbeddedServer
from tests.conftest import TEMPLATE


@pytest.fixture(scope="module")
def seen(migrated: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen in Rasa's environment (`serving_probe.py`)."""
    migrated.copy_database(TEMPLATE, "serving")
    prepare(migrated.url("serving"))
    url = make_url(migrated.url("serving")).set(drivername="postgresql").render_as_string(hide_password=False)
    target = tmp_path_factory.mktemp("serving") / "seen.json"
    in_rasa("tests.integration.serving_probe", [url, str(target)], "")
    found: dict[str, Any] = json.loads(Path(target).read_text())
    return found


def test_the_action_server_is_sent_only_what_actions_read(seen: dict[str, Any]) -> None:
    question = seen["deeds"]["question"]
    assert question["domain"] == {}
    assert set(question["tracker"]) == {"sender_id", "slots", "latest_message", "events"}
    assert question["tracker"]["events"] == [{"event": "bot", "metadata": {"utter_action": "utter_sorry"}}]
    assert question["tracker"]["latest_message"]["emotion"] == 2
    assert question["tracker"]["latest_message"]["message_id"] == "7"
    assert question["tracker"]["slots"]["case"] == {"number": "QT-1"}


def test_all_actions_are_asked_for_over_one_connection(seen: dict[str, Any]) -> None:
    assert seen["deeds"]["connections"] == 1
    assert seen["deeds"]["slots"] == [["case", 1]]


def test_an_answer_that_is_not_understood_fails_the_action(seen: dict[str, Any]) -> None:
    assert seen["deeds"]["error"] is None
    assert seen["deeds"]["unknown event"] == "Unknown event name 'magic'."


@pytest.mark.parametrize("doing", ["opening", "reading", "saving"])
def test_the_server_is_asked_once_for_a_conversation_and_once_to_keep_it(
    seen: dict[str, Any], doing: str
) -> None:
    assert len(seen["memory"][doing]) == 1


def test_what_was_saved_is_read_again_as_rasa_reads_it(seen: dict[str, Any]) -> None:
    assert seen["memory"]["events"] == ["session_started", "action", "user", "bot", "slot", "action"]
    assert seen["memory"]["read as by Rasa's own store"]
    assert seen["memory"]["one not read before"]


def test_only_what_is_new_is_added(seen: dict[str, Any]) -> None:
    assert seen["memory"]["after more"] == len(seen["memory"]["events"]) + 1


def test_nothing_is_added_to_a_conversation_that_another_engine_wrote_about_meanwhile(
    seen: dict[str, Any],
) -> None:
    assert seen["memory"]["overtaken"]


def test_a_connection_that_the_server_has_closed_is_not_used(seen: dict[str, Any]) -> None:
    assert seen["memory"]["after the server closed all"]


def test_the_graph_gives_what_dask_gives_and_runs_each_node_once(seen: dict[str, Any]) -> None:
    assert seen["graph"]["straight"] == seen["graph"]["dask"]
    assert seen["graph"]["straight"][1] == 6


def test_a_models_domain_is_what_rasa_would_load_and_reading_grows_no_slower(seen: dict[str, Any]) -> None:
    assert seen["domain"] == {"same": True, "longer": 0}


def test_another_version_of_rasa_is_refused(seen: dict[str, Any]) -> None:
    assert seen["refusals"]["of this one"] is None
    assert "3.7.0" in seen["refusals"]["of another Rasa"]


def test_the_features_are_those_that_scikit_learn_gives(seen: dict[str, Any]) -> None:
    assert seen["hearing"] < 1e-6
