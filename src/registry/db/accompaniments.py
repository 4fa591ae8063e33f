"""Accompaniments and visits: every query on the tables."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages
from registry.db.pages import Order, Window
from registry.db.periods import holds
from registry.db.records import listed
from registry.db.tables.accompaniment import AccompanimentRow, VisitRow
from registry.db.tables.persons import PersonRow
from registry.domain.record import RecordState


class PersonDatedKey(NamedTuple):
    """Where a page of accompaniments begins."""

    from_on: date
    person_id: UUID
    id: UUID


BY_DAY_AND_PERSON = Order(PersonDatedKey, ("from_on", "person_id", "id"))


async def is_visited(session: AsyncSession, person_id: UUID, accompaniment_id: UUID) -> bool:
    """Whether visits rest on an accompaniment. The caller has checked the scope."""
    query = select(VisitRow.id).where(
        VisitRow.person_id == person_id,
        VisitRow.accompaniment_id == accompaniment_id,
        VisitRow.state == RecordState.ACTIVE,
    )
    return (await session.exec(query.limit(1))).first() is not None


async def page(
    session: AsyncSession,
    window: Window[PersonDatedKey],
    *,
    organisation_id: UUID | None,
    worker_id: UUID | None,
    on: date | None,
) -> Sequence[AccompanimentRow]:
    """Load accompaniments across people, the oldest first: by an organisation, a worker, those that hold on a day."""
    row = AccompanimentRow
    holding = () if on is None else (holds(row, on=on),)
    wanted = pages.query(row, window, *holding, organisation_id=organisation_id, worker_id=worker_id)
    query = wanted.join(PersonRow, col(PersonRow.id) == col(row.person_id))
    return (await session.exec(query.where(listed(window.scope), PersonRow.state == RecordState.ACTIVE))).all()
