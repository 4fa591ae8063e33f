"""The sealed log against a real database: honest histories raise no alarm, tampered ones always do."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, seals, trail
from registry.db.context import DatabaseRole
from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import FieldGroup
from registry.domain.audit_log import Fault, Verdict
from registry.errors import CannotRun
from registry.signed_note import Signer
from registry.usecases import sealing
from tests.conftest import NOW
from tests.factories.rows import ACT

PLACE = {"xid", "seq"}
SIGNER = Signer("registry.example/audit", Ed25519PrivateKey.generate())


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """The door to a database whose audit log is empty."""
    engine = create_engine(database_url, pool_size=12)
    sessions = create_sessions(engine)
    async with transaction(sessions) as session:
        await execute(session, "TRUNCATE audit_event, audit_leaf, audit_checkpoint")
    yield sessions
    await engine.dispose()


async def execute(session: AsyncSession, statement: str) -> None:
    await (await session.connection()).execute(text(statement))


async def write(session: AsyncSession, count: int = 1) -> None:
    for _ in range(count):
        await trail.audit(session, ACT, persons=(uuid4(),), groups=(FieldGroup.PERSON,))


async def told(sessions: Sessions, count: int = 1) -> None:
    """Write rows in a transaction of their own."""
    async with context.closed_transaction(sessions) as session:
        await write(session, count)


async def sealed(sessions: Sessions, signer: Signer = SIGNER) -> int:
    async with working(sessions) as session:
        return await sealing.seal(session, signer, at=NOW)


async def all_sealed(sessions: Sessions) -> None:
    """Seal until nothing waits; another database of the server may hold a transaction open for a moment."""
    for _ in range(200):
        await sealed(sessions)
        if (await verified(sessions)).unsealed == 0:
            return
        await asyncio.sleep(0.05)
    pytest.fail("rows stay unsealed")


async def verified(sessions: Sessions, *outside: Path) -> Verdict:
    async with working(sessions) as session:
        return await sealing.inspect(session, [SIGNER.verifier], outside)


@asynccontextmanager
async def working(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    async with transaction(sessions) as session:
        await context.act_as_worker(session)
        yield session


class TestHonestHistories:
    async def test_an_empty_log(self, sessions: Sessions) -> None:
        assert await sealed(sessions) == 0
        assert await verified(sessions) == Verdict((), 0, 0, 0, None)

    async def test_rows_are_sealed_once_and_new_ones_are_named(self, sessions: Sessions) -> None:
        for count in (5, 3):
            await told(sessions, count)
            await all_sealed(sessions)
        await told(sessions, 2)

        assert await verified(sessions) == Verdict((), 8, 2, 2, ACT.at)

    async def test_a_transaction_under_way_holds_back_what_began_after_it(self, sessions: Sessions) -> None:
        async with context.closed_transaction(sessions) as slow:
            await write(slow)
            await told(sessions)
            assert await sealed(sessions) == 0
        await all_sealed(sessions)

        assert (await verified(sessions)).size == 2

    async def test_crowds_that_commit_and_roll_back_beside_two_sealers(self, sessions: Sessions) -> None:
        class Refused(Exception):
            pass

        async def writer(number: int) -> None:
            for turn in range(12):
                with suppress(Refused):
                    async with context.closed_transaction(sessions) as session:
                        await write(session, 1 + (number + turn) % 3)
                        await asyncio.sleep(0.001 * (number % 4))
                        if (number + turn) % 3 == 0:
                            raise Refused

        async def sealer() -> None:
            for _ in range(20):
                await sealed(sessions)
                assert (await verified(sessions)).is_sound

        await asyncio.gather(*(writer(number) for number in range(6)), sealer(), sealer())
        await all_sealed(sessions)

        verdict = await verified(sessions)
        async with transaction(sessions) as session:
            assert (verdict.findings, verdict.size) == ((), await counted(session, "audit_event"))

    async def test_a_long_log_is_looked_through_in_pieces(self, sessions: Sessions) -> None:
        async with transaction(sessions) as session:
            await write(session)
            names = ", ".join(column.name for column in AuditEventRow.__table__.columns if column.name not in PLACE)  # type: ignore[attr-defined]  # SQLModel sets it
            await execute(
                session,
                f"INSERT INTO audit_event ({names}) SELECT {names} FROM audit_event, generate_series(2, 20000)",  # noqa: S608 - names of our own columns
            )
        async with working(sessions) as session:
            tracemalloc.start()
            first = await anext(seals.log(session))
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()

        assert first.leaf is None
        assert most < 15_000_000, "this much holds every row at once"

    async def test_a_sealer_that_dies_leaves_nothing_and_what_it_signed_stays_true(
        self, sessions: Sessions, tmp_path: Path
    ) -> None:
        await told(sessions, 4)
        with pytest.raises(ConnectionError):
            await died_before_its_commit(sessions, tmp_path)
        assert (await verified(sessions)).unsealed == 4
        await told(sessions, 3)
        await all_sealed(sessions)

        assert await verified(sessions, tmp_path) == Verdict((), 7, 2, 0, None)

    async def test_transaction_ids_that_begin_anew_after_a_restore(self, sessions: Sessions) -> None:
        """Another server counts from its own beginning: rows of after the restore have lower ids than those before."""
        await told(sessions, 3)
        await all_sealed(sessions)
        await told(sessions, 2)
        async with transaction(sessions) as session:
            await execute(session, "UPDATE audit_leaf SET xid = (xid::text::bigint + 1000000)::text::xid8")
            await execute(session, "UPDATE audit_event SET xid = (xid::text::bigint + 1000000)::text::xid8")
            await execute(session, "TRUNCATE audit_leaf, audit_checkpoint")
            await execute(
                session,
                """
                INSERT INTO service_state
                SELECT 'audit_eras', jsonb_build_object('begin', jsonb_build_array(max(seq) + 1))
                FROM audit_event
            """,
            )
        await told(sessions, 4)
        await all_sealed(sessions)
        await told(sessions, 1)
        await all_sealed(sessions)

        verdict = await verified(sessions)
        async with transaction(sessions) as session:
            await execute(session, "DELETE FROM service_state WHERE key = 'audit_eras'")
        assert (verdict.findings, verdict.size) == ((), 10)


class TestOutside:
    async def test_every_directory_gets_every_checkpoint_once(self, sessions: Sessions, tmp_path: Path) -> None:
        directories = [tmp_path / "one", tmp_path / "two"]
        for directory in directories:
            directory.mkdir()
        for _ in range(2):
            await told(sessions, 2)
            await all_sealed(sessions)
            for _ in range(2):
                await published(sessions, *directories)

        names = [f"2026-11-21/{size:015}.checkpoint" for size in (2, 4)]
        for directory in directories:
            assert [str(file.relative_to(directory)) for file in checkpoints_in(directory)] == names
        text = SIGNER.verifier.open((directories[0] / names[0]).read_text(encoding="utf-8"))
        assert text.startswith("registry.example/audit\n2\n")
        assert text.endswith("\ntime 2026-11-21T03:00:00Z\n")

    async def test_a_directory_that_fails_keeps_no_other_from_its_checkpoint(
        self, sessions: Sessions, tmp_path: Path
    ) -> None:
        await told(sessions)
        await all_sealed(sessions)

        with pytest.raises(CannotRun, match="missing"):
            await published(sessions, tmp_path / "missing", tmp_path)

        assert len(checkpoints_in(tmp_path)) == 1

    async def test_another_checkpoint_of_the_same_size_is_not_written_over(
        self, sessions: Sessions, tmp_path: Path
    ) -> None:
        await told(sessions)
        await all_sealed(sessions)
        await published(sessions, tmp_path)
        (file,) = checkpoints_in(tmp_path)
        file.write_text("forged", encoding="utf-8")

        with pytest.raises(CannotRun, match="another checkpoint than ours"):
            await published(sessions, tmp_path)

        assert file.read_text(encoding="utf-8") == "forged"
        assert [found.fault for found in (await verified(sessions, tmp_path)).findings] == [Fault.CHECKPOINT_INVALID]


class TestSealer:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit_checkpoint SET peaks = ARRAY[sha256('a'), sha256('b')]",
            "UPDATE audit_checkpoint SET peaks = ARRAY[sha256('a')]",
            "UPDATE audit_checkpoint SET note = replace(note, '3', '4')",
            "UPDATE audit_checkpoint SET size = 5",
        ],
    )
    async def test_it_signs_nothing_upon_a_checkpoint_that_was_changed(self, sessions: Sessions, change: str) -> None:
        await told(sessions, 3)
        await all_sealed(sessions)
        async with transaction(sessions) as session:
            await execute(session, change)
        await told(sessions)

        with pytest.raises(CannotRun, match="not what was signed"):
            await all_sealed(sessions)

    @pytest.mark.parametrize("role", [role for role in DatabaseRole if role is not DatabaseRole.WORKER])
    async def test_nobody_else_seals(self, sessions: Sessions, role: DatabaseRole) -> None:
        for statement in (
            "INSERT INTO audit_leaf (index, xid, seq, hash) VALUES (0, '7', 7, sha256(''))",
            "INSERT INTO audit_checkpoint (size, sealed_at, peaks, note) VALUES (0, now(), '{}', '')",
        ):
            with pytest.raises(DBAPIError, match="permission denied"):
                await executed_as(sessions, role, statement)

    @pytest.mark.parametrize("table", ["audit_event", "audit_leaf", "audit_checkpoint"])
    @pytest.mark.parametrize(
        "change", ["UPDATE {} SET xid = xid", "UPDATE {} SET size = 1", "DELETE FROM {}", "TRUNCATE {}"]
    )
    async def test_it_changes_nothing_itself(self, sessions: Sessions, table: str, change: str) -> None:
        with pytest.raises(DBAPIError, match=r"permission denied|does not exist"):
            await executed_as(sessions, DatabaseRole.WORKER, change.format(table))


async def published(sessions: Sessions, *directories: Path) -> None:
    async with working(sessions) as session:
        await sealing.publish(session, directories)


async def counted(session: AsyncSession, table: str) -> int:
    return int(await (await session.connection()).scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - a table of ours


async def died_before_its_commit(sessions: Sessions, outside: Path) -> None:
    async with working(sessions) as session:
        await sealing.seal(session, SIGNER, at=NOW)
        await sealing.publish(session, [outside])
        raise ConnectionError


async def executed_as(sessions: Sessions, role: DatabaseRole, statement: str) -> None:
    async with transaction(sessions) as session:
        await execute(session, f"SET LOCAL ROLE {role}")
        await execute(session, statement)


def checkpoints_in(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.checkpoint"))
