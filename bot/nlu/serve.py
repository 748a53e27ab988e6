"""The engine's start: `rasa run`, with a bound on actions and the token kept out of the process list.

Arguments are those of `rasa run`. Runs in Rasa's environment: `.venv-rasa/bin/python -m bot.nlu.serve …`.
"""

import os
import sys

import rasa.core.actions.action
from rasa.__main__ import main

# Rasa waits 300 s for an action; a customer's turn must not.
ACTION_SECONDS = 10


def serve() -> None:
    """Serve until stopped. QINGTING_ENGINE_TOKEN, when set, guards the HTTP API."""
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    token = os.environ.get("QINGTING_ENGINE_TOKEN")
    sys.argv = ["rasa", "run", *sys.argv[1:], *(("--auth-token", token) if token else ())]
    main()


if __name__ == "__main__":
    serve()
