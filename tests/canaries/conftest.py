"""A server of our own with all that it writes, and what the service logs meanwhile."""

import logging
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from registry import logs
from registry.db import migrate
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.unit_import import import_map
from registry.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of our own, so that its files can be searched."""
    with tempfile.TemporaryDirectory(prefix="registry-canaries-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # root's server runs under an account of its own
        with EmbeddedPostgres(directory / "data") as running:
            yield running


@pytest.fixture(scope="module")
async def database_url(server: EmbeddedPostgres) -> str:
    """A database whose server logs every statement with all it knows, as it should never be asked to."""
    await migrate.upgrade(server.url())
    engine = create_engine(server.url())
    async with transaction(create_sessions(engine)) as session:
        await import_map(session)
        for setting in ("log_statement = 'all'", "log_error_verbosity = 'verbose'"):
            await (await session.connection()).exec_driver_sql(f"ALTER DATABASE registry SET {setting}")
    await engine.dispose()
    return server.url()


@pytest.fixture(scope="module")
def logged() -> Iterator[StringIO]:
    """What the service logs, everything, as it is written."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
