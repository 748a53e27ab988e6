"""What the processes write down as they work: one JSON object a line, of codes and ids (docs/operations.md).

A line has ``at``, ``level``, ``event`` and what belongs to it: ``conversation``, ``message``, ``job`` … Never
a word of anybody: what an exception says may quote a customer, so only its kind and its place are written.
"""

import logging
import sys
import traceback
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

OURS: Final = ("bot", "ledger", "actions")
"""Loggers that tell of their ordinary work; all others only of what went wrong."""

FRAMES: Final = 6


def configure(stream: TextIO | None = None) -> None:
    """Have every logger of this process write such lines to ``stream`` (stderr by default)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _exception_without_its_words,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def _exception_without_its_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        event.update(_told(info))
    return event


def _told(info: ExcInfo) -> dict[str, object]:
    kind, _, place = info
    frames = traceback.extract_tb(place)[-FRAMES:]
    return {
        "error": kind.__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
