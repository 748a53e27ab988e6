"""The whole desk, started once for the system tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.whole import WholeDesk


@pytest.fixture(scope="session")
def whole_desk() -> Iterator[WholeDesk]:
    """`qingting run`, ready."""
    place = Path(tempfile.mkdtemp(prefix="qt-"))
    whole = WholeDesk(place)
    try:
        whole.wait_until_ready()
        yield whole
    finally:
        whole.stop()
        shutil.rmtree(place, ignore_errors=True)
