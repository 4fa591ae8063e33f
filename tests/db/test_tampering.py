"""Tampering with a real database by whoever owns it: all of it is found against a checkpoint kept outside.

`REGISTRY_TAMPERINGS=10000` tries as many; the suite tries a few of every kind.
"""

# ruff: noqa: S608, S311 - the statements are made of this module's own words, and chance needs no secrecy here

import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, trail
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import FieldGroup
from registry.domain.audit_log import Verdict
from registry.signed_note import Signer
from registry.usecases import sealing
from tests.conftest import NOW
from tests.factories.rows import ACT

TRIALS = int(os.environ.get("REGISTRY_TAMPERINGS", "300"))
SIGNER = Signer("registry.example/audit", Ed25519PrivateKey.generate())
INTRUDER = Signer("registry.example/audit", Ed25519PrivateKey.generate())
SIZES = (9, 17, 30)
"""How long the log was at each checkpoint; the last is the one outside that counts."""

EDITS = {
    "at": "at + interval '1 microsecond'", "issuer": "issuer || 'x'", "subject": "'somebody else'",
    "on_behalf_of": "'an officer'", "client_id": "client_id || ' '", "purpose": "'security'",
    "operation": "upper(operation)",
    "person_ids": "person_ids || gen_random_uuid()", "entity": "'person'", "record_id": "gen_random_uuid()",
    "field_groups": "'{}'", "decision": "'denied'", "request_id": "gen_random_uuid()",
    "grant_ids": "ARRAY[gen_random_uuid()]", "unit_ids": "unit_ids || 1",
    "xid": "(xid::text::bigint + 1000000)::text::xid8",
    "seq": "seq + 1000000",
}  # fmt: skip

Tamper: TypeAlias = Callable[[AsyncSession, random.Random], Awaitable[None]]


@pytest.fixture(scope="module")
async def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
async def log(database_url: str, outside: Path) -> AsyncIterator[AsyncSession]:
    """A session of the database's owner upon a sealed log; what a test does to it is rolled back."""
    engine = create_engine(database_url, pool_size=2)
    sessions = create_sessions(engine)
    written = 0
    for size in SIZES:
        while written < size:
            async with context.closed_transaction(sessions) as session:
                for _ in range(min(3, size - written)):
                    await trail.audit(session, ACT, persons=(uuid4(),), groups=(FieldGroup.PERSON,))
                    written += 1
        for _ in range(200):
            async with transaction(sessions) as session:
                await sealing.seal(session, SIGNER, at=NOW + timedelta(seconds=size))
                await sealing.publish(session, [outside])
                if await number(session, "SELECT count(*) FROM audit_leaf") == size:
                    break
    async with sessions() as session:
        await run(session, "ALTER TABLE audit_event ALTER seq DROP IDENTITY, DISABLE TRIGGER placed")
        await run(session, "CREATE TEMPORARY TABLE place AS SELECT index, xid, seq FROM audit_leaf")
        await run(session, "CREATE TEMPORARY TABLE spare AS SELECT * FROM audit_event LIMIT 9")
        await run(
            session,
            "UPDATE spare SET seq = numbered.row_number - 100 FROM "
            "(SELECT seq, row_number() OVER () FROM spare) AS numbered WHERE numbered.seq = spare.seq",
        )
        yield session
        await session.rollback()
    await engine.dispose()


async def run(session: AsyncSession, statement: str) -> None:
    await (await session.connection()).exec_driver_sql(statement)


async def number(session: AsyncSession, question: str) -> int:
    return int(await (await session.connection()).scalar(text(question)) or 0)


def sealed_row(index: int) -> str:
    return f"(xid, seq) = (SELECT xid, seq FROM audit_leaf WHERE index = {index})"


def any_index(chance: random.Random) -> int:
    return chance.randrange(SIZES[-1])


async def edit(session: AsyncSession, chance: random.Random) -> None:
    column = chance.choice(sorted(EDITS))
    await run(session, f"UPDATE audit_event SET {column} = {EDITS[column]} WHERE {sealed_row(any_index(chance))}")


async def delete(session: AsyncSession, chance: random.Random) -> None:
    await run(session, f"DELETE FROM audit_event WHERE {sealed_row(any_index(chance))}")


async def delete_with_its_seal(session: AsyncSession, chance: random.Random) -> None:
    index = any_index(chance)
    await run(session, f"DELETE FROM audit_event WHERE {sealed_row(index)}")
    await run(session, f"DELETE FROM audit_leaf WHERE index = {index}")
    if chance.random() < 0.5:
        await renumber(session)


async def insert(session: AsyncSession, chance: random.Random) -> None:
    """Put a copy of one row right before another; with or without a seal."""
    names = ", ".join(column.name for column in AuditEventRow.__table__.columns if column.name not in {"xid", "seq"})  # type: ignore[attr-defined]  # SQLModel sets it
    place = "SELECT xid, -(SELECT count(*) FROM audit_event) - 1 AS seq FROM audit_leaf"
    await run(
        session,
        f"INSERT INTO audit_event (xid, seq, {names}) SELECT place.xid, place.seq, {names} "
        f"FROM audit_event AS copied, ({place} WHERE index = {any_index(chance)}) AS place "
        f"WHERE {sealed_row(any_index(chance)).replace('(xid, seq)', '(copied.xid, copied.seq)', 1)}",
    )
    if chance.random() < 0.5:
        await reseal(session, INTRUDER)


