"""People: every query on the person table and its name tokens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, delete, insert, tuple_
from sqlalchemy import select as sa_select
from sqlmodel import and_, col, false, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.prepared import Prepared
from registry.db.records import UNITS, listed, visible, within
from registry.db.tables.cases import ManagementFileRow
from registry.db.tables.persons import IdentityDocumentRow, PersonNameTokenRow, PersonRow, ResponsibilityRow
from registry.domain.access import Scope, UnitScope
from registry.domain.management import FileCategory
from registry.domain.person import Processing, Sex
from registry.domain.record import RecordState
from registry.domain.unit import Certainty
from registry.domain.vietnamese import tokens


class Owner(NamedTuple):
    """What rules ask about the person to whom a record belongs."""

    id: UUID
    root_id: UUID
    unit_id: int
    unit_certainty: Certainty
    state: RecordState
    processing: Processing
    full_name: str
    aliases: list[str]
    sex: Sex
    birth_date: date | None
    birth_year: int | None
    birthplace: str | None

    @classmethod
    def of(cls, row: Iterable[Any]) -> Self:
        """Read a row, whose codes may still be text."""
        id_, root_id, unit_id, certainty, state, processing, full_name, aliases, sex, *born = row
        coded = Certainty(certainty), RecordState(state), Processing(processing)
        return cls(id_, root_id, unit_id, *coded, full_name, aliases, Sex(sex), *born)


def _holding(condition: ColumnElement[bool]) -> Select[Any]:
    people = PersonRow.__table__.columns  # type: ignore[attr-defined]  # SQLModel sets it
    held = sa_select(*(people[name] for name in Owner._fields))
    named = people.id == any_(bindparam("persons", type_=ARRAY(Uuid())))
    return held.where(named, condition).order_by(people.id).with_for_update(key_share=True)


_HELD = Prepared(_holding(within(PersonRow, bindparam("units", type_=UNITS))))


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """What a search asks for; everything given must hold."""

    name: str | None = None
    birth_year: int | None = None
    units: frozenset[int] | None = None
    category: FileCategory | None = None
    number_indexes: tuple[bytes, ...] = ()

    @property
    def names_somebody(self) -> bool:
        """Whether it looks for one person: who knows the name or the number also finds those that lists leave out."""
        return self.name is not None or bool(self.number_indexes)


async def lock(session: AsyncSession, person_id: UUID, *, scope: Scope, today: date) -> PersonRow | None:
    """Load a person for a write to what belongs to them; others' writes to the same person wait."""
    query = select(PersonRow).where(PersonRow.id == person_id, visible(PersonRow, scope, today=today))
    return (await session.exec(query.with_for_update(key_share=True))).one_or_none()


async def hold(session: AsyncSession, person_ids: Iterable[UUID], *, scope: Scope, today: date) -> list[Owner]:
    """Lock people for writes to what belongs to them, and read what rules ask about them.

    In the order of their ids: two who do so never wait for each other in a circle.
    """
    wanted = sorted(set(person_ids))
    if isinstance(scope, UnitScope):
        return [Owner.of(row) for row in await _HELD.all(session, persons=wanted, units=scope.units)]
    holding = _holding(visible(PersonRow, scope, today=today))
    return [Owner.of(row) for row in await (await session.connection()).execute(holding, {"persons": wanted})]


async def lock_root(session: AsyncSession, person: Owner) -> None:
    """Hold the survivor of a locked person, on whom the rules across merged records are decided."""
    if person.root_id != person.id:
        await session.exec(select(PersonRow.id).where(PersonRow.id == person.root_id).with_for_update(key_share=True))


async def add_tokens(session: AsyncSession, row: PersonRow) -> None:
    """Make the person's name and aliases findable, in place of what was."""
    await session.exec(delete(PersonNameTokenRow).where(col(PersonNameTokenRow.person_id) == row.id))
    words = sorted({word for name in (row.full_name, *row.aliases) for word in tokens(name)})
    if words:
        rows = [{"person_id": row.id, "token": word, "unit_id": row.unit_id} for word in words]
        await session.exec(insert(PersonNameTokenRow), params=rows)


async def open_responsibility(session: AsyncSession, row: ResponsibilityRow) -> None:
    """Begin an interval of responsibility."""
    session.add(row)
    await session.flush()


async def lock_responsibility(session: AsyncSession, person_id: UUID) -> ResponsibilityRow | None:
    """Load the open interval of a locked person FOR UPDATE; nobody is in charge of one who was erased."""
    query = select(ResponsibilityRow).where(
        ResponsibilityRow.person_id == person_id, col(ResponsibilityRow.to_on).is_(None)
    )
    return (await session.exec(query.with_for_update())).one_or_none()


async def responsibilities(session: AsyncSession, person_id: UUID) -> Sequence[ResponsibilityRow]:
    """Load all intervals, oldest first. The caller has checked the scope."""
    query = select(ResponsibilityRow).where(ResponsibilityRow.person_id == person_id)
    return (await session.exec(query.order_by(col(ResponsibilityRow.from_on)))).all()


async def page(
    session: AsyncSession,
    wanted: PersonFilter,
    *,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID] | None,
) -> Sequence[PersonRow]:
    """Load people in Vietnamese order of their names; one row more than `limit` tells of a next page."""
    query = select(PersonRow).where(
        visible(PersonRow, scope, today=today), PersonRow.state == RecordState.ACTIVE, PersonRow.root_id == PersonRow.id
    )
    if not wanted.names_somebody:
        query = query.where(listed(scope))
    if wanted.name is not None:
        words = tokens(wanted.name)
        named = [col(PersonRow.id).in_(_named(word)) for word in words]
        query = query.where(and_(*named) if named else false())
    if wanted.birth_year is not None:
        query = query.where(PersonRow.birth_year == wanted.birth_year)
    if wanted.units is not None:
        query = query.where(col(PersonRow.unit_id).in_(wanted.units))
    if wanted.category is not None:
        query = query.where(col(PersonRow.id).in_(_on_file(wanted.category, today)))
    if wanted.number_indexes:
        query = query.where(col(PersonRow.id).in_(_numbered(wanted.number_indexes)))
    if after is not None:
        query = query.where(tuple_(col(PersonRow.sort_key), col(PersonRow.id)) > after)
    return (await session.exec(query.order_by(col(PersonRow.sort_key), col(PersonRow.id)).limit(limit + 1))).all()


def _named(prefix: str) -> SelectOfScalar[UUID]:
    token = col(PersonNameTokenRow.token)
    return select(PersonNameTokenRow.person_id).where(token >= prefix, token < prefix + "\U0010ffff")


def _on_file(category: FileCategory, today: date) -> SelectOfScalar[UUID]:
    file = ManagementFileRow
    return select(file.person_id).where(
        file.category == category,
        file.state == RecordState.ACTIVE,
        col(file.opened_on) <= today,
        or_(col(file.closed_on).is_(None), col(file.closed_on) > today),
    )


def _numbered(indexes: tuple[bytes, ...]) -> SelectOfScalar[UUID]:
    return select(IdentityDocumentRow.person_id).where(
        col(IdentityDocumentRow.number_index).in_(indexes), IdentityDocumentRow.state == RecordState.ACTIVE
    )
