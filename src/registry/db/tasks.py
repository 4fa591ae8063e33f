"""Tasks: every query on them. A task is opened by a feature and settled by its audience; nobody takes it away."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, literal, tuple_
from sqlmodel import and_, col, false, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import trail
from registry.db.tables.tasks import TaskRow
from registry.db.trail import Act
from registry.domain.access import OrganisationScope, PersonScope, UnitScope
from registry.domain.task import RULES, Audience, Task, TaskKind, TaskState

ENTITY = "task"


async def open_task(
    session: AsyncSession,
    *,
    kind: TaskKind,
    entity: str,
    record_id: UUID,
    opened_by: str,
    opened_at: datetime,
    unit_id: int | None = None,
    organisation_id: UUID | None = None,
    person_id: UUID | None = None,
    due_at: datetime | None = None,
) -> TaskRow:
    """Open a task for the role of its kind, over a unit of today's map or in an organisation.

    It is due when its kind says, unless the law or the record names another instant.
    """
    rule = RULES[kind]
    row = TaskRow(
        id=uuid4(),
        kind=kind,
        role=rule.settled_by,
        unit_id=unit_id,
        organisation_id=organisation_id,
        person_id=person_id,
        entity=entity,
        record_id=record_id,
        opened_at=opened_at,
        opened_by=opened_by,
        due_at=due_at or opened_at + rule.due_after,
    )
    session.add(row)
    await session.flush()  # a task that is open already must refuse the act that opens it
    return row


def to_domain(row: TaskRow) -> Task:
    """What the rules must know of a task."""
    return Task(row.kind, row.state, row.opened_by, row.due_at, row.settled_by)


def apply(row: TaskRow, task: Task, *, at: datetime) -> None:
    """Write a decided state onto a locked row; the flush at commit stores it."""
    row.state, row.settled_by, row.settled_at = task.state, task.settled_by, at
    row.version += 1


async def get(session: AsyncSession, task_id: UUID, *, audiences: Iterable[Audience]) -> TaskRow | None:
    """Load one task, or None if it is absent or another's to settle."""
    query = select(TaskRow).where(TaskRow.id == task_id, _for(audiences))
    return (await session.exec(query)).one_or_none()


async def lock(session: AsyncSession, task_id: UUID, *, audiences: Iterable[Audience]) -> TaskRow | None:
    """Load one task FOR UPDATE, or None if it is absent or another's to settle."""
    query = select(TaskRow).where(TaskRow.id == task_id, _for(audiences))
    return (await session.exec(query.with_for_update())).one_or_none()


