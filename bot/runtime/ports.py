"""TCP ports: is the public one free, and which may the inner parts have."""

import socket

from bot.runtime.errors import PortInUseError

LOOPBACK = "127.0.0.1"


def claim(host: str, port: int) -> None:
    """Raise PortInUseError when the desk could not listen on `host`:`port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise PortInUseError(
            f"Cannot listen on {host}:{port} ({error.strerror}): stop what runs there, or set QINGTING_PORT."
        ) from None


def free_ports(count: int) -> list[int]:
    """`count` different ports of the loopback interface that nobody uses now."""
    held = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports
