"""Operations that were refused: kept for who sent them and for nobody else, until they are applied after all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, LargeBinary, any_, delete, func, literal, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.sealing import SealedValueUnreadable
from registry.db.tables.sync import SyncRejectionRow
from registry.vault.gcm import Broken
from registry.vault.ring import MasterKeys, WrappedKey
from registry.vault.sealed import DataKey, Place, Sealed

_BYTES = "latin-1"  # any byte is one of its letters: what is sealed is text


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation as it was sent, and why it was refused. `sent` may be the beginning of it only."""

    sent: bytes
    is_whole: bool
    ref: str | None
    person_id: UUID | None
    code: str
    faults: Sequence[Mapping[str, Any]]
    fingerprint: bytes


async def keep(
    session: AsyncSession, refused: Collection[Refused], *, master_keys: MasterKeys, sent_by: str, at: datetime
) -> None:
    """Keep operations; one that was refused before is kept once, with its newest reason."""
    if not refused:
        return
    rows = [await _row(each, master_keys=master_keys, sent_by=sent_by, at=at) for each in refused]
    kept = insert(SyncRejectionRow).values([row.model_dump() for row in rows])
    renewed = {name: kept.excluded[name] for name in ("sent_at", "code", "faults")}
    await session.exec(kept.on_conflict_do_update(index_elements=["fingerprint"], set_=renewed))


async def known(session: AsyncSession, fingerprints: Iterable[bytes]) -> set[bytes]:
    """Find those of some operations that are kept already."""
    among = col(SyncRejectionRow.fingerprint) == any_(literal(list(fingerprints), ARRAY(LargeBinary)))
    return set((await session.exec(select(SyncRejectionRow.fingerprint).where(among))).all())


async def count_open(session: AsyncSession, *, sent_by: str, most: int) -> int:
    """Count what is listed of one sender, up to a number."""
    row = SyncRejectionRow
    listed = select(row.id).where(row.sent_by == sent_by, col(row.applied_at).is_(None)).limit(most).subquery()
    return (await session.exec(select(func.count()).select_from(listed))).one()


async def settle(session: AsyncSession, fingerprints: Sequence[bytes], *, at: datetime) -> None:
    """Note that operations were applied after all."""
    applied = update(SyncRejectionRow).where(
        col(SyncRejectionRow.fingerprint) == any_(literal(fingerprints, ARRAY(LargeBinary))),
        col(SyncRejectionRow.applied_at).is_(None),
    )
    await session.exec(applied.values(applied_at=at).execution_options(synchronize_session=False))


async def page(
    session: AsyncSession, *, sent_by: str, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[SyncRejectionRow]:
    """Load what one sender was refused, the newest first; one row more than `limit` tells of a next page."""
    row = SyncRejectionRow
    query = select(row).where(row.sent_by == sent_by, col(row.applied_at).is_(None))
    if after is not None:
        query = query.where(tuple_(col(row.sent_at), col(row.id)) < after)
    return (await session.exec(query.order_by(col(row.sent_at).desc(), col(row.id).desc()).limit(limit + 1))).all()


async def opened(row: SyncRejectionRow, master_keys: MasterKeys) -> bytes:
    """Open an operation for who sent it."""
    try:
        key = await master_keys.unwrap(WrappedKey(row.key_id, row.master_key, row.wrapped_key), person_id=row.id)
        return key.open(Sealed(row.payload), _place(row.id)).encode(_BYTES)
    except Broken:
        raise SealedValueUnreadable from None


async def purge(session: AsyncSession, *, before: datetime) -> None:
    """Forget what was sent before an instant."""
    await session.exec(delete(SyncRejectionRow).where(col(SyncRejectionRow.sent_at) < before))


async def _row(refused: Refused, *, master_keys: MasterKeys, sent_by: str, at: datetime) -> SyncRejectionRow:
    row_id, key = uuid4(), DataKey.new()
    wrapped = await master_keys.wrap(key, person_id=row_id)
    return SyncRejectionRow(
        id=row_id,
        sent_by=sent_by,
        sent_at=at,
        ref=refused.ref,
        person_id=refused.person_id,
        code=refused.code,
        faults=[dict(fault) for fault in refused.faults],
        is_whole=refused.is_whole,
        payload=key.seal(refused.sent.decode(_BYTES), _place(row_id)).blob,
        key_id=wrapped.id,
        master_key=wrapped.master_key,
        wrapped_key=wrapped.blob,
        fingerprint=refused.fingerprint,
    )


def _place(row_id: UUID) -> Place:
    return Place("sync_rejection", "payload", row_id, row_id)
