"""Backup and restore with PostgreSQL's own programs, on the server that the suite runs against."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import make_url
from sqlmodel import col, func, select

from registry.database import one_transaction
from registry.db import context, state, trail
from registry.db.backup import backup, begin_anew, restore
from registry.db.engine import create_engine
from registry.db.tables.trail import AccessGrantRow, AuditEventRow
from registry.domain.access import Role
from registry.errors import CannotRun
from tests.factories.rows import ACT


@pytest.fixture
async def kept(database_url: str) -> str:
    """The subject of a grant that is in the database."""
    subject = f"kept-{uuid4()}"
    await add_grant(database_url, subject)
    return subject


async def add_grant(url: str, subject: str) -> None:
    grant = AccessGrantRow(
        id=uuid4(),
        issuer="urn:x",
        subject=subject,
        role=Role.ANALYST,
        unit_id=1,
        unit_code="01",
        unit_on=date(2026, 1, 1),
        from_on=date(2026, 1, 1),
        granted_by="tests",
        granted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with one_transaction(url) as session:
        session.add(grant)


async def subjects(url: str) -> list[str]:
    async with one_transaction(url) as session:
        query = select(AccessGrantRow.subject).order_by(col(AccessGrantRow.subject))
        return list((await session.exec(query)).all())


async def epoch(url: str) -> UUID:
    async with one_transaction(url) as session:
        return await state.feed_epoch(session)


async def wall(url: str) -> list[tuple[object, ...]]:
    """The row policies with all rights, and who owns the functions that look past them."""
    asked = """
        SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies
        UNION ALL
        SELECT relname, relrowsecurity::text, relforcerowsecurity::text, relacl::text, NULL, NULL FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
        UNION ALL
        SELECT proname, rolname, proacl::text, prosecdef::text, NULL, NULL FROM pg_proc
        JOIN pg_roles ON pg_roles.oid = proowner WHERE pronamespace = 'app'::regnamespace
        ORDER BY 1, 2
    """
    async with one_transaction(url) as session:
        return [tuple(row) for row in await (await session.connection()).exec_driver_sql(asked)]


async def test_a_restore_brings_the_row_policies_back(
    database_url: str, client_programs: Path | None, tmp_path: Path
) -> None:
    before = await wall(database_url)
    backup(database_url, tmp_path / "file", programs=client_programs)
    restore(database_url, tmp_path / "file", programs=client_programs)

    assert ("first_body", "registry_definer") in {row[:2] for row in before}
    assert await wall(database_url) == before


async def test_a_restore_brings_everything_back_and_begins_another_epoch(
    database_url: str, client_programs: Path | None, kept: str, tmp_path: Path
) -> None:
    file = tmp_path / "registry.dump"
    before = await subjects(database_url), await epoch(database_url)
    backup(database_url, file, programs=client_programs)
    await add_grant(database_url, "lost")

    restore(database_url, file, programs=client_programs)
    assert await subjects(database_url) == before[0]
    assert kept in before[0]
    assert await epoch(database_url) != before[1]

    # What was restored can be backed up and restored in its turn.
    again = tmp_path / "again.dump"
    backup(database_url, again, programs=client_programs)
    restore(database_url, again, programs=client_programs)
    assert await subjects(database_url) == before[0]


async def test_another_epoch_begins_after_a_recovery_that_was_not_ours(
    database_url: str, client_programs: Path | None, kept: str
) -> None:
    """Recovered to a point in time, a server gives positions a second time, for other changes."""
    before = await epoch(database_url)

    begin_anew(database_url, programs=client_programs)

    assert await epoch(database_url) != before
    assert kept in await subjects(database_url)
    async with one_transaction(database_url) as session:
        last = (await session.exec(select(func.max(AuditEventRow.seq)))).one() or 0
        assert (await state.audit_eras(session))[-1] == last + 1


async def test_a_restore_begins_the_order_of_the_audit_log_anew(
    database_url: str, client_programs: Path | None, tmp_path: Path
) -> None:
    """The server that it lands on may count transactions from a lower number."""
    async with one_transaction(database_url) as session:
        await context.close(session)
        await trail.audit(session, ACT)
    backup(database_url, tmp_path / "file", programs=client_programs)

    eras = []
    for _ in range(2):
        restore(database_url, tmp_path / "file", programs=client_programs)
        async with one_transaction(database_url) as session:
            eras.append(await state.audit_eras(session))

    async with one_transaction(database_url) as session:
        last = (await session.exec(select(func.max(AuditEventRow.seq)))).one()
    assert [begun[-1] - 1 for begun in eras] == [last, last]


def test_a_backup_is_its_owners_and_never_replaces_another(
    database_url: str, client_programs: Path | None, tmp_path: Path
) -> None:
    file = tmp_path / "registry.dump"
    backup(database_url, file, programs=client_programs)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CannotRun, match="exists already"):
        backup(database_url, file, programs=client_programs)
    assert [path.name for path in tmp_path.iterdir()] == ["registry.dump"]


def test_a_backup_that_fails_leaves_no_file(database_url: str, client_programs: Path | None, tmp_path: Path) -> None:
    url = make_url(database_url).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(CannotRun, match=r'pg_dump: .*"no_such_database" does not exist'):
        backup(url, tmp_path / "file", programs=client_programs)
    assert list(tmp_path.iterdir()) == []


async def test_half_a_backup_changes_nothing(
    database_url: str, client_programs: Path | None, kept: str, tmp_path: Path
) -> None:
    whole, half = tmp_path / "whole.dump", tmp_path / "half.dump"
    backup(database_url, whole, programs=client_programs)
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    before = await subjects(database_url), await epoch(database_url)

    with pytest.raises(CannotRun, match="pg_restore: could not read from input file"):
        restore(database_url, half, programs=client_programs)
    assert (await subjects(database_url), await epoch(database_url)) == before
    assert kept in before[0]


async def test_a_backup_that_was_not_read_to_its_end_changes_nothing(
    database_url: str, client_programs: Path | None, tmp_path: Path
) -> None:
    file = tmp_path / "registry.dump"
    backup(database_url, file, programs=client_programs)
    before = await epoch(database_url)
    for name, end in (("psql", ""), ("pg_restore", "exit 1")):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\n"{shutil.which(name, path=client_programs)}" "$@"\n{end}\n')
        program.chmod(0o755)

    with pytest.raises(CannotRun, match="pg_restore: it failed"):
        restore(database_url, file, programs=tmp_path)
    assert await epoch(database_url) == before


async def test_no_restore_under_a_server_that_runs(
    database_url: str, client_programs: Path | None, tmp_path: Path
) -> None:
    file = tmp_path / "registry.dump"
    backup(database_url, file, programs=client_programs)
    before = await epoch(database_url)
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SELECT 1")
        with pytest.raises(CannotRun, match="psql: a server uses this database: stop it first"):
            restore(database_url, file, programs=client_programs)
        with pytest.raises(CannotRun, match="psql: a server uses this database: stop it first"):
            begin_anew(database_url, programs=client_programs)
    await engine.dispose()
    assert await epoch(database_url) == before


def test_a_password_reaches_the_program_by_its_environment_only(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\nenv > {tmp_path}/environment\n')
    program.chmod(0o755)
    backup(
        "postgresql+asyncpg://user:ge%20heim@db.example:5433/registry?ssl=verify-full",
        tmp_path / "file",
        programs=tmp_path,
    )
    assert "heim" not in (tmp_path / "arguments").read_text()
    environment = dict(line.partition("=")[::2] for line in (tmp_path / "environment").read_text().splitlines())
    expected = {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "user",
        "PGPASSWORD": "ge heim",
        "PGDATABASE": "registry",
        "PGSSLMODE": "verify-full",
    }
    assert expected.items() <= environment.items()


def test_programs_that_are_missing_are_told(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="pg_dump is not installed"):
        backup("postgresql+asyncpg://user@db.example/registry", tmp_path / "file", programs=tmp_path)
