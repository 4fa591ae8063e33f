"""The seals of the audit log: rows that wait for one, leaves and checkpoints, and the log beside its leaves."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, LargeBinary, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.state import audit_eras
from registry.db.tables.seals import AuditCheckpointRow
from registry.db.tables.trail import AuditEventRow
from registry.domain.audit_log import Entry, Leaf, Position, hash_of

SEAL_LOCK = 7_305_733
"""Key of the advisory lock of whoever seals; the worker's is its neighbour."""

BATCH = 5_000
_FIRST_SEQ, _LAST_SEQ = -(2**63), 2**63 - 1  # whoever inserts a row may give it any number

Row: TypeAlias = Mapping[Any, Any]

_COLUMNS = tuple(column.name for column in AuditEventRow.__table__.columns)  # type: ignore[attr-defined]  # SQLModel sets it
_ROW = ", ".join(f"event.{name}" for name in _COLUMNS)
_RANGE = (bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger))

# A transaction below the oldest one under way has ended: no row of it comes any more. Nor of an era that is over.
_WAITING = text(f"""
    SELECT {_ROW} FROM audit_event AS event
    WHERE (xid, seq) > (CAST(:xid AS text)::xid8, :seq) AND seq BETWEEN :first AND :last
      AND (:is_over OR xid < pg_snapshot_xmin(pg_current_snapshot()))
    ORDER BY xid, seq LIMIT {BATCH}
""").bindparams(*_RANGE, bindparam("seq", type_=BigInteger))  # noqa: S608 - made of our own columns' names
_ADD_LEAVES = text("""
    INSERT INTO audit_leaf (index, xid, seq, hash)
    SELECT :size + ordinality - 1, xid::xid8, seq, hash
    FROM unnest(CAST(:xids AS text[]), CAST(:seqs AS bigint[]), CAST(:hashes AS bytea[]))
        WITH ORDINALITY AS leaf (xid, seq, hash, ordinality)
""").bindparams(
    bindparam("size", type_=BigInteger),
    bindparam("seqs", type_=ARRAY(BigInteger)),
    bindparam("hashes", type_=ARRAY(LargeBinary)),
)
_LAST_LEAF = text("SELECT xid, seq FROM audit_leaf ORDER BY index DESC LIMIT 1")
_ROWS = text(f"""
    SELECT {_ROW} FROM audit_event AS event WHERE seq BETWEEN :first AND :last ORDER BY xid, seq
""").bindparams(*_RANGE)  # noqa: S608 - made of our own columns' names
_LEAVES = text("""
    SELECT xid, seq, index, hash FROM audit_leaf WHERE seq BETWEEN :first AND :last ORDER BY xid, seq
""").bindparams(*_RANGE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that has no seal yet, and its hash."""

    position: Position
    hash: bytes


async def lock(session: AsyncSession) -> None:
    """Wait until nobody else seals."""
    await (await session.connection()).execute(text(f"SELECT pg_advisory_xact_lock({SEAL_LOCK})"))


async def last_checkpoint(session: AsyncSession) -> AuditCheckpointRow | None:
    """Load the newest checkpoint."""
    query = select(AuditCheckpointRow).order_by(col(AuditCheckpointRow.size).desc()).limit(1)
    return (await session.exec(query)).one_or_none()


async def checkpoints(
    session: AsyncSession, *, limit: int | None = None, after: int | None = None
) -> Sequence[AuditCheckpointRow]:
    """Load checkpoints, the newest first, those below a size where one is named; one row more than `limit`."""
    query = select(AuditCheckpointRow).order_by(col(AuditCheckpointRow.size).desc())
    if after is not None:
        query = query.where(col(AuditCheckpointRow.size) < after)
    return (await session.exec(query if limit is None else query.limit(limit + 1))).all()


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Load the next rows to be sealed, in the order of the log; none of them, and none before, will ever change."""
    connection = await session.connection()
    last = (await connection.execute(_LAST_LEAF)).one_or_none()
    sealed = Position(0, _FIRST_SEQ) if last is None else Position(int(last.xid), last.seq)
    for first, end in await _eras(session):
        if end < sealed.seq:
            continue
        after = sealed if first <= sealed.seq else Position(0, _FIRST_SEQ)
        asked = {"xid": str(after.xid), "seq": after.seq, "first": first, "last": end}
        found = await connection.execute(_WAITING, asked | {"is_over": end < _LAST_SEQ})
        if rows := [Waiting(_position(row), hash_of(dict(row))) for row in found.mappings()]:
            return rows
    return []


async def add(session: AsyncSession, rows: Sequence[Waiting], checkpoint: AuditCheckpointRow) -> None:
    """Store leaves after those that are there, and the checkpoint of them all."""
    leaves = {
        "size": checkpoint.size - len(rows),
        "xids": [str(row.position.xid) for row in rows],
        "seqs": [row.position.seq for row in rows],
        "hashes": [row.hash for row in rows],
    }
    await (await session.connection()).execute(_ADD_LEAVES, leaves)
    session.add(checkpoint)
    await session.flush()  # of two who seal at once, the second must fail here and not when its work is published


async def log(session: AsyncSession) -> AsyncIterator[Entry]:
    """Stream the log from its beginning: every row beside its leaf, and what is there without the other.

    The leaves are looked at first: what is written meanwhile has no leaf yet, and never a leaf no row.
    """
    for first, end in await _eras(session):
        era = {"first": first, "last": end}
        leaves, rows = _stream(session, _LEAVES, era), _stream(session, _ROWS, era)
        leaf, row = await anext(leaves, None), await anext(rows, None)
        while leaf is not None or row is not None:
            position = min(_position(each) for each in (leaf, row) if each is not None)
            leaf_here = leaf if leaf is not None and _position(leaf) == position else None
            row_here = row if row is not None and _position(row) == position else None
            yield Entry(
                position,
                row_hash=None if row_here is None else hash_of(row_here),
                at=None if row_here is None else row_here["at"],
                leaf=None if leaf_here is None else Leaf(leaf_here["index"], leaf_here["hash"]),
            )
            leaf = leaf if leaf_here is None else await anext(leaves, None)
            row = row if row_here is None else await anext(rows, None)


async def _stream(session: AsyncSession, statement: TextClause, era: Mapping[str, int]) -> AsyncIterator[Row]:
    connection = await session.connection()
    async with connection.stream(statement, era, execution_options={"yield_per": BATCH}) as found:
        async for part in found.mappings().partitions(BATCH):
            for row in part:
                yield row


async def _eras(session: AsyncSession) -> list[tuple[int, int]]:
    """List the ranges of numbers within which transaction ids grow: a restore may begin them anew."""
    begins = [_FIRST_SEQ, *await audit_eras(session)]
    return [*zip(begins, (begin - 1 for begin in begins[1:]), strict=False), (begins[-1], _LAST_SEQ)]


def _position(row: Row) -> Position:
    return Position(int(row["xid"]), row["seq"])
