"""A section of the policy's file, written anew by somebody who sees only that section."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from ledger.errors import NothingChanged, PolicyChangedMeanwhile, PolicyError, PolicyNotWritable
from ledger.policy import Policy
from ledger.policy.flat import flat, secrets_changed
from ledger.policy.hidden import hidden, shown
from ledger.policy.loading import SHIPPED, VARIABLE, read_policy
from ledger.policy.sections import Place, composed, scalars, section_of, with_section


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the file has it, secrets as marks; ``digest`` is that of the whole file.

    ``written``: whether it stands there at all; if not, ``text`` is what is shipped.
    """

    key: str
    text: str
    digest: str
    written: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What the file would be: its ``text``, what that means, and the ``digest`` of the one it was made from.

    ``changes``: for each key what is in force and what would be, None where there is nothing; ``secrets``:
    the keys of which only a secret would be another. Both empty: only comments are.
    """

    text: str
    policy: Policy
    digest: str
    changes: Mapping[str, tuple[Any, Any]]
    secrets: tuple[str, ...]


def section(path: Path, key: str) -> Section:
    """The section ``key`` of the file, to be edited. Raises PolicyError."""
    written = _read(path)
    own = section_of(written, key)
    text, _ = hidden(own if own is not None else _as_shipped(key), key)
    return Section(key, text, digest_of(written), own is not None)


def comment_above(path: Path, key: str) -> str:
    """What the file says above the section, on one line; nothing if it says nothing. Raises PolicyError."""
    lines = takewhile(lambda line: line.startswith("#"), (section_of(_read(path), key) or "").splitlines())
    return " ".join(line.lstrip("#").strip() for line in lines)


def draft(path: Path, *, key: str, typed: str, digest: str, in_force: Policy) -> Draft:
    """The file with the section ``key`` as ``typed``, read as the desk reads it.

    Raises:
        PolicyError: it makes no sense; one line that says what and where, never a secret.
        PolicyChangedMeanwhile: the file is no longer the one with ``digest``.
        NothingChanged: it stands there already.
    """
    written = _read(path)
    if digest_of(written) != digest:
        raise PolicyChangedMeanwhile
    own = section_of(written, key) or ""
    new = shown(typed.replace("\r\n", "\n"), key, hidden(own, key)[1])
    if strange := _variables(new) - _variables(own):
        place, _ = min(strange)
        raise PolicyError(f"{'.'.join(place)}: what comes from the environment, ${{…}}, is set in the file")
    text = with_section(written, key, new)
    if text == written:
        raise NothingChanged
    policy = read_policy(text)
    _sends_secrets_nowhere_else(in_force, policy)
    return Draft(text, policy, digest, _changes(in_force, policy), tuple(secrets_changed(in_force, policy)))


def write(path: Path, made: Draft) -> None:
    """Put the draft in the file's place in one step, with its mode and owner.

    Raises:
        PolicyChangedMeanwhile: the file is no longer the one the draft was made from.
        PolicyNotWritable: the desk may not write there; nothing has changed.
    """
    target = path.resolve()
    try:
        _replace(target, made)
    except OSError as error:
        raise PolicyNotWritable(f"{target}: {error.strerror}") from error


def is_writable(path: Path) -> bool:
    """Whether ``write`` may be expected to work: a file and a folder that the desk may write."""
    target = path.resolve()
    return os.access(target, os.W_OK) and os.access(target.parent, os.W_OK | os.X_OK)


def digest_of(written: str) -> str:
    """What differs when the file does."""
    return hashlib.sha256(written.encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: it is no YAML in UTF-8") from None


def _as_shipped(key: str) -> str:
    if (text := section_of(_read(SHIPPED), key)) is None:
        raise PolicyError(f"{key}: there is no such section")
    return text


def _variables(text: str) -> set[tuple[Place, str]]:
    values = ((place, str(node.value)) for place, node in scalars(composed(text)))
    return {(place, value) for place, value in values if VARIABLE.search(value)}


def _sends_secrets_nowhere_else(was: Policy, is_now: Policy) -> None:
    """Whoever does not know the password does not learn it by having it sent to a server of their own."""
    before, after = was.notices.email, is_now.notices.email
    if before is None or after is None or after.password is None or after.password != before.password:
        return
    if (after.host, after.port, after.security) != (before.host, before.port, before.security):
        raise PolicyError("notices.email.password: write it anew, since it would be sent elsewhere")


def _changes(was: Policy, is_now: Policy) -> dict[str, tuple[Any, Any]]:
    before, after = flat(was), flat(is_now)
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return {key: (before.get(key), after.get(key)) for key in keys}


def _replace(target: Path, made: Draft) -> None:
    kept = target.stat()
    if not os.access(target, os.W_OK):
        raise PermissionError(None, "it is read-only")
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(_in_the_files_lines(target, made.text))
            os.fchown(descriptor, kept.st_uid, kept.st_gid)
            os.fchmod(descriptor, kept.st_mode & 0o7777)
            file.flush()
            os.fsync(descriptor)
        if digest_of(_read(target)) != made.digest:
            raise PolicyChangedMeanwhile
        os.replace(name, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _in_the_files_lines(target: Path, text: str) -> bytes:
    """With the ends of lines that the file has."""
    as_windows = b"\r\n" in target.read_bytes()
    return (text.replace("\n", "\r\n") if as_windows else text).encode()
