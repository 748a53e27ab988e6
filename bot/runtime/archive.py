"""The file that `qingting backup` writes: a tar of parts, and at its end a manifest that tells what they are.

The manifest is written last, so that a file that was cut short has none.
"""

import hashlib
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final

from pydantic import BaseModel, ValidationError

from bot.runtime.errors import BackupError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
OWNER_ONLY: Final = 0o600


class Part(BaseModel):
    """One file of the archive; `size` in bytes."""

    size: int
    sha256: str


class Manifest(BaseModel):
    """What an archive holds: `version` of the program, `revision` of the tables, every part by its name."""

    format: int = FORMAT
    made_at: datetime
    version: str
    revision: str
    parts: Mapping[str, Part]


class Writer:
    """An archive in the making at `path`."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (closed by __exit__)
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tar.close()

    def add(self, name: str, source: Path) -> Part:
        """Put in the file `source` as `name`. Raises FileNotFoundError when it is gone."""
        with source.open("rb") as file:
            self.parts[name] = self._add(name, file, source.stat().st_size)
        return self.parts[name]

    def finish(self, *, made_at: datetime, version: str, revision: str) -> Manifest:
        """Put in the manifest: the archive is complete."""
        manifest = Manifest(made_at=made_at, version=version, revision=revision, parts=self.parts)
        written = manifest.model_dump_json(indent=1).encode()
        self._add(MANIFEST, BytesIO(written), len(written))
        return manifest

    def _add(self, name: str, file: IO[bytes], size: int) -> Part:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, OWNER_ONLY
        read = _Hashed(file)
        self._tar.addfile(entry, read)
        return Part(size=size, sha256=read.digest)


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._hash.update(chunk)
        return chunk

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def check(path: Path) -> Manifest:
    """The manifest of the archive at `path`, after every part was found to be what it says.

    Raises BackupError.
    """
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    with _reading(path):
        for name, file, size in _members(path):
            if name == MANIFEST:
                manifest = _manifest(path, file.read())
            else:
                found[name] = Part(size=size, sha256=_digest(file))
    if manifest is None:
        raise BackupError(f"{path} is not complete: it ends before its manifest.")
    for name in sorted(found.keys() | manifest.parts.keys()):
        if found.get(name) != manifest.parts.get(name):
            raise BackupError(f"{path} is damaged: {name} is not what its manifest says.")
    return manifest


def unpack(path: Path, folder: Path) -> None:
    """Write every part of a checked archive below `folder`, for its owner only."""
    for name, file, _ in _members(path):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            target.chmod(OWNER_ONLY)
            shutil.copyfileobj(file, written)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}.") from None
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no backup, or is damaged: {error}.") from None


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    with tarfile.open(path, "r:") as tar:
        for entry in tar:
            file = tar.extractfile(entry) if entry.isreg() and _is_inside(entry.name) else None
            if file is None:
                raise BackupError(f"{path} is no backup of this desk: it holds {entry.name!r}.")
            yield entry.name, file, entry.size


def _is_inside(name: str) -> bool:
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts


def _manifest(path: Path, content: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        raise BackupError(f"{path} is damaged: its manifest cannot be read.") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{path} is of another release (form {manifest.format}, this one has {FORMAT}).")
    return manifest


def _digest(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
