"""The action server in told time: `python -m tests.told_time --port PORT`.

The file that QINGTING_TOLD_TIME names says what time it is; while there is no such file, the clock on the
wall does. So a conversation with the real assistant may take place on any day, and go on for weeks.
"""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

VARIABLE: Final = "QINGTING_TOLD_TIME"


def now() -> datetime:
    """The time that was told, aware."""
    told = Path(os.environ[VARIABLE])
    return datetime.fromisoformat(told.read_text("ascii")) if told.exists() else datetime.now(UTC)


def main() -> None:
    """Serve the actions, whose clock is ``now``."""
    from actions import resources
    from actions.__main__ import serve
    from ledger import logs

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    logs.configure()
    resources.now = now
    serve(arguments.parse_args().port)


if __name__ == "__main__":
    main()
