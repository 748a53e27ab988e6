"""Keeping secrets out of logs."""

import logging


def keep_addresses_out_of_logs() -> None:
    """Tokens and keys are part of the addresses of robots, and the HTTP libraries log every address."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)
