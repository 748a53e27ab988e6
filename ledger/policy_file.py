"""The policy's file as it is changed under a running desk."""

import os
import time
from pathlib import Path
from typing import Final

from ledger.errors import PolicyError
from ledger.policy import Policy, load_policy

# Whoever writes the file may not have finished.
SETTLED: Final = 0.2


class PolicyFile:
    """``policy.yml`` and what it last said that made sense.

    ``policy`` is that; ``fault`` is None, or the one line that says why the file as it stands now is not in
    force. Looking costs a ``stat`` unless the file has changed.
    """

    def __init__(self, path: Path) -> None:
        """Read ``path``. Raises PolicyError."""
        self.path = path
        self._seen = self._stamp()
        self.policy: Policy = load_policy(path)
        self.fault: str | None = None

    def look(self) -> bool:
        """Read the file again if it has changed; whether ``policy`` or ``fault`` is another now."""
        stamp = self._stamp()
        if stamp == self._seen or self._is_being_written(stamp):
            return False
        self._seen = stamp
        before = (self.policy, self.fault)
        try:
            self.policy, self.fault = load_policy(self.path), None
        except PolicyError as error:
            self.fault = error.detail or str(error)
        return (self.policy, self.fault) != before

    def _stamp(self) -> tuple[int, int, int] | None:
        """What differs when the content does; None when there is no file."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _is_being_written(self, stamp: tuple[int, int, int] | None) -> bool:
        age = time.time() - stamp[0] / 1e9 if stamp else SETTLED
        return 0 <= age < SETTLED
