"""Audit rows, feed rows and history: what a transaction leaves behind beside its work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.situation import ReachRow
from registry.db.tables.trail import AuditEventRow, ChangeFeedRow
from registry.domain.access import FieldGroup, Purpose
from registry.domain.record import FeedOperation


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, on whose behalf, with which client, why and in which request."""

    issuer: str
    subject: str
    client_id: str
    on_behalf_of: str | None
    purpose: Purpose | None
    operation: str
    request_id: UUID
    at: datetime

    @property
    def author(self) -> str:
        """The officer as records name who changed them, whichever software was used."""
        return f"{self.issuer}|{self.on_behalf_of or self.subject}"


@dataclass(frozen=True, slots=True)
class Change:
    """What the feed tells of one record."""

    entity: str
    record_id: UUID
    version: int
    op: FeedOperation
    unit_id: int
    person_id: UUID | None = None


async def audit(
    session: AsyncSession,
    act: Act,
    *,
    persons: Iterable[UUID] = (),
    entity: str | None = None,
    record_id: UUID | None = None,
    groups: Iterable[FieldGroup] = (),
    allowed: bool = True,
) -> None:
    """Write who saw or did what. Takes ids only: a value has no place in an audit row."""
    await session.exec(
        insert(AuditEventRow).values(
            at=act.at,
            issuer=act.issuer,
            subject=act.subject,
            on_behalf_of=act.on_behalf_of,
            client_id=act.client_id,
            purpose=act.purpose,
            operation=act.operation,
            person_ids=sorted(set(persons)),
            entity=entity,
            record_id=record_id,
            field_groups=sorted(groups),
            decision="allowed" if allowed else "denied",
            request_id=act.request_id,
        )
    )


async def announce(session: AsyncSession, *changes: Change, today: date) -> None:
    """Add changes to the feed: a row for the unit, and one for each organisation that may see the record.

    An organisation that reaches the person sees the person's record and those that opened the reach.
    """
    rows = [_feed_row(change, unit_id=change.unit_id) for change in changes]
    persons = {change.person_id for change in changes if change.person_id is not None}
    if persons:
        reached = (
            select(ReachRow.person_id, ReachRow.record_id, ReachRow.organisation_id)
            .where(col(ReachRow.person_id).in_(persons), in_force(today))
            .order_by(col(ReachRow.organisation_id))
        )
        audience = {
            (change, organisation): None
            for person, record, organisation in (await session.exec(reached)).all()
            for change in changes
            if change.person_id == person and change.record_id in {person, record}
        }
        rows += [_feed_row(change, organisation_id=organisation) for change, organisation in audience]
    await session.exec(insert(ChangeFeedRow), params=rows)


def in_force(today: date) -> ColumnElement[bool]:
    """Whether a reach still opens the person today."""
    return or_(col(ReachRow.until_on).is_(None), col(ReachRow.until_on) >= today)


def _feed_row(change: Change, *, unit_id: int | None = None, organisation_id: UUID | None = None) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "organisation_id": organisation_id,
        "person_id": change.person_id,
        "entity": change.entity,
        "record_id": change.record_id,
        "op": change.op,
        "version": change.version,
    }
