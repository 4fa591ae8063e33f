"""A database under an owner who is no superuser: once the roles are there, nobody above the policies is needed."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from registry.database import one_transaction, prepare
from registry.db import migrate, roles, state, trail
from registry.db.backup import backup, begin_anew, restore
from registry.db.context import close
from registry.embedded.binaries import packaged
from tests.factories.rows import ACT

PROGRAMS = None if os.environ.get("REGISTRY_TEST_DATABASE_URL") else packaged()


@pytest.fixture(scope="module")
async def owned(server_url: str) -> AsyncIterator[str]:
    """An empty database and its owner, as docs/operations.md has an administrator make them."""
    name = f"owner_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(server_url.replace("+asyncpg", ""))
    await connection.execute(roles.MAKE)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    await connection.execute(f"GRANT registry_definer, registry_backup TO {name}")
    await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    url = make_url(server_url).set(database=name, username=name, password=name)
    yield url.render_as_string(hide_password=False)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.execute(f"DROP ROLE {name}")
    await connection.close()


async def epoch(url: str) -> UUID:
    async with one_transaction(url) as session:
        await close(session)
        return await state.feed_epoch(session)


async def test_the_owner_upgrades_backs_up_and_restores(owned: str, server_url: str, tmp_path: Path) -> None:
    await prepare(owned)
    async with one_transaction(owned) as session:
        assert await state.revision(session) == migrate.head()
        found = await roles.login(session)
    assert found is not None
    assert found.is_owner
    administrator = make_url(server_url).set(database=make_url(owned).database).render_as_string(hide_password=False)
    async with one_transaction(administrator) as session:
        await trail.audit(session, ACT)
    before = await epoch(administrator)

    backup(owned, tmp_path / "file", programs=PROGRAMS)
    restore(owned, tmp_path / "file", programs=PROGRAMS)

    assert await epoch(administrator) != before
    async with one_transaction(administrator) as session:
        connection = await session.connection()
        eras = await connection.exec_driver_sql("SELECT value -> 'begin' FROM service_state WHERE key = 'audit_eras'")
        assert eras.scalar_one() == [2]

    restored = await epoch(administrator)
    begin_anew(owned, programs=PROGRAMS)
    assert await epoch(administrator) != restored


async def test_the_wall_stands_before_the_owner_too(owned: str) -> None:
    await prepare(owned)
    async with one_transaction(owned) as session:
        connection = await session.connection()
        forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('person', 'episode')"
        assert (await connection.exec_driver_sql(forced)).scalar_one()
