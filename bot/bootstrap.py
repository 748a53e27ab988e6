"""The one place where things are wired."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    """The desk's ASGI application, by the environment; ``app.state.desk`` is its ``Desk``.

    Starting it connects the live news, the queue's worker and the channels; stopping it ends them in reverse.
    """
    raise NotImplementedError
