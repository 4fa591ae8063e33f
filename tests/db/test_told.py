"""What the feed tells a scope of many units: everything, once, in one order, however unevenly it is spread."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, told
from registry.db.engine import create_engine, create_sessions
from registry.domain.access import UnitScope
from registry.domain.feed import Position
from tests.conftest import TODAY

UNITS = 20
ROWS = 900
FILL = f"""
    INSERT INTO change_feed (unit_id, entity, record_id, op, version)
    SELECT (SELECT id FROM unit ORDER BY id OFFSET place LIMIT 1), 'commune_status', gen_random_uuid(), 'upsert', 1
    FROM (
        SELECT n, CASE WHEN n BETWEEN 100 AND 400 THEN 3 WHEN n > 850 THEN 7 ELSE n * n % {UNITS + 3} END AS place
        FROM generate_series(1, {ROWS}) AS n
    ) AS spread ORDER BY n
"""  # noqa: S608 - made of numbers


@pytest.fixture(scope="module")
async def scope(database_url: str) -> UnitScope:
    """Units, one of which has most of the feed for a while; others of the feed are not among them."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    for _ in range(2):
        await connection.execute(FILL)
    units = await connection.fetch("SELECT id FROM unit ORDER BY id LIMIT $1", UNITS)
    await connection.close()
    return UnitScope(tuple(row["id"] for row in units))


@pytest.fixture(scope="module")
async def service(service_url: str, scope: UnitScope) -> AsyncIterator[AsyncSession]:
    engine = create_engine(service_url)
    async with create_sessions(engine).begin() as session:
        await context.close(session)
        await context.enter(session, scope, today=TODAY)
        yield session
    await engine.dispose()


@pytest.fixture(scope="module")
async def expected(database_url: str, scope: UnitScope) -> list[Position]:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    rows = await connection.fetch(
        "SELECT xid::text, seq FROM change_feed WHERE unit_id = ANY ($1) ORDER BY change_feed.xid, seq", scope.units
    )
    await connection.close()
    return [Position(int(row["xid"]), row["seq"]) for row in rows]


@pytest.mark.parametrize("limit", [1, 17, 100, 5000])
async def test_pages_tell_everything_once_in_order(
    service: AsyncSession, scope: UnitScope, expected: list[Position], limit: int
) -> None:
    positions: list[Position] = []
    after = Position(0, 0)
    while True:
        rows = await told.changes(service, scope, ["commune_status"], after=after, limit=limit)
        page = [row.position for row in rows[:limit]]
        positions += page
        assert len(page) == min(limit, len(expected) - (len(positions) - len(page)))
        if len(rows) <= limit:
            break
        after = page[-1]

    assert len(expected) > ROWS
    assert positions == expected
