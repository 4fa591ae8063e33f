"""Migrations: one line of them, there and back again, and the same schema as in the code."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import make_url

from registry.db import migrate
from registry.db.tables.all import metadata
from registry.domain.staffing import COMMUNITY_COUNSELLING

SCRIPTS = ScriptDirectory.from_config(migrate.config(""))

_UPGRADE_LOCK = 7_305_731
_UPGRADE = "import asyncio, sys; from registry.db import migrate; asyncio.run(migrate.upgrade(sys.argv[1]))"


@pytest.fixture
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """An empty database; its URL."""
    name = f"registry_migrations_{uuid4().hex[:12]}"
    await execute(server_url, f"CREATE DATABASE {name}")
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def execute(url: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def tables(url: str) -> set[str]:
    rows = await execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows} - {"alembic_version"}


async def revisions(url: str) -> list[str]:
    return [row["version_num"] for row in await execute(url, "SELECT version_num FROM alembic_version")]


def test_there_is_one_head_and_the_code_names_it() -> None:
    assert SCRIPTS.get_heads() == [migrate.head()]


def test_every_migration_says_what_it_does() -> None:
    for script in SCRIPTS.walk_revisions():
        assert script.doc
        assert Path(script.path).name.startswith(script.revision)


async def test_up_down_and_up_again(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    assert await tables(empty_database) == set(metadata.tables)

    await migrate.downgrade(empty_database, "base")
    assert await tables(empty_database) == set()

    await migrate.upgrade(empty_database)
    assert await tables(empty_database) == set(metadata.tables)
    assert await revisions(empty_database) == [migrate.head()]


async def test_every_step_down_can_be_taken_up_again(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    for script in SCRIPTS.walk_revisions():
        below = script.down_revision or "base"
        await migrate.downgrade(empty_database, str(below))
        await migrate.upgrade(empty_database, script.revision)
        await migrate.downgrade(empty_database, str(below))


async def test_organisations_are_told_of_workers_whom_they_had_appointed_before(empty_database: str) -> None:
    """Devices that have gone past the appointment are brought the worker."""
    await migrate.upgrade(empty_database, "0051")
    await execute(
        empty_database,
        """
        WITH made AS (
            SELECT gen_random_uuid() AS worker, gen_random_uuid() AS point, 1 AS version, 'active' AS state,
                   now() AS at, '' AS by, ''::bytea AS fingerprint, 1 AS unit, DATE '2020-06-26' AS day
        ), a_unit AS (
            INSERT INTO unit (id, level) SELECT unit, 'commune' FROM made
        ), an_organisation AS (
            INSERT INTO organisation (id, version, state, recorded_at, changed_at, changed_by, fingerprint, unit_id,
                code, name, sort_key, kind, unit_code, site_unit_id, opened_on)
            SELECT point, version, state, at, at, by, fingerprint, unit, by, by, by, 'counselling_point', by, unit, day
            FROM made
        ), a_worker AS (
            INSERT INTO network_worker (id, version, state, recorded_at, changed_at, changed_by, fingerprint, unit_id,
                full_name, sort_key, from_on, unit_code)
            SELECT worker, version, state, at, at, by, fingerprint, unit, by, by, day, by FROM made
        )
        INSERT INTO appointment (id, version, state, recorded_at, changed_at, changed_by, fingerprint, unit_id,
            worker_id, organisation_id, role, time, from_on)
        SELECT worker, version, state, at, at, by, fingerprint, unit, worker, point, 'head', 'full_time', day FROM made
        """,
    )

    await migrate.upgrade(empty_database)

    told = await execute(
        empty_database,
        """
        SELECT entity, op FROM change_feed
        JOIN appointment ON worker_id = record_id AND appointment.organisation_id = change_feed.organisation_id
        """,
    )
    assert [tuple(row) for row in told] == [("network_worker", "enter")]


async def test_points_of_before_are_of_the_one_programme_that_there_was(empty_database: str) -> None:
    await migrate.upgrade(empty_database, "0052")
    owner = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    await owner.execute("""
        SET session_replication_role = replica;
        INSERT INTO counselling_point (
            id, version, state, recorded_at, changed_at, changed_by, fingerprint, unit_id,
            code, name, sort_key, unit_code, site_unit_id, opened_on, opening_hours, services
        ) VALUES (
            gen_random_uuid(), 1, 'active', now(), now(), 'an officer', 'first', 1,
            'PY-1', 'Point', 'point', '22015', 1, '2020-06-26', '[]', '{}'
        )
    """)
    await owner.close()

    await migrate.upgrade(empty_database)

    (point,) = await execute(empty_database, "SELECT programme FROM counselling_point")
    assert point["programme"] == COMMUNITY_COUNSELLING


async def test_the_tables_in_the_code_are_those_in_the_database(empty_database: str) -> None:
    await migrate.upgrade(empty_database)

    await migrate.check(empty_database)


async def test_a_table_that_no_migration_makes_is_noticed(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    await execute(empty_database, "ALTER TABLE person DROP COLUMN phone")

    with pytest.raises(CommandError):
        await migrate.check(empty_database)


async def test_starters_that_upgrade_at_once_all_succeed(empty_database: str) -> None:
    starters = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _UPGRADE,
            empty_database,
            stderr=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )
        for _ in range(2)
    ]
    errors = [(await starter.communicate())[1].decode() for starter in starters]

    assert [starter.returncode for starter in starters] == [0, 0], errors
    assert await revisions(empty_database) == [migrate.head()]
    assert await tables(empty_database) == set(metadata.tables)


async def test_an_upgrade_waits_for_the_one_under_way(empty_database: str) -> None:
    other = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    await other.execute("SELECT pg_advisory_lock($1)", _UPGRADE_LOCK)

    upgrade = asyncio.create_task(migrate.upgrade(empty_database))
    while not await execute(empty_database, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        assert not upgrade.done()
        await asyncio.sleep(0.05)

    assert await tables(empty_database) == set()
    await other.close()
    await upgrade
    assert await tables(empty_database) == set(metadata.tables)


async def test_an_upgrade_gives_up_on_a_lock_that_is_held(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    holder = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    async with holder.transaction():
        await holder.execute("LOCK TABLE person IN ACCESS SHARE MODE")
        with pytest.raises(Exception, match="lock timeout"):
            await asyncio.wait_for(migrate.downgrade(empty_database, "base"), timeout=25)
    await holder.close()

    assert await revisions(empty_database) == [migrate.head()]


async def test_measures_of_before_rest_on_a_decision_and_visits_on_what_their_accompaniment_does(
    empty_database: str,
) -> None:
    await migrate.upgrade(empty_database, "0058")
    owner = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    await owner.execute("""
        SET session_replication_role = replica;
        CREATE TEMPORARY TABLE made AS SELECT n, gen_random_uuid() AS id, 1 AS version, 'active' AS state, now() AS at,
            '' AS by, ''::bytea AS fingerprint, 1 AS unit, DATE '2020-07-01' AS day,
            (ARRAY['consent', 'decision', 'statutory_duty'])[n] AS ground FROM generate_series(1, 3) AS n;
        INSERT INTO accompaniment (person_id, id, version, state, recorded_at, changed_at, changed_by, fingerprint,
            unit_id, organisation_id, worker_id, legal_basis, from_on)
        SELECT id, id, version, state, at, at, by, fingerprint, unit, id, id, ground, day FROM made;
        INSERT INTO visit (person_id, id, version, state, recorded_at, changed_at, changed_by, fingerprint, unit_id,
            organisation_id, accompaniment_id, visited_on, kind)
        SELECT id, id, version, state, at, at, by, fingerprint, unit, id, id, day, 'meeting' FROM made;
        INSERT INTO education_measure (person_id, id, version, state, recorded_at, changed_at, changed_by,
            fingerprint, unit_id, from_on, to_on)
        SELECT id, id, version, state, at, at, by, fingerprint, unit, day, day FROM made
    """)
    await owner.close()

    await migrate.upgrade(empty_database)

    joined = "SELECT v.legal_basis, a.legal_basis FROM visit v JOIN accompaniment a ON a.id = v.accompaniment_id"
    grounds = [tuple(row) for row in await execute(empty_database, f"{joined} ORDER BY 1")]
    assert grounds == [(each, each) for each in ("consent", "decision", "statutory_duty")]
    assert {row[0] for row in await execute(empty_database, "SELECT legal_basis FROM education_measure")} == {
        "decision"
    }
