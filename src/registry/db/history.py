"""Former states of records, for who sees the records: what they are made of is `records.state_of`."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import AnyRow, Key, entity_of
from registry.db.tables.columns import OfUnit
from registry.db.tables.trail import HistoryColumns, RecordHistoryRow, UnitRecordHistoryRow


async def of_record(session: AsyncSession, table: type[AnyRow], key: Key) -> Sequence[HistoryColumns]:
    """Load the former states of a record, the oldest first. The caller has checked the scope."""
    entity = entity_of(table)
    if issubclass(table, OfUnit):
        unit = UnitRecordHistoryRow
        of_unit = select(unit).where(unit.entity == entity, unit.id == key.id)
        return (await session.exec(of_unit.order_by(col(unit.version)))).all()
    row, owner = RecordHistoryRow, key.person_id or key.id
    of_owner = select(row).where(row.person_id == owner, row.entity == entity, row.id == key.id)
    return (await session.exec(of_owner.order_by(col(row.version)))).all()


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[RecordHistoryRow]:
    """Load every former state of a person's records, the oldest first. The caller has checked the scope."""
    row = RecordHistoryRow
    query = select(row).where(row.person_id == person_id)
    return (await session.exec(query.order_by(col(row.entity), col(row.id), col(row.version)))).all()
