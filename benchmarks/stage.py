"""What the benchmarks run on: the embedded PostgreSQL with made-up people, and the service in a process of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from benchmarks import population
from benchmarks.client import Connection
from benchmarks.ground import ON, PROVINCE, Ground, prepared
from benchmarks.service import Service, serving

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is, and what the caller may reach."""

    sqlalchemy_url: str
    programs: Path
    directory: Path
    settings: Mapping[str, str] = field(repr=False)
    service: Service
    token: str
    units: tuple[int, ...]
    map_load_seconds: float

    @property
    def url(self) -> str:
        """The address of the database as pgbench and asyncpg read it."""
        return self.sqlalchemy_url.replace("+asyncpg", "")

    @property
    def postgres_pid(self) -> int:
        """The server's first process."""
        return int((self.directory / "data/postgres/postmaster.pid").read_text().split()[0])

    def connect(self, service: Service | None = None) -> Connection:
        """Open a connection to the service, or to another one."""
        return Connection((service or self.service).port, self.token)

    def serving(self, *without: str) -> AbstractContextManager[Service]:
        """Start another service, which may lack a protection."""
        return serving(self.settings, self.directory, *without)


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Prepare a database, start the service on it, and take everything away afterwards."""
    async with prepared() as ground:
        await _populate(ground)
        with serving(ground.settings, ground.directory) as service:
            yield Stage(
                sqlalchemy_url=ground.server.url(),
                programs=ground.server.bin_dir,
                directory=ground.directory,
                settings=ground.settings,
                service=service,
                token=ground.token,
                units=ground.units,
                map_load_seconds=ground.map_load_seconds,
            )


async def _populate(ground: Ground) -> None:
    atlas, today = ground.atlas, datetime.now(UTC).date()
    province = atlas.resolve(PROVINCE, ON).unit_id
    there = [
        (commune.unit_id, atlas.current(commune.unit_id, today)) for commune in atlas.communes_within(province, ON)
    ]
    communes = [(place, *pair) for place, pair in enumerate(pair for pair in there if pair[1] in ground.units)]
    connection = await asyncpg.connect(ground.server.url().replace("+asyncpg", ""))
    await connection.execute("CREATE TEMPORARY TABLE commune (place int, unit_id int, there_unit_id int)")
    await connection.copy_records_to_table("commune", records=communes)
    await population.fill(connection, ground.key_ring)
    await connection.close()
