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
from sqlalchemy import text

# Rasa waits 300 s for an action; a customer's turn must not.
ACTION_SECONDS = 10
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:conversation, 0))")


def serve() -> None:
    """Serve until stopped. QINGTING_ENGINE_TOKEN, when set, guards the HTTP API."""
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    _survive_a_restart_of_the_database()
    _let_no_engine_tell_on_what_another_told()
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


def _let_no_engine_tell_on_what_another_told() -> None:
    """Of two engines that have a turn of one conversation in hand, the second to save it fails.

    It has not read what the first one saved. Rasa would count what is stored and append the rest.
    """
    store = rasa.core.tracker_store.SQLTrackerStore
    retrieve, additional = store._retrieve, store._additional_events

    async def read(self: Any, sender_id: str, fetch_events_from_all_sessions: bool) -> Any:
        tracker = await retrieve(self, sender_id, fetch_events_from_all_sessions)
        if tracker is not None and not fetch_events_from_all_sessions:
            tracker.events_read = len(tracker.events)
        return tracker

    def told(self: Any, session: Any, tracker: Any) -> list[Any]:
        session.execute(ONE_AT_A_TIME, {"conversation": tracker.sender_id})
        new = list(additional(self, session, tracker))
        if getattr(tracker, "events_read", 0) not in (None, len(tracker.events) - len(new)):
            raise RuntimeError("another engine has told the story on meanwhile")
        tracker.events_read = None
        return new

    store._retrieve, store._additional_events = read, told


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