async def page(
    session: AsyncSession,
    *,
    audiences: Iterable[Audience],
    state: TaskState,
    kind: TaskKind | None,
    due: tuple[datetime, bool] | None,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[TaskRow]:
    """Load tasks, what is due first before the others; one row more than `limit` tells of a next page.

    `due` is an instant, and whether those wanted were due before it.
    """
    query = select(TaskRow).where(_for(audiences), TaskRow.state == state)
    if kind is not None:
        query = query.where(TaskRow.kind == kind)
    if due is not None:
        instant, before = due
        query = query.where(col(TaskRow.due_at) < instant if before else col(TaskRow.due_at) >= instant)
    if after is not None:
        query = query.where(tuple_(col(TaskRow.due_at), col(TaskRow.id)) > after)
    return (await session.exec(query.order_by(col(TaskRow.due_at), col(TaskRow.id)).limit(limit + 1))).all()


async def expire(session: AsyncSession, act: Act) -> None:
    """Write down which open tasks have expired by the instant of the act, and leave the trace of each."""
    expiring = [kind for kind, rule in RULES.items() if rule.expires]
    overdue = update(TaskRow).where(
        col(TaskRow.state) == TaskState.OPEN, col(TaskRow.kind).in_(expiring), col(TaskRow.due_at) <= act.at
    )
    expired = overdue.values(state=TaskState.EXPIRED, version=col(TaskRow.version) + 1)
    for task_id, person_id in (await session.exec(expired.returning(col(TaskRow.id), col(TaskRow.person_id)))).all():
        await _leave_trace(session, act, task_id, person_id)


async def open_of(session: AsyncSession, kind: TaskKind) -> Sequence[TaskRow]:
    """Load the open tasks of a kind, whosever they are, for who keeps them in step with their records."""
    query = select(TaskRow).where(TaskRow.kind == kind, TaskRow.state == TaskState.OPEN)
    return (await session.exec(query.with_for_update())).all()


async def approved_since(session: AsyncSession, kind: TaskKind, *, since: datetime) -> set[UUID]:
    """Name the records whose task of a kind was approved since an instant."""
    query = select(TaskRow.record_id).where(
        TaskRow.kind == kind, TaskRow.state == TaskState.APPROVED, col(TaskRow.settled_at) >= since
    )
    return set((await session.exec(query)).all())


async def lock_open(
    session: AsyncSession, kind: TaskKind, record_id: UUID, *, person_id: UUID | None
) -> TaskRow | None:
    """Load the open task of a kind about a record FOR UPDATE, for who ends it with the record.

    A record under a person is named by both: two people may have records of one id.
    """
    about = and_(TaskRow.record_id == record_id, col(TaskRow.person_id).is_not_distinct_from(person_id))
    query = select(TaskRow).where(TaskRow.kind == kind, about, TaskRow.state == TaskState.OPEN)
    return (await session.exec(query.with_for_update())).one_or_none()


async def follow(session: AsyncSession, person_id: UUID, *, from_unit: int, to_unit: int) -> None:
    """Let what is still to be done for a person who moves go along; what one unit was told stays with that unit."""
    following = [kind for kind, rule in RULES.items() if rule.follows_person]
    about = update(TaskRow).where(
        col(TaskRow.person_id) == person_id,
        col(TaskRow.unit_id) == from_unit,
        col(TaskRow.state) == TaskState.OPEN,
        col(TaskRow.kind).in_(following),
    )
    await session.exec(about.values(unit_id=to_unit, version=col(TaskRow.version) + 1))


async def resettle(session: AsyncSession, *, from_unit: int, to_unit: int) -> None:
    """Let every open task of a unit that has ended wait where its territory is counted now."""
    waiting = update(TaskRow).where(col(TaskRow.unit_id) == from_unit, col(TaskRow.state) == TaskState.OPEN)
    await session.exec(waiting.values(unit_id=to_unit, version=col(TaskRow.version) + 1))


async def units_of_open(session: AsyncSession, units: Sequence[int]) -> Sequence[int]:
    """Name those of some units in which tasks wait."""
    among = col(TaskRow.unit_id) == any_(literal(units, ARRAY(Integer)))
    query = select(TaskRow.unit_id).where(TaskRow.state == TaskState.OPEN, among).distinct()
    return [unit_id for unit_id in (await session.exec(query)).all() if unit_id is not None]


async def cancel(session: AsyncSession, row: TaskRow, act: Act) -> None:
    """Take a locked task back, since what it was about is over, and leave the trace of it."""
    row.state = TaskState.CANCELLED
    row.version += 1
    await _leave_trace(session, act, row.id, row.person_id)


async def _leave_trace(session: AsyncSession, act: Act, task_id: UUID, person_id: UUID | None) -> None:
    persons = () if person_id is None else (person_id,)
    await trail.audit(session, act.with_known_content, persons=persons, entity=ENTITY, record_id=task_id)


def _for(audiences: Iterable[Audience]) -> ColumnElement[bool]:
    return or_(false(), *(and_(TaskRow.role == audience.role, _within(audience)) for audience in audiences))


def _within(audience: Audience) -> ColumnElement[bool]:
    match audience.scope:
        case UnitScope(units):
            return col(TaskRow.unit_id) == any_(literal(units, ARRAY(Integer)))
        case OrganisationScope(organisations):
            return col(TaskRow.organisation_id).in_(organisations)
        case PersonScope():
            return false()
