"""Files that customers send as evidence: their bytes, kept in the data folder under their own hash."""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ledger.services.evidence import Kept


class NotKept(Exception):  # noqa: N818
    """The disk does not take the file: it is full, or fails. Nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as a platform handed it over."""

    name: str
    media_type: str
    content: bytes


class Evidence:
    """The folder of evidence. The same bytes are kept once, whatever they are called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, file: File) -> Kept:
        """Write ``file`` durably, before anything in the database speaks of it. Raises NotKept."""
        digest = hashlib.sha256(file.content).hexdigest()
        path = Path(digest[:2]) / digest
        try:
            await asyncio.to_thread(_write, self._folder / path, file.content)
        except OSError as error:
            raise NotKept(error.strerror) from error
        return Kept(file.name, file.media_type, len(file.content), digest, path.as_posix())

    def path(self, kept_under: str) -> Path:
        """Where the bytes of an attachment lie; ``kept_under`` is its row's ``path``."""
        return self._folder / kept_under


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 (closed below)
    try:
        with unfinished:
            unfinished.write(content)
            unfinished.flush()
            os.fsync(unfinished.fileno())
        Path(unfinished.name).replace(path)
    except OSError:
        Path(unfinished.name).unlink(missing_ok=True)
        raise
