"""The ground under a trial: an embedded PostgreSQL of its own with the map, and one caller with a grant and a token."""

import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

from registry.database import one_transaction, prepare
from registry.db.tables.clients import ApiClientRow
from registry.db.tables.trail import AccessGrantRow
from registry.db.units import load_atlas
from registry.demo.issuer import CLIENT, ISSUER, DemoIssuer
from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.domain.client import ClientKind
from registry.embedded import EmbeddedPostgres
from registry.settings import Quotas
from registry.vault.ring import KeyRing, new_entry

SUBJECT = "benchmark"
PROVINCE, ON = "54", date(2020, 12, 31)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything is, how a service is set up on it, and what the caller may reach."""

    server: EmbeddedPostgres
    directory: Path
    settings: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)
    atlas: Atlas = field(repr=False)
    units: tuple[int, ...]
    map_load_seconds: float

    @property
    def key_ring(self) -> KeyRing:
        """The master keys that a service there uses."""
        return KeyRing(self.settings["REGISTRY_MASTER_KEYS"])


@asynccontextmanager
async def prepared() -> AsyncIterator[Ground]:
    """Prepare a database and take everything away afterwards."""
    with _passable_directory() as directory, EmbeddedPostgres(directory / "data") as server:
        await prepare(server.url())
        atlas, map_load_seconds = await _let_in(server.url())
        issuer = DemoIssuer(directory)
        yield Ground(
            server=server,
            directory=directory,
            settings={
                "REGISTRY_DATABASE_URL": server.url(),
                "REGISTRY_SECRET": uuid4().hex,
                "REGISTRY_MASTER_KEYS": new_entry(1),
                "REGISTRY_ISSUERS": json.dumps([issuer.trusted().model_dump(mode="json")]),
                # The caller asks as often as it can: it is one officer with one client.
                "REGISTRY_QUOTAS": json.dumps({name: {"requests": 10_000_000} for name in Quotas.model_fields}),
                "REGISTRY_MAX_PERSONS_PER_HOUR": "1000000",
            },
            token=issuer.token(SUBJECT, now=datetime.now(UTC)),
            atlas=atlas,
            units=atlas.scope_of(atlas.resolve(PROVINCE, ON).unit_id, datetime.now(UTC).date()),
            map_load_seconds=map_load_seconds,
        )


@contextmanager
def _passable_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # root's server runs under an account of its own
        yield directory


async def _let_in(url: str) -> tuple[Atlas, float]:
    """Register the caller's software and grant the caller the province; the map, and how long it took to load."""
    async with one_transaction(url) as session:
        started = time.perf_counter()
        atlas = await load_atlas(session)
        map_load_seconds = time.perf_counter() - started
        session.add(
            AccessGrantRow(
                id=uuid4(),
                issuer=ISSUER,
                subject=SUBJECT,
                role=Role.PROVINCE_MANAGER,
                unit_id=atlas.resolve(PROVINCE, ON).unit_id,
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
    return atlas, map_load_seconds
