"""What the benchmarks run on: the embedded PostgreSQL with made-up people, and the service in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg

from benchmarks.client import Connection
from registry.database import one_transaction, prepare
from registry.db.tables.clients import ApiClientRow
from registry.db.tables.trail import AccessGrantRow
from registry.db.units import load_atlas
from registry.demo.issuer import CLIENT, ISSUER, DemoIssuer
from registry.domain.access import Role
from registry.domain.client import ClientKind
from registry.embedded import EmbeddedPostgres
from registry.vault.ring import new_entry

HERE = Path(__file__).parent
SUBJECT = "benchmark"
PROVINCE, ON = "54", date(2020, 12, 31)
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is, and what the caller may reach."""

    sqlalchemy_url: str
    programs: Path
    postgres_pid: int
    service_pid: int
    port: int
    token: str
    units: tuple[int, ...]
    map_load_seconds: float

    @property
    def url(self) -> str:
        """The address of the database as pgbench and asyncpg read it."""
        return self.sqlalchemy_url.replace("+asyncpg", "")

    def connect(self) -> Connection:
        """Open a connection to the service."""
        return Connection(self.port, self.token)


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Prepare a database, start the service on it, and take everything away afterwards."""
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(_passable_directory())
        server = stack.enter_context(EmbeddedPostgres(directory / "data"))
        await prepare(server.url())
        units, map_load_seconds = await _populate(server.url())
        issuer = DemoIssuer(directory)
        port = _free_port()
        log = directory / "service.log"
        service = _start_service(server.url(), issuer, port, log)
        stack.callback(service.wait)
        stack.callback(service.terminate)
        _wait_for(port, service, log)
        yield Stage(
            sqlalchemy_url=server.url(),
            programs=server.bin_dir,
            postgres_pid=int((directory / "data/postgres/postmaster.pid").read_text().split()[0]),
            service_pid=service.pid,
            port=port,
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


async def _populate(url: str) -> tuple[tuple[int, ...], float]:
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
    await connection.execute((HERE / "population.sql").read_text("utf-8"))
    await connection.close()
    return units, map_load_seconds


def _start_service(url: str, issuer: DemoIssuer, port: int, log: Path) -> subprocess.Popen[bytes]:
    settings = {
        "REGISTRY_DATABASE_URL": url,
        "REGISTRY_SECRET": uuid4().hex,
        "REGISTRY_MASTER_KEYS": new_entry(1),
        "REGISTRY_ISSUERS": json.dumps([issuer.trusted().model_dump(mode="json")]),
    }
    command = [sys.executable, "-m", "benchmarks.application", str(port)]
    with log.open("wb") as output:
        return subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=output)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, service: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and service.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the service did not start: {log.read_text()}")
