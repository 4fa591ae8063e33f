import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.cli.commands import Commands, Programs
from tests.cli.logins import execute, quoted


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


@pytest.fixture
async def login(database_url: str) -> AsyncIterator[str]:
    """A login that may do nothing yet."""
    name = f'registry "{uuid4().hex[:8]}"'
    await execute(database_url, f"CREATE ROLE {quoted(name)} LOGIN PASSWORD '{name}'")
    yield name
    await execute(database_url, f"DROP OWNED BY {quoted(name)}", f"DROP ROLE {quoted(name)}")


@pytest.fixture(scope="module")
def audit_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
