"""What protection costs: the same requests with everything, and without row-level security, encryption, audit, all.

All variants take turns in one run on one database, so that a ratio compares what was measured within seconds.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any
from uuid import uuid4

import asyncpg

from benchmarks.client import Request, drive
from benchmarks.ground import ON, PROVINCE
from benchmarks.population import person_id
from benchmarks.processor import seconds_of
from benchmarks.service import Service
from benchmarks.stage import Stage
from benchmarks.without import NO_AUDIT_ROWS, set_audit_rows, set_wall, walled_tables

ROUNDS = 5
SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Variant:
    """The service and its database, whole or without something."""

    name: str
    without: tuple[str, ...] = ()
    has_wall: bool = True

    @property
    def has_audit(self) -> bool:
        return "audit" not in self.without


WHOLE = Variant("whole")
VARIANTS = (
    WHOLE,
    Variant("row_level_security", has_wall=False),
    Variant("encryption", without=("encryption",)),
    Variant("audit", without=("audit",)),
    Variant("all", without=("encryption", "audit"), has_wall=False),
)


def _documents() -> Iterator[Request]:
    """Identity documents: their number is sealed and indexed, and their write is audited."""
    for n in count(1):
        body = {"id": str(uuid4()), "document_type": "cccd", "number": f"054092{n:06d}"}
        yield Request("POST", f"/v1/persons/{person_id(n)}/identity-documents", body)


REQUESTS: dict[str, Iterator[Request]] = {
    "write": _documents(),
    "list": repeat(Request("GET", f"/v1/persons?unit={PROVINCE}&limit=50")),
    "search": repeat(Request("POST", "/v1/persons/search", {"name": "nguoi 2718"})),
    "report": repeat(Request("GET", f"/v1/reports/annual?unit={PROVINCE}&year={ON.year}")),
}


@dataclass(slots=True)
class Spent:
    """Processor time of service and PostgreSQL for so many requests. It hardly changes with what else is running."""

    seconds: float = 0.0
    requests: int = 0

    @property
    def each(self) -> float:
        """Seconds for one request."""
        return self.seconds / self.requests


async def measure(stage: Stage) -> dict[str, float]:
    """Let the variants take turns. A ratio above 1 is what the protection makes a request dearer by."""
    spent = {(variant.name, name): Spent() for variant in VARIANTS for name in REQUESTS}
    database = await asyncpg.connect(stage.url)
    await database.execute(NO_AUDIT_ROWS)
    walled = await walled_tables(database)
    try:
        with ExitStack() as stack:
            services = _services(stack, stage)
            for turn in range(1 + ROUNDS):
                for variant in VARIANTS:
                    async with _standing(database, walled, variant):
                        for name, requests in REQUESTS.items():
                            one = _ask(stage, services[variant.without], requests)
                            if turn:  # the first one warms up
                                spent[variant.name, name].seconds += one.seconds
                                spent[variant.name, name].requests += one.requests
    finally:
        await database.execute("DROP TRIGGER no_audit_rows ON audit_event")
        await database.close()
    figures = {f"{name}_cpu_ms": 1e3 * spent[WHOLE.name, name].each for name in REQUESTS}
    return figures | {
        f"price_of_{variant.name}_{name}": spent[WHOLE.name, name].each / spent[variant.name, name].each
        for variant in VARIANTS
        if variant is not WHOLE
        for name in REQUESTS
    }


def _services(stack: ExitStack, stage: Stage) -> dict[tuple[str, ...], Service]:
    """One process for each combination of what a process leaves out."""
    wanted = {variant.without for variant in VARIANTS}
    return {without: stack.enter_context(stage.serving(*without)) for without in wanted}


@asynccontextmanager
async def _standing(database: "asyncpg.Connection[Any]", walled: list[str], variant: Variant) -> AsyncIterator[None]:
    """Bring the database into the variant's state, and back into the whole one."""
    await set_wall(database, walled, stands=variant.has_wall)
    await set_audit_rows(database, kept=variant.has_audit)
    try:
        yield
    finally:
        await set_wall(database, walled, stands=True)
        await set_audit_rows(database, kept=True)


def _ask(stage: Stage, service: Service, requests: Iterator[Request]) -> Spent:
    """Ask on one connection for a while. What the first request plans anew is not counted."""
    with stage.connect(service) as connection:
        connection.send(next(requests))
        before = seconds_of(stage.postgres_pid) + seconds_of(service.pid)
        load = drive([connection], requests, SECONDS)
        used = seconds_of(stage.postgres_pid) + seconds_of(service.pid) - before
    return Spent(used, len(load.latencies))
