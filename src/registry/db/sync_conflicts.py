"""Conflicts: what met a record that had moved on, kept until somebody has looked at both. Every query on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, LargeBinary, Uuid, any_, delete, func, literal, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.tables.sync import SyncConflictRow
from registry.domain.conflict import Conflict, ConflictStatus
from registry.domain.sync import SyncKind


@dataclass(frozen=True, slots=True)
class Charge:
    """Kinds of records, and the units in which somebody may write them."""

    kinds: frozenset[SyncKind]
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: a sender sees their own, an officer those that are theirs to settle."""

    author: str
    charges: tuple[Charge, ...]

    @property
    def units(self) -> frozenset[int]:
        """Every unit in which the officer may write something."""
        return frozenset(unit for charge in self.charges for unit in charge.units)


async def add(session: AsyncSession, columns: Mapping[str, Any]) -> bool:
    """Keep a conflict; False where the same operation of the same sender is kept already."""
    added = insert(SyncConflictRow).values(**columns).on_conflict_do_nothing(index_elements=["fingerprint"])
    return (await session.exec(added.returning(col(SyncConflictRow.id)))).one_or_none() is not None


async def known(session: AsyncSession, fingerprints: Iterable[bytes]) -> dict[bytes, UUID]:
    """Find the conflicts that are kept of these operations already, settled or not."""
    among = col(SyncConflictRow.fingerprint) == any_(literal(list(fingerprints), ARRAY(LargeBinary)))
    found = await session.exec(select(SyncConflictRow.fingerprint, SyncConflictRow.id).where(among))
    return dict(found.all())


async def count_open(session: AsyncSession, *, sent_by: str, most: int) -> int:
    """Count what waits of one sender, up to a number."""
    open_ones = _open_of(sent_by).with_only_columns(col(SyncConflictRow.id)).limit(most).subquery()
    return (await session.exec(select(func.count()).select_from(open_ones))).one()


async def page(
    session: AsyncSession,
    reader: Reader,
    *,
    status: ConflictStatus,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[SyncConflictRow]:
    """Load conflicts, the newest first; one row more than `limit` tells of a next page."""
    row = SyncConflictRow
    query = select(row).where(_for(reader), row.status == status)
    if after is not None:
        query = query.where(tuple_(col(row.sent_at), col(row.id)) < after)
    return (await session.exec(query.order_by(col(row.sent_at).desc(), col(row.id).desc()).limit(limit + 1))).all()


async def get(session: AsyncSession, conflict_id: UUID, reader: Reader) -> SyncConflictRow | None:
    """Load one conflict, or None if it is absent or nothing to the reader."""
    query = select(SyncConflictRow).where(SyncConflictRow.id == conflict_id, _for(reader))
    return (await session.exec(query)).one_or_none()


async def lock(session: AsyncSession, conflict_id: UUID, reader: Reader) -> SyncConflictRow | None:
    """Load one conflict FOR UPDATE as it is now. Its person is locked before it, as a push does."""
    query = select(SyncConflictRow).where(SyncConflictRow.id == conflict_id, _for(reader))
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(locked)).one_or_none()


async def lock_open(session: AsyncSession, *, sent_by: str, records: Collection[UUID]) -> Sequence[SyncConflictRow]:
    """Load FOR UPDATE what waits of one sender about any of these records."""
    about = col(SyncConflictRow.record_id) == any_(literal(list(records), ARRAY(Uuid())))
    query = _open_of(sent_by).where(about).order_by(col(SyncConflictRow.id))
    return (await session.exec(query.with_for_update())).all()


def to_domain(row: SyncConflictRow) -> Conflict:
    """What the rules must know of a conflict."""
    return Conflict(
        row.status, frozenset(row.fields_in_conflict), row.met_version, row.settled_by, frozenset(row.applied_fields)
    )


def apply(row: SyncConflictRow, conflict: Conflict, *, at: datetime) -> None:
    """Write a decided state onto a locked row; the flush stores it."""
    row.status, row.settled_by, row.settled_at = conflict.status, conflict.settled_by, at
    row.applied_fields = sorted(conflict.applied)


async def purge(session: AsyncSession, *, before: datetime) -> None:
    """Forget what was sent before an instant and is settled. What waits for somebody waits on."""
    row = SyncConflictRow
    await session.exec(delete(row).where(col(row.sent_at) < before, col(row.status) != ConflictStatus.OPEN))


def _open_of(sent_by: str) -> SelectOfScalar[SyncConflictRow]:
    row = SyncConflictRow
    return select(row).where(row.sent_by == sent_by, row.status == ConflictStatus.OPEN)


def _for(reader: Reader) -> ColumnElement[bool]:
    return or_(SyncConflictRow.sent_by == reader.author, *(_in_charge(charge) for charge in reader.charges))


def _in_charge(charge: Charge) -> ColumnElement[bool]:
    row = SyncConflictRow
    return and_(
        col(row.kind).in_(sorted(charge.kinds)), col(row.unit_id) == any_(literal(list(charge.units), ARRAY(Integer)))
    )
