"""How many files and sockets a process may have open: a chat is one, and there are thousands."""

import structlog

try:
    import resource
except ImportError:  # pragma: no cover — Windows has no such limit
    resource = None  # type: ignore[assignment]

# What a desk has open beside its chats: connections to the database and the engines, logs, the console.
BESIDE = 500
ENOUGH = 10_000

log = structlog.get_logger(__name__)


def allow_many() -> None:
    """Raise this process's limit as far as the system lets it, and say so where that is little."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wished:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
        soft = wished
    if soft != resource.RLIM_INFINITY and soft < ENOUGH:
        log.warning("desk.few_files", limit=soft, chats=max(0, soft - BESIDE), remedy="ulimit -n")
