"""Moves: every query on them, and the one way in which the unit in charge of a person changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Integer, Uuid, any_, bindparam, literal, text
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import feed, persons, records, tasks
from registry.db.records import Key
from registry.db.tables.moves import MoveRow
from registry.db.tables.persons import PersonRow, ResponsibilityRow
from registry.db.trail import Act
from registry.domain.access import FieldGroup
from registry.domain.move import MoveReason, MoveStatus
from registry.domain.record import RecordState
from registry.domain.unit import Certainty


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge from a day on: the unit as of that day, where it lies on today's map, and how surely."""

    responsible_unit_id: int
    unit_id: int
    certainty: Certainty
    from_on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """What a unit that is asked to take a person on is told of them, and of the request."""

    from_unit_id: int
    full_name: str
    birth_year: int | None
    to_unit_code: str
    moved_on: date
    reason: MoveReason
    answer_due_at: datetime


_OFFER = text("""
    SELECT from_unit_id, full_name, birth_year, to_unit_code, moved_on, reason, answer_due_at
    FROM app.move_offered(:person, :move)
""").bindparams(bindparam("person", type_=Uuid), bindparam("move", type_=Uuid))

_WAITS = and_(col(MoveRow.status) == MoveStatus.REQUESTED, col(MoveRow.state) == RecordState.ACTIVE)


async def relocate(session: AsyncSession, person: PersonRow, charge: Charge, act: Act, *, today: date) -> None:
    """Put a locked person in the charge of a unit, with everything that is theirs; tell both units.

    The transaction must reach both units. The former responsibility ends on the day on which the next begins; one
    that began no earlier has had no day, and is the next unit's from its beginning. Who was merged into somebody is
    placed with them, and keeps their own intervals: an undone merge finds them again.
    """
    await place(session, person, charge.unit_id, charge.certainty, act, today=today)
    if person.root_id == person.id:
        await _hand_over(session, person, charge)


async def place(
    session: AsyncSession, person: PersonRow, unit_id: int, certainty: Certainty, act: Act, *, today: date
) -> None:
    """Place a locked person on today's map. Who is responsible, and since when, is another question."""
    left = person.unit_id
    groups, values = (FieldGroup.PERSON, FieldGroup.RESIDENCE), {"unit_certainty": certainty}
    await records.change(session, person, values, act, groups=groups, today=today)
    if left == unit_id:
        return
    person.unit_id = unit_id
    await session.flush()  # carries the unit to every row of the person, which the statements below must find there
    await tasks.follow(session, person.id, from_unit=left, to_unit=unit_id)
    await feed.move(session, person_id=person.id, from_unit=left, to_unit=unit_id)


async def placed_in(session: AsyncSession, units: Sequence[int], *, most: int) -> Sequence[tuple[UUID, int]]:
    """Name people whom some units have, and which unit has each."""
    among = col(PersonRow.unit_id) == any_(literal(units, ARRAY(Integer)))
    query = select(PersonRow.id, PersonRow.unit_id).where(among, PersonRow.state != RecordState.ERASED)
    return (await session.exec(query.order_by(col(PersonRow.unit_id), col(PersonRow.id)).limit(most))).all()


async def lock_merged(session: AsyncSession, person: PersonRow) -> Sequence[PersonRow]:
    """Load FOR UPDATE a person with all who were merged with them: they have one unit, and move together."""
    query = select(PersonRow).where(PersonRow.root_id == person.root_id).order_by(col(PersonRow.id))
    return (await session.exec(query.with_for_update(key_share=True))).all()


async def offer(session: AsyncSession, *, person_id: UUID, move_id: UUID) -> Offer | None:
    """What a unit in reach may know before it answers; None where nothing waits for its answer."""
    asked = {"person": person_id, "move": move_id}
    found = (await (await session.connection()).execute(_OFFER, asked)).one_or_none()
    return None if found is None else Offer(**found._asdict())


async def exists_open(session: AsyncSession, person_id: UUID, *, but: UUID) -> bool:
    """Whether another move of a locked person waits for its answer."""
    query = select(MoveRow.id).where(MoveRow.person_id == person_id, MoveRow.id != but, _WAITS)
    return (await session.exec(query.limit(1))).first() is not None


async def waiting(session: AsyncSession, root_id: UUID) -> tuple[UUID, ...]:
    """Name the moves that wait for an answer, of a person and all who were merged into them."""
    query = select(MoveRow.id).join(PersonRow, col(PersonRow.id) == MoveRow.person_id)
    return tuple(await session.exec(query.where(PersonRow.root_id == root_id, _WAITS)))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What the worker may see of a move: whose it is and where, not to where."""

    key: Key
    unit_id: int


async def unanswered(session: AsyncSession, *, at: datetime, most: int) -> list[Unanswered]:
    """Name moves that nobody has answered by an instant, those first that were due first, whosever they are."""
    query = select(col(MoveRow.person_id), col(MoveRow.id), col(MoveRow.unit_id))
    query = query.where(_WAITS, col(MoveRow.answer_due_at) <= at)
    found = await session.exec(query.order_by(col(MoveRow.answer_due_at)).limit(most))
    return [Unanswered(Key(move_id, person_id), unit_id) for person_id, move_id, unit_id in found.all()]


async def _hand_over(session: AsyncSession, person: PersonRow, charge: Charge) -> None:
    former = await persons.lock_responsibility(session, person.id)
    if former is not None and former.responsible_unit_id == charge.responsible_unit_id:
        return
    if former is not None and former.from_on >= charge.from_on:
        former.responsible_unit_id = charge.responsible_unit_id
        return
    if former is not None:
        former.to_on = charge.from_on
        await session.flush()  # one interval is open at a time
    following = ResponsibilityRow(
        person_id=person.id,
        id=uuid4(),
        unit_id=person.unit_id,
        responsible_unit_id=charge.responsible_unit_id,
        from_on=charge.from_on,
    )
    await persons.open_responsibility(session, following)
