"""Merges: every query on them, and the one way in which the survivor of a person changes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import aftercare, episodes, moves
from registry.db.tables.aftercare import AftercareRow
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.merges import MergeRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope, UnitScope
from registry.domain.merge import JOINING, LIVE, File, History, MergeStatus
from registry.domain.record import RecordState


async def add(session: AsyncSession, columns: Mapping[str, Any]) -> MergeRow | None:
    """Add a request; None where its id is taken. A second live one of a person is refused by its constraint."""
    added = insert(MergeRow).values(**columns).on_conflict_do_nothing(index_elements=["person_id", "id"])
    is_new = (await session.exec(added.returning(col(MergeRow.id)))).one_or_none() is not None
    return await session.get_one(MergeRow, (columns["person_id"], columns["id"])) if is_new else None


async def find(session: AsyncSession, person_id: UUID, merge_id: UUID) -> MergeRow | None:
    """Load a merge that the policies show."""
    query = select(MergeRow).where(MergeRow.person_id == person_id, MergeRow.id == merge_id)
    return (await session.exec(query)).one_or_none()


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[MergeRow]:
    """Load all merges of a person and into a person, the oldest first. The caller has checked the scope."""
    named = or_(MergeRow.person_id == person_id, MergeRow.into_id == person_id)
    query = select(MergeRow).where(named).order_by(col(MergeRow.requested_at), col(MergeRow.id))
    return (await session.exec(query)).all()


async def lock_live(session: AsyncSession, person_id: UUID) -> MergeRow | None:
    """Load FOR UPDATE the merge of a person that waits or holds."""
    query = select(MergeRow).where(MergeRow.person_id == person_id, col(MergeRow.status).in_(LIVE))
    return (await session.exec(query.with_for_update())).one_or_none()


async def took_away(session: AsyncSession, person_id: UUID, *, scope: Scope) -> bool:
    """Whether a merge took a person away from units in scope."""
    if not isinstance(scope, UnitScope):
        return False
    query = select(MergeRow.id).where(
        MergeRow.person_id == person_id,
        col(MergeRow.status).in_(JOINING),
        col(MergeRow.former_unit_id).in_(scope.units),
    )
    return (await session.exec(query)).first() is not None


async def units_of_taken(session: AsyncSession, people: Collection[UUID], *, scope: Scope) -> dict[UUID, int]:
    """Where those of some people are now whom a merge took away from units in scope."""
    if not isinstance(scope, UnitScope):
        return {}
    query = select(MergeRow.person_id, MergeRow.unit_id).where(
        col(MergeRow.person_id).in_(people),
        col(MergeRow.status).in_(JOINING),
        col(MergeRow.former_unit_id).in_(scope.units),
    )
    return dict((await session.exec(query)).all())


async def lock_groups(session: AsyncSession, roots: Collection[UUID]) -> Sequence[PersonRow]:
    """Load FOR UPDATE everybody who was merged into these survivors, and the survivors."""
    query = select(PersonRow).where(col(PersonRow.root_id).in_(roots)).order_by(col(PersonRow.id))
    return (await session.exec(query.with_for_update())).all()


async def is_joined_since(session: AsyncSession, entries: Collection[UUID], since: datetime) -> bool:
    """Whether a merge that holds has brought these entries of one human together after an instant."""
    query = select(MergeRow.id).where(
        col(MergeRow.person_id).in_(entries), col(MergeRow.status).in_(JOINING), col(MergeRow.decided_at) > since
    )
    return (await session.exec(query.limit(1))).first() is not None


async def entries_of(session: AsyncSession, root_id: UUID) -> Sequence[PersonRow]:
    """Load all entries of one human but those erased, the survivor first. The caller has checked the scope."""
    entry = PersonRow
    query = select(entry).where(entry.root_id == root_id, entry.state != RecordState.ERASED)
    return (await session.exec(query.order_by((col(entry.id) == root_id).desc(), col(entry.id)))).all()


async def survivors(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, UUID]:
    """Read off the merges into whom each of these people was merged."""
    query = select(MergeRow.person_id, MergeRow.into_id).where(
        col(MergeRow.person_id).in_(people), col(MergeRow.status).in_(JOINING)
    )
    return dict((await session.exec(query)).all())


async def history(session: AsyncSession, root_id: UUID) -> History:
    """Load what a person and all who were merged into them have on record. The caller has checked the scope."""
    people = select(PersonRow.id).where(PersonRow.root_id == root_id)
    stays = select(EpisodeRow).where(EpisodeRow.root_id == root_id, EpisodeRow.state == RecordState.ACTIVE)
    files = select(ManagementFileRow).where(
        col(ManagementFileRow.person_id).in_(people), ManagementFileRow.state == RecordState.ACTIVE
    )
    return History(
        tuple(episodes.to_domain(row) for row in await session.exec(stays)),
        tuple(File(row.id, row.category, row.closed_on) for row in await session.exec(files)),
        tuple(term.id for term in await aftercare.of_root(session, root_id) if term.ended_on is None),
        await moves.waiting(session, root_id),
    )


async def carry_root(session: AsyncSession, person: PersonRow) -> None:
    """Copy a person's survivor to their stays and terms of aftercare, by which an open one excludes another."""
    for table in (EpisodeRow, AftercareRow):
        held = update(table).where(col(table.person_id) == person.id)
        await session.exec(held.values(root_id=person.root_id))


def apply(row: MergeRow, status: MergeStatus, **columns: Any) -> None:  # noqa: ANN401 - columns of any type
    """Write what was decided onto a locked row; the flush at commit stores it."""
    row.status = status
    for name, value in columns.items():
        setattr(row, name, value)
