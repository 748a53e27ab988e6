"""The engine's start: `rasa run`, with what its options cannot say.

Arguments are those of `rasa run`. Runs in Rasa's environment: `.venv-rasa/bin/python -m bot.nlu.serve …`.
"""

import os
import sys
from typing import Any

import rasa.core.actions.action
import rasa.core.tracker_store
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from rasa.__main__ import main
from rasa.shared.core.domain import Domain

# Rasa waits 300 s for an action; a customer's turn must not.
ACTION_SECONDS = 10


def serve() -> None:
    """Serve until stopped. QINGTING_ENGINE_TOKEN, when set, guards the HTTP API."""
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    _survive_a_restart_of_the_database()
    _spare_actions_the_domain()
    _check_answers_of_actions_by_a_schema_read_once()
    token = os.environ.get("QINGTING_ENGINE_TOKEN")
    # Added here, not by who starts us: a command line can be read by everybody on the machine.
    sys.argv = ["rasa", "run", *sys.argv[1:], *((f"--auth-token={token}",) if token else ())]
    main()


def _survive_a_restart_of_the_database() -> None:
    """Test pooled connections before use: on a dead one Rasa would answer from a blank memory."""
    options_of = rasa.core.tracker_store.create_engine_kwargs

    def options(url: Any) -> dict[str, Any]:
        return {**options_of(url), "pool_pre_ping": True}

    rasa.core.tracker_store.create_engine_kwargs = options


def _spare_actions_the_domain() -> None:
    """Send actions an empty domain: ours need none, and all scripts would travel with every call."""
    remote = rasa.core.actions.action.RemoteAction
    call, nothing = remote._action_call_format, Domain.empty()
    remote._action_call_format = lambda self, tracker, domain: call(self, tracker, nothing)


def _check_answers_of_actions_by_a_schema_read_once() -> None:
    """Rasa checks the schema itself at every answer of an action, which took half of a turn."""
    remote = rasa.core.actions.action.RemoteAction
    schema = Draft7Validator(remote.action_response_format_spec())
    remote._validate_action_result = lambda self, result: schema.validate(result) is None


if __name__ == "__main__":
    serve()