async def swap(session: AsyncSession, chance: random.Random) -> None:
    """Let two rows change their places, with or without their seals."""
    one, other = chance.sample(range(SIZES[-1]), 2)
    for table in ("audit_event", "audit_leaf")[: chance.randint(1, 2)]:
        await run(
            session,
            f"CREATE TEMPORARY TABLE pair AS SELECT * FROM {table} WHERE (xid, seq) IN "
            f"(SELECT xid, seq FROM place WHERE index IN ({one}, {other}))",
        )
        await run(session, f"DELETE FROM {table} WHERE (xid, seq) IN (SELECT xid, seq FROM pair)")
        await run(
            session, "UPDATE pair SET xid = other.xid, seq = other.seq FROM pair AS other WHERE pair.seq <> other.seq"
        )
        await run(session, f"INSERT INTO {table} SELECT * FROM pair")
        await run(session, "DROP TABLE pair")


async def truncate(session: AsyncSession, chance: random.Random) -> None:
    keep = any_index(chance)
    await run(
        session,
        f"DELETE FROM audit_event WHERE (xid, seq) IN (SELECT xid, seq FROM audit_leaf WHERE index >= {keep})",
    )
    await run(session, f"DELETE FROM audit_leaf WHERE index >= {keep}")
    await run(session, f"DELETE FROM audit_checkpoint WHERE size > {keep}")


async def restamp(session: AsyncSession, chance: random.Random) -> None:
    """Change something and make every seal anew, with a key of one's own or with the service's."""
    await chance.choice([edit, delete, insert, swap, truncate])(session, chance)
    await reseal(session, chance.choice([SIGNER, INTRUDER]))


async def roll_back(session: AsyncSession, chance: random.Random) -> None:
    """Put an old backup in place, and let the service go on from there."""
    await truncate(session, chance)
    for place in chance.sample(range(1, 10), chance.randrange(3)):
        await run(session, f"INSERT INTO audit_event SELECT * FROM spare WHERE seq = {place} - 100")
    await reseal(session, SIGNER)


async def lie_in_a_checkpoint(session: AsyncSession, chance: random.Random) -> None:
    """Alter what is signed in the database, or sign it with another key."""
    size = chance.choice(SIZES)
    notes = ("replace(note, 'time 2026', 'time 2025')", "replace(note, 'example', 'other')", f"'{INTRUDER.sign('a')}'")
    await run(session, f"UPDATE audit_checkpoint SET note = {chance.choice(notes)} WHERE size = {size}")


async def renumber(session: AsyncSession) -> None:
    await run(session, "UPDATE audit_leaf SET index = index + 1000000")
    await run(
        session,
        "UPDATE audit_leaf SET index = place - 1 FROM (SELECT xid, seq, row_number() OVER (ORDER BY xid, seq) AS place "
        "FROM audit_leaf) AS placed WHERE (audit_leaf.xid, audit_leaf.seq) = (placed.xid, placed.seq)",
    )


async def reseal(session: AsyncSession, signer: Signer) -> None:
    await run(session, "DELETE FROM audit_leaf")
    await run(session, "DELETE FROM audit_checkpoint")
    await sealing.seal(session, signer, at=NOW)


TAMPERING: tuple[Tamper, ...] = (
    edit, delete, delete_with_its_seal, insert, swap, truncate, restamp, roll_back, lie_in_a_checkpoint,
)  # fmt: skip


async def inspected(session: AsyncSession, outside: Path) -> Verdict:
    return await sealing.inspect(session, [SIGNER.verifier], [outside])


async def state_of(session: AsyncSession) -> tuple[int, ...]:
    """Tell whether the sealed rows and the signed notes are as they were."""
    return tuple(
        [
            await number(
                session, f"SELECT hashtextextended(string_agg({it}::text, ' ' ORDER BY {key}), 0) FROM {table} AS {it}"
            )
            for table, it, key in (("audit_event", "e", "xid, seq"), ("audit_checkpoint", "c", "size"))
        ]
    )


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
async def test_every_tampering_is_found(log: AsyncSession, outside: Path, tamper: Tamper) -> None:
    honest = await state_of(log)
    for seed in range(-(-TRIALS // len(TAMPERING))):
        attempt = await log.begin_nested()
        await tamper(log, random.Random(f"{tamper.__name__} {seed}"))

        assert await state_of(log) != honest, seed
        assert not (await inspected(log, outside)).is_sound, seed
        await attempt.rollback()
        log.expire_all()
    assert (await inspected(log, outside)).is_sound


@pytest.mark.parametrize("column", sorted(EDITS))
async def test_every_column_is_sealed(log: AsyncSession, outside: Path, column: str) -> None:
    attempt = await log.begin_nested()
    await run(log, f"UPDATE audit_event SET {column} = {EDITS[column]} WHERE {sealed_row(4)}")

    findings = (await inspected(log, outside)).findings

    assert findings[0].index == 4
    await attempt.rollback()


def test_the_edits_leave_no_column_out() -> None:
    assert set(EDITS) == {column.name for column in AuditEventRow.__table__.columns}  # type: ignore[attr-defined]  # SQLModel sets it


async def test_without_a_checkpoint_outside_the_holder_of_the_key_could_lie(log: AsyncSession, outside: Path) -> None:
    attempt = await log.begin_nested()
    await run(log, f"DELETE FROM audit_event WHERE {sealed_row(4)}")
    await reseal(log, SIGNER)

    assert (await sealing.inspect(log, [SIGNER.verifier], [])).is_sound
    assert not (await inspected(log, outside)).is_sound
    await attempt.rollback()
