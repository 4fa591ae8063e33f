"""Emergency accesses: every query on them. Who asks sees their own, who reviews those of the people in scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, LargeBinary, Text, Uuid, any_, bindparam, literal, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.emergency import EmergencyAccessRow
from registry.domain.access import Scope, UnitScope
from registry.domain.emergency import EmergencyAccess, EmergencyState


@dataclass(frozen=True, slots=True)
class Found:
    """The person who was asked for, and where they are on today's map."""

    person_id: UUID
    unit_id: int


_FIND = text("SELECT person_id, unit_id FROM app.person_in_emergency(:person, :indexes)").bindparams(
    bindparam("person", type_=Uuid), bindparam("indexes", type_=ARRAY(LargeBinary))
)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:caller, 0))").bindparams(
    bindparam("caller", type_=Text)
)


async def wait_for_turn(session: AsyncSession, caller: str) -> None:
    """Let one officer ask for one access at a time, or the cap could be passed by asking for several at once."""
    await (await session.connection()).execute(_ONE_AT_A_TIME, {"caller": f"emergency {caller}"})


async def find_person(session: AsyncSession, *, person_id: UUID | None, indexes: Sequence[bytes]) -> Found | None:
    """Find a person wherever they are, by id or by the indexes of a number; a merged one as the survivor."""
    asked = {"person": person_id, "indexes": list(indexes)}
    found = (await (await session.connection()).execute(_FIND, asked)).one_or_none()
    return None if found is None else Found(found.person_id, found.unit_id)


async def add(session: AsyncSession, columns: Mapping[str, Any]) -> EmergencyAccessRow | None:
    """Add an access; None where its id is taken by another's."""
    added = insert(EmergencyAccessRow).values(version=1, **columns).on_conflict_do_nothing(index_elements=["id"])
    is_new = (await session.exec(added.returning(col(EmergencyAccessRow.id)))).one_or_none() is not None
    return EmergencyAccessRow(version=1, **columns) if is_new else None


async def get_own(session: AsyncSession, access_id: UUID, *, caller: str) -> EmergencyAccessRow | None:
    """Load an access of the caller's, or None."""
    query = select(EmergencyAccessRow).where(EmergencyAccessRow.id == access_id, EmergencyAccessRow.opened_by == caller)
    return (await session.exec(query)).one_or_none()


async def get(session: AsyncSession, access_id: UUID, *, scope: Scope) -> EmergencyAccessRow | None:
    """Load an access to somebody in scope, or None."""
    query = select(EmergencyAccessRow).where(EmergencyAccessRow.id == access_id, _within(scope))
    return (await session.exec(query)).one_or_none()


async def lock(session: AsyncSession, access_id: UUID, *, scope: Scope) -> EmergencyAccessRow | None:
    """Load an access to somebody in scope FOR UPDATE, or None."""
    query = select(EmergencyAccessRow).where(EmergencyAccessRow.id == access_id, _within(scope))
    return (await session.exec(query.with_for_update())).one_or_none()


async def asked_since(session: AsyncSession, since: datetime, *, caller: str) -> Sequence[datetime]:
    """Tell when the caller has asked since an instant, the oldest first."""
    opened_at = col(EmergencyAccessRow.opened_at)
    query = select(opened_at).where(EmergencyAccessRow.opened_by == caller, opened_at > since).order_by(opened_at)
    return (await session.exec(query)).all()


async def end_due(session: AsyncSession, *, at: datetime) -> list[tuple[UUID, UUID | None]]:
    """Write down which accesses have ended by an instant; their ids and people."""
    due = update(EmergencyAccessRow).where(
        col(EmergencyAccessRow.state) == EmergencyState.OPEN, col(EmergencyAccessRow.ends_at) <= at
    )
    ended = due.values(state=EmergencyState.ENDED, version=col(EmergencyAccessRow.version) + 1)
    returned = ended.returning(col(EmergencyAccessRow.id), col(EmergencyAccessRow.person_id))
    return [(access_id, person_id) for access_id, person_id in (await session.exec(returned)).all()]


def to_domain(row: EmergencyAccessRow) -> EmergencyAccess:
    """What the rules must know of an access."""
    return EmergencyAccess(row.person_id, row.grant_id, row.state, row.medical, row.ends_at)


def _within(scope: Scope) -> ColumnElement[bool]:
    units = scope.units if isinstance(scope, UnitScope) else ()
    return col(EmergencyAccessRow.unit_id) == any_(literal(units, ARRAY(Integer)))
