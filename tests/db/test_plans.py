"""No index is lost to a row policy: the hot queries, planned as the service runs them, in a province of 150 units."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeAlias

import asyncpg
import pytest
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context
from registry.db.engine import create_engine, create_sessions, driver_of
from registry.domain.access import Scope, UnitScope
from tests.conftest import TODAY
from tests.db.crowd import BIG, FILL, IN_SCOPE
from tests.db.hot_queries import (
    CLINIC,
    HOT,
    ORGANISATIONS_TOO,
    PAST_POLICIES,
    Ask,
    accesses,
    accesses_of_merged,
    audited,
)

FEW = 100
"""Rows of big tables that may be read to find those of one person or group, of thirty thousand and more."""

Plan: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
async def scope(database_url: str) -> UnitScope:
    """A province of a large registry."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    await connection.execute(FILL)
    units = await connection.fetch("SELECT DISTINCT unit_id FROM person ORDER BY unit_id LIMIT $1", IN_SCOPE)
    await connection.close()
    return UnitScope(tuple(row["unit_id"] for row in units))


@pytest.fixture(scope="module")
async def service(service_url: str, scope: UnitScope) -> AsyncIterator[AsyncSession]:  # noqa: ARG001 - a transaction must not wait for the rows
    engine = create_engine(service_url)
    async with create_sessions(engine).begin() as session:
        await context.close(session)
        yield session
    await engine.dispose()


async def plans_of(ask: Ask, session: AsyncSession, scope: Scope) -> list[Plan]:
    """The plans of the statements that a query sends, under the role and the context in which it sends them."""
    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(_: object, __: object, statement: str, parameters: tuple[Any, ...], *___: object) -> None:
        sent.append((statement, parameters))

    connection = await session.connection()
    await context.enter(session, scope, today=TODAY)
    driver: Any = await driver_of(session)
    event.listen(connection.sync_connection, "before_cursor_execute", note)
    with driver.query_logger(lambda query: sent.append((query.query, query.args))):
        found = await ask(session, scope)
        await asyncio.sleep(0)  # the driver tells of a statement in the loop's next turn
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    assert found, "a query that finds nothing shows nothing"
    plans = []
    for statement, parameters in sent:
        if "set_config" in statement:
            await connection.exec_driver_sql(statement, parameters)
            continue
        told = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)).scalar_one()
        plans.append((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
    return plans


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize("ask", HOT, ids=lambda ask: ask.__name__)
async def test_rows_are_found_by_an_index(service: AsyncSession, scope: UnitScope, ask: Ask) -> None:
    require_indexes(await plans_of(ask, service, scope))


@pytest.mark.parametrize("ask", ORGANISATIONS_TOO, ids=lambda ask: ask.__name__)
async def test_they_are_for_an_organisation_too(service: AsyncSession, ask: Ask) -> None:
    require_indexes(await plans_of(ask, service, CLINIC))


@pytest.mark.parametrize("ask", [audited, accesses, accesses_of_merged, *PAST_POLICIES], ids=lambda ask: ask.__name__)
async def test_few_rows_are_read_once_the_server_plans_for_anybody(
    service: AsyncSession, scope: UnitScope, ask: Ask
) -> None:
    """What a function plans is not told, and what was sent five times may be planned without its parameters."""
    await context.enter(service, scope, today=TODAY)
    for _ in range(6):
        await ask(service, scope)
    before = await rows_read(service)

    assert await ask(service, scope)
    assert await rows_read(service) - before <= FEW


async def rows_read(session: AsyncSession) -> int:
    """How many rows of the big tables the transaction has read."""
    asked = "SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)"
    found: int = (await (await session.connection()).exec_driver_sql(asked, (sorted(BIG),))).scalar_one()
    return found


def require_indexes(plans: list[Plan]) -> None:
    read = [node for plan in plans for node in nodes(plan) if node.get("Relation Name") in BIG]
    assert read
    for node in read:
        assert node["Node Type"] != "Seq Scan", node
        if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
            assert "Index Cond" in node, node
