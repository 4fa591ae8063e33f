import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import Commands, Programs


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(monkeypatch, capsys)


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    """Make a directory that the server's account may pass; pytest's own is closed where root runs the tests."""
    directory = Path(tempfile.mkdtemp(prefix="a registry ")).resolve()
    directory.chmod(0o755)
    programs = Programs(directory / "data")
    yield programs
    programs.end()
    deadline = time.monotonic() + 10
    while directory.exists() and time.monotonic() < deadline:  # a killed demo's server is still shutting down
        shutil.rmtree(directory, ignore_errors=True)
