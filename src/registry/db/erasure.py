"""Erasure of a person by a lawful order: what identifies goes for good, what finished periods counted stays.

Rows go by one function of the database, since no role of the application may delete what was recorded. It asks for
an order about this very human that a second one has approved in the same instant.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, DateTime, Text, Uuid, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import feed, trail
from registry.db.records import entity_of
from registry.db.tables.persons import PersonRow
from registry.db.trail import Act, Change
from registry.domain.access import UnitScope
from registry.domain.record import FeedOperation, RecordState

_ERASE = text("SELECT app.erase_by_order(:erased, :by_order, :author, :at, :today)").bindparams(
    bindparam("erased", type_=Uuid),
    bindparam("by_order", type_=Uuid),
    bindparam("author", type_=Text),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("today", type_=Date),
)
_FORGET_REJECTIONS = text("SELECT app.forget_rejections(:erased)").bindparams(bindparam("erased", type_=Uuid))


async def erase(session: AsyncSession, person: PersonRow, act: Act, *, by_order: UUID, today: date) -> None:
    """Erase a locked entry within scope, and tell the unit and the organisations that reached them of every record.

    The key is destroyed, so that what it sealed is unreadable in copies too. Ids and versions stay, and answer 410.
    Tasks and emergency accesses about the person end, whatever unit they lie in, and lose their words. What devices
    sent about the person and was refused goes. The order may name another entry of the same human.
    """
    change = Change(entity_of(PersonRow), person.id, person.version + 1, FeedOperation.ERASE, person.unit_id, person.id)
    await trail.leave(session, change, act, groups=(), today=today)
    await feed.erase(session, person_id=person.id, unit_id=person.unit_id, today=today)
    await session.flush()  # the function must find the approval
    session.expunge(person)  # what it still holds must not be written again
    erased = {"erased": person.id, "by_order": by_order, "author": act.author, "at": act.at, "today": today}
    connection = await session.connection()
    await connection.execute(_ERASE, erased)
    await connection.execute(_FORGET_REJECTIONS, {"erased": person.id})


async def is_erased(session: AsyncSession, person_id: UUID, *, scope: UnitScope) -> bool:
    """Whether a person within a scope was erased."""
    query = select(PersonRow.id).where(
        PersonRow.id == person_id, PersonRow.state == RecordState.ERASED, col(PersonRow.unit_id).in_(scope.units)
    )
    return (await session.exec(query)).one_or_none() is not None
