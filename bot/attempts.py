"""What a process does again and again: one failure ends neither it nor what comes after."""

from collections.abc import Awaitable, Callable

import structlog
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)


async def attempt(what: str, step: Callable[[], Awaitable[object]]) -> bool:
    """Do ``step``, called ``what`` in the log; False when the database is away: nothing more is to be asked.

    Any other failure is on record, and the next time it is tried again.
    """
    try:
        await step()
    except (ConnectorException, SQLAlchemyError, OSError) as error:
        log.warning("attempt.lost_database", step=what, error=type(error).__name__)
        return False
    except Exception:
        log.exception("attempt.failed", step=what)
    return True
