"""Pooled connections of the engine: a dead one is told by its socket, without a question to the server."""

import select
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine


def drop_dead_ones(engine: Engine) -> None:
    """Have a connection that its server has closed replaced when it is taken out of the pool.

    A server that stops, or ends a session, closes the socket; nothing else makes an idle one readable. A
    question (``pool_pre_ping``) would find out no more, and costs a round trip each time.
    """
    sa.event.listen(engine, "checkout", _refuse_a_closed_one)


def _refuse_a_closed_one(connection: Any, *_: Any) -> None:
    if connection.closed or is_readable(connection.fileno()):
        raise sa.exc.DisconnectionError("the server has closed this connection")


def is_readable(socket: int) -> bool:
    """Whether something waits to be read: on an idle connection, the server's last word or its end."""
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
