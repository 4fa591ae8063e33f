"""What the benchmarks run on: the embedded PostgreSQL with made-up people, and the service in a process of its own."""

import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg

from benchmarks import population
from benchmarks.client import Connection
from benchmarks.service import Service, serving
from registry.database import one_transaction, prepare
from registry.db.tables.clients import ApiClientRow
from registry.db.tables.trail import AccessGrantRow
from registry.db.units import load_atlas
from registry.demo.issuer import CLIENT, ISSUER, DemoIssuer
from registry.domain.access import Role
from registry.domain.client import ClientKind
from registry.embedded import EmbeddedPostgres
from registry.settings import Quotas
from registry.vault.ring import KeyRing, new_entry

HERE = Path(__file__).parent
SUBJECT = "benchmark"
PROVINCE, ON = "54", date(2020, 12, 31)


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
    with _passable_directory() as directory, EmbeddedPostgres(directory / "data") as server:
        await prepare(server.url())
        master_keys = new_entry(1)
        units, map_load_seconds = await _populate(server.url(), KeyRing(master_keys))
        issuer = DemoIssuer(directory)
        settings = {
            "REGISTRY_DATABASE_URL": server.url(),
            "REGISTRY_SECRET": uuid4().hex,
            "REGISTRY_MASTER_KEYS": master_keys,
            "REGISTRY_ISSUERS": json.dumps([issuer.trusted().model_dump(mode="json")]),
            # The benchmark calls as often as it can: it is one officer with one client.
            "REGISTRY_QUOTAS": json.dumps({name: {"requests": 10_000_000} for name in Quotas.model_fields}),
            "REGISTRY_MAX_PERSONS_PER_HOUR": "1000000",
        }
        with serving(settings, directory) as service:
            yield Stage(
                sqlalchemy_url=server.url(),
                programs=server.bin_dir,
                directory=directory,
                settings=settings,
                service=service,
                token=issuer.token(SUBJECT, now=datetime.now(UTC)),
                units=units,
                map_load_seconds=map_load_seconds,
            )


@contextmanager
def _passable_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # root's server runs under an account of its own
        yield directory


async def _populate(url: str, master_keys: KeyRing) -> tuple[tuple[int, ...], float]:
    """Load the map, grant the caller the province, and fill it; the units in reach, and the map's time."""
    today = datetime.now(UTC).date()
    async with one_transaction(url) as session:
        started = time.perf_counter()
        atlas = await load_atlas(session)
        map_load_seconds = time.perf_counter() - started
        province = atlas.resolve(PROVINCE, ON).unit_id
        session.add(
            AccessGrantRow(
                id=uuid4(),
                issuer=ISSUER,
                subject=SUBJECT,
                role=Role.PROVINCE_MANAGER,
                unit_id=province,
                unit_code=PROVINCE,
                unit_on=ON,
                from_on=ON,
                granted_by="benchmark",
                granted_at=datetime.now(UTC),
            )
        )
        session.add(
            ApiClientRow(
                id=uuid4(),
                issuer=ISSUER,
                client_id=CLIENT,
                kind=ClientKind.APP,
                label="benchmark",
                added_at=datetime.now(UTC),
                added_by="benchmark",
            )
        )
    units = atlas.scope_of(province, today)
    there = [
        (commune.unit_id, atlas.current(commune.unit_id, today)) for commune in atlas.communes_within(province, ON)
    ]
    communes = [(place, *pair) for place, pair in enumerate(pair for pair in there if pair[1] in units)]
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("CREATE TEMPORARY TABLE commune (place int, unit_id int, there_unit_id int)")
    await connection.copy_records_to_table("commune", records=communes)
    await population.fill(connection, master_keys)
    await connection.close()
    return units, map_load_seconds
