"""Reading the audit log, in the roles of those who do. Nobody who writes to it reads it in the same role."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, Text, Uuid, literal, literal_column, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context
from registry.db.tables.columns import Xid8
from registry.db.tables.seals import AuditLeafRow
from registry.db.tables.trail import OFFICER, AuditEventRow
from registry.domain.access import FieldGroup
from registry.domain.access_log import AccessDecision
from registry.domain.audit_log import Position


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are asked for. `officer` is whoever acted, whichever software was used."""

    persons: tuple[UUID, ...] = ()
    officer: str | None = None
    client_id: str | None = None
    operation: str | None = None
    decision: AccessDecision | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_without_medical: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """An audit row, and its place in the sealed log; None while it waits for its seal."""

    row: AuditEventRow
    leaf_index: int | None


async def page(session: AsyncSession, wanted: AuditFilter, *, limit: int, after: Position | None) -> Sequence[Event]:
    """Load the rows that concern the units in reach, the newest first; one more than `limit` tells of a next page."""
    async with context.as_auditor(session, of_persons=wanted.persons):
        return await _page(session, wanted, limit=limit, after=after)


async def page_of_human(
    session: AsyncSession, entries: Collection[UUID], *, limit: int, after: Position | None
) -> Sequence[Event]:
    """Load the rows that name any entry of one human, wherever it lay then. The caller has checked the scope.

    Rows about medical results are left out: that there is one tells too much to who may not read it
    (Law 71/2020, article 30).
    """
    wanted = AuditFilter(persons=tuple(entries), is_without_medical=True)
    async with context.as_access_log(session, entries):
        return await _page(session, wanted, limit=limit, after=after)


async def _page(session: AsyncSession, wanted: AuditFilter, *, limit: int, after: Position | None) -> Sequence[Event]:
    place = (col(AuditEventRow.xid), col(AuditEventRow.seq))
    query = (
        select(AuditEventRow, AuditLeafRow.index)
        .outerjoin(AuditLeafRow, tuple_(col(AuditLeafRow.xid), col(AuditLeafRow.seq)) == tuple_(*place))
        .where(*_conditions(wanted))
        .order_by(*(column.desc() for column in place))
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(*place) < tuple_(literal(after.xid, Xid8()), literal(after.seq)))
    return [Event(row, index) for row, index in (await session.exec(query)).all()]


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.persons:
        yield col(AuditEventRow.person_ids).bool_op("&&")(literal([*wanted.persons], ARRAY(Uuid())))
    if wanted.officer is not None:
        yield literal_column(OFFICER, Text()) == wanted.officer
    if wanted.client_id is not None:
        yield col(AuditEventRow.client_id) == wanted.client_id
    if wanted.operation is not None:
        yield col(AuditEventRow.operation) == wanted.operation
    if wanted.decision is not None:
        yield col(AuditEventRow.decision) == wanted.decision
    if wanted.since is not None:
        yield col(AuditEventRow.at) >= wanted.since
    if wanted.until is not None:
        yield col(AuditEventRow.at) < wanted.until
    if wanted.is_without_medical:
        yield ~col(AuditEventRow.field_groups).bool_op("@>")(literal([FieldGroup.MEDICAL.value], ARRAY(String(40))))
