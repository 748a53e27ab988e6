"""The engine's start: `rasa run`, with what its options cannot say.

Arguments are those of `rasa run`. Runs in Rasa's environment: `.venv-rasa/bin/python -m bot.nlu.serve …`.
"""

import os
import sys

import rasa
import rasa.core.actions.action
import rasa.core.processor
import rasa.graph_components.providers.domain_provider
from rasa.__main__ import main

# Rasa falls back on a memory in RAM, with no more than a warning, when a tracker store cannot be imported.
import bot.nlu.serving.memory  # noqa: F401
from bot.nlu.serving import domain
from bot.nlu.serving.graph import StraightRunner
from bot.nlu.serving.remote import RemoteDeed

# What is exchanged below was read in this version; in another one it may mean something else.
RASA = "3.6.21"


def serve() -> None:
    """Serve until stopped. QINGTING_ENGINE_TOKEN, when set, guards the HTTP API."""
    if why := refusal(rasa.__version__):
        raise SystemExit(why)
    rasa.core.actions.action.RemoteAction = RemoteDeed
    rasa.core.processor.DaskGraphRunner = StraightRunner
    domain.read_once()
    token = os.environ.get("QINGTING_ENGINE_TOKEN")
    # Added here, not by who starts us: a command line can be read by everybody on the machine.
    sys.argv = ["rasa", "run", *sys.argv[1:], *((f"--auth-token={token}",) if token else ())]
    main()


def refusal(version: str) -> str | None:
    """Why this version of Rasa cannot be served; None when it can."""
    if version != RASA:
        return (
            f"the engine serves Rasa {RASA}, this is {version}: see whether it still calls what we exchange"
        )
    exchanged = (
        (rasa.core.actions.action, "RemoteAction"),
        (rasa.core.processor, "DaskGraphRunner"),
        (rasa.graph_components.providers.domain_provider, "DomainProvider"),
    )
    missing = [f"{module.__name__}.{name}" for module, name in exchanged if not hasattr(module, name)]
    return f"Rasa has no {', '.join(missing)} any more" if missing else None


if __name__ == "__main__":
    serve()
