"""The database that a command works on: the one that is named, or the embedded one in the data directory."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import address, migrate, roles
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.unit_import import import_map
from registry.embedded import EmbeddedPostgres, default_data_dir
from registry.settings import Settings

EMBEDDED_LOGIN = "registry_service"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the data are. `programs` holds a pg_dump of the server's own release; None means the machine's."""

    url: str
    programs: Path | None


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Give the database, for as long as the embedded server is needed."""
    if settings.database_url is not None:
        named = address.read(settings.database_url.get_secret_value())
        yield Database(named.render_as_string(hide_password=False), None)
        return
    server = EmbeddedPostgres(data_dir_of(settings))
    try:
        server.start()
        yield Database(server.url(), server.bin_dir)
    finally:
        server.stop()


def data_dir_of(settings: Settings) -> Path:
    """Name the directory where the embedded server and the demo keep their files."""
    return settings.data_dir or default_data_dir()


@asynccontextmanager
async def one_transaction(url: str) -> AsyncIterator[AsyncSession]:
    """Open the database for a single piece of work."""
    engine = create_engine(url, pool_size=1, name="registry-cli")
    try:
        async with transaction(create_sessions(engine)) as session:
            yield session
    finally:
        await engine.dispose()


async def address_for_service(database: Database) -> str:
    """Give the address under which the service connects: on the embedded server, a login that policies bind."""
    if database.programs is None:
        return database.url
    async with one_transaction(database.url) as session:
        await roles.make_login(session, EMBEDDED_LOGIN)
    return make_url(database.url).set(username=EMBEDDED_LOGIN).render_as_string(hide_password=False)


async def prepare(url: str) -> None:
    """Bring the schema and the map up to this release; where they are, nothing happens."""
    await migrate.upgrade(url)
    async with one_transaction(url) as session:
        await import_map(session)
