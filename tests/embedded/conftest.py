import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.programs import Programs


@pytest.fixture
def programs() -> Iterator[Programs]:
    programs = Programs()
    yield programs
    programs.end()


@pytest.fixture
def directory() -> Iterator[Path]:
    """Make a directory that the server's account may pass; pytest's own is closed where root runs the tests."""
    path = Path(tempfile.mkdtemp(prefix="a registry ")).resolve()
    path.chmod(0o755)
    yield path
    deadline = time.monotonic() + 10
    while path.exists() and time.monotonic() < deadline:  # a server whose app was killed is still shutting down
        shutil.rmtree(path, ignore_errors=True)
