"""The annual report over HTTP beside its bare SQL: the statements that it runs, by the driver alone."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import asyncpg
from sqlalchemy import event

from benchmarks.client import Request
from benchmarks.ground import ON, PROVINCE
from benchmarks.stage import Stage
from registry.db import statistics
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.units import load_atlas
from registry.domain.report import ReportPeriod, Territory

REPEATS = 7
REPORT = Request("GET", f"/v1/reports/annual?unit={PROVINCE}&year={ON.year}")

Statement = tuple[str, Sequence[Any]]


async def compare(stage: Stage) -> dict[str, float]:
    """Ask the service and the database in turn; figures are medians."""
    statements = await _statements(stage)
    driver = await asyncpg.connect(stage.url, server_settings={"jit": "off"})  # as the service has it
    of_service, of_sql = [], []
    with stage.connect() as connection:
        for turn in range(1 + REPEATS):
            started = time.perf_counter()
            connection.send(REPORT)
            answered = time.perf_counter()
            for statement, parameters in statements:
                await driver.fetch(statement, *parameters)
            if turn:  # the first one warms up
                of_service.append(answered - started)
                of_sql.append(time.perf_counter() - answered)
    await driver.close()
    return {
        "report_ms": 1e3 * median(of_service),
        "report_sql_ms": 1e3 * median(of_sql),
        "report_vs_sql": median(of_service) / median(of_sql),
    }


async def _statements(stage: Stage) -> list[Statement]:
    """Let the report's own module run once and write down what it sends to the driver."""
    engine = create_engine(stage.sqlalchemy_url)
    sent: list[Statement] = []
    async with transaction(create_sessions(engine)) as session:
        atlas = await load_atlas(session)
        period = ReportPeriod.of(ON.year, today=datetime.now(UTC).date())
        territory = Territory.of(atlas, atlas.resolve(PROVINCE, ON), on=ON, period=period)
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, parameters, *_: sent.append((statement, parameters)),
        )
        await statistics.measure(session, period=period, units=territory.row_of)
    await engine.dispose()
    return sent
