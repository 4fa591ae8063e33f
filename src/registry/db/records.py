"""Records of every kind: find, add once, change with history, void. Versions only go up, nothing is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from pydantic.fields import FieldInfo
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    literal,
    text,
    tuple_,
)
from sqlalchemy.orm import class_mapper
from sqlmodel import and_, col, false, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import employment, feed, trail
from registry.db.employment import Sight
from registry.db.prepared import Prepared
from registry.db.tables.columns import OfPerson, OfUnit
from registry.db.tables.persons import PersonRow
from registry.db.tables.situation import ReachRow
from registry.db.tables.trail import HistoryColumns, RecordHistoryRow, UnitRecordHistoryRow
from registry.db.trail import Act, Change
from registry.domain.access import FieldGroup, OrganisationScope, PersonScope, Scope, UnitScope
from registry.domain.person import Processing
from registry.domain.record import FeedOperation, RecordState

AnyRow: TypeAlias = OfPerson | OfUnit | PersonRow
Values: TypeAlias = Mapping[str, Any]
"""The columns of a row that is about to be written, by their names."""
R = TypeVar("R", bound=AnyRow)

UNITS, ORGANISATIONS = ARRAY(Integer), ARRAY(Uuid())  # one parameter: scopes of any size share a prepared statement


class Key(NamedTuple):
    """What names a record: its id, under its person where it belongs to one."""

    id: UUID
    person_id: UUID | None = None

    def matches(self, table: type[R]) -> ColumnElement[bool]:
        """Select the record in its table."""
        by_id = col(table.id) == self.id
        return and_(col(table.person_id) == self.person_id, by_id) if issubclass(table, OfPerson) else by_id


@dataclass(frozen=True, slots=True)
class Stub:
    """What may be known of a record that is out of reach, and the fingerprint of the body that made it."""

    id: UUID
    version: int
    state: RecordState
    fingerprint: bytes


_FIRST_BODY = Prepared(
    text("SELECT version, state, fingerprint FROM app.first_body(:entity, :owner, :record)").bindparams(
        bindparam("entity", type_=Text), bindparam("owner", type_=Uuid), bindparam("record", type_=Uuid)
    )
)


def entity_of(table: type[AnyRow]) -> str:
    """The record kind's name in feed, history and audit."""
    return str(table.__tablename__)


def visible(table: type[R], scope: Scope, *, today: date) -> ColumnElement[bool]:
    """What a scope opens of a table: its units' rows, or an organisation's own records, of the people it reaches.

    Directories are open to every caller.
    """
    if issubclass(table, OfUnit) and table.in_directory:
        return true()
    match scope:
        case UnitScope(units):
            return within(table, literal(units, UNITS))
        case OrganisationScope(organisations):
            return of_organisations(table, literal(organisations, ORGANISATIONS), today=literal(today, Date))
        case PersonScope(person_id):
            return _belongs_to(table, person_id)


def within(table: type[R], units: ColumnElement[Any]) -> ColumnElement[bool]:
    """What units open of a table: their rows, but nothing of who was erased."""
    return and_(col(table.unit_id) == any_(units), table.state != RecordState.ERASED)


def of_organisations(
    table: type[R], organisations: ColumnElement[Any], *, today: ColumnElement[date]
) -> ColumnElement[bool]:
    """What organisations open of a table: whom one of them reaches, and each its own records of whom it reaches itself.

    An officer may work for several. What one of them reaches opens no records of another, whose devices are told of its
    own reach alone. Of workers, an organisation sees those whom it has appointed as well.
    """
    reaching = col(ReachRow.organisation_id) == any_(organisations), trail.in_force(today)
    if issubclass(table, PersonRow):
        return col(table.id).in_(select(ReachRow.person_id).where(*reaching))
    if table.organisation_column is None:
        return false()
    organisation = col(getattr(table, table.organisation_column))
    if not issubclass(table, OfPerson):
        own = organisation == any_(organisations)
        if table.worker_column is None:
            return own
        return own | employment.of_employed(table, table.worker_column, organisations)
    reached = select(ReachRow.person_id, ReachRow.organisation_id).where(*reaching)
    return tuple_(col(table.person_id), organisation).in_(reached)


def _belongs_to(table: type[R], person_id: UUID) -> ColumnElement[bool]:
    if issubclass(table, PersonRow):
        return col(table.id) == person_id
    return col(table.person_id) == person_id if issubclass(table, OfPerson) else false()


def listed(scope: Scope) -> ColumnElement[bool]:
    """Whom lists show: nobody whose processing is restricted, but to the organisation that treats them."""
    match scope:
        case UnitScope():
            return col(PersonRow.processing) == Processing.UNRESTRICTED
        case OrganisationScope():
            return true()
        case PersonScope():
            return false()


async def find(session: AsyncSession, table: type[AnyRow], key: Key) -> Stub | None:
    """Look for a record wherever it is, past every policy: only to tell a repeated request from a conflicting one."""
    found = await _FIRST_BODY.one_or_none(session, entity=entity_of(table), owner=key.person_id, record=key.id)
    return None if found is None else Stub(key.id, found.version, RecordState(found.state), found.fingerprint)


async def get(session: AsyncSession, table: type[R], key: Key, *, scope: Scope, today: date) -> R | None:
    """Load one record, or None if it is absent or out of scope."""
    query = select(table).where(key.matches(table), visible(table, scope, today=today))
    return (await session.exec(query)).one_or_none()


async def all_of_person(
    session: AsyncSession, table: type[R], person_id: UUID, *, dated_by: str, scope: Scope, today: date
) -> Sequence[R]:
    """Load every record of a person, voided ones too, by their date."""
    query = select(table).where(visible(table, scope, today=today))
    if issubclass(table, OfPerson):
        query = query.where(col(table.person_id) == person_id)
    return (await session.exec(query.order_by(getattr(table, dated_by), col(table.id)))).all()


async def lock(session: AsyncSession, table: type[R], key: Key, *, scope: Scope, today: date) -> R | None:
    """Load one record FOR UPDATE, or None if it is absent or out of scope."""
    query = select(table).where(key.matches(table), visible(table, scope, today=today))
    return (await session.exec(query.with_for_update())).one_or_none()


def made(table: type[AnyRow], values: Values) -> AnyRow:
    """Make a row of values that are sound, for a statement of our own: SQLAlchemy is not told of each."""
    row: AnyRow = class_mapper(table).class_manager.new_instance()
    absent = {name: field.get_default() for name, field in _optional(table) if name not in values}
    vars(row).update(absent, **values)
    return row


@cache
def _optional(table: type[AnyRow]) -> tuple[tuple[str, FieldInfo], ...]:
    return tuple((name, field) for name, field in table.model_fields.items() if not field.is_required())


async def add(
    session: AsyncSession, row: AnyRow, act: Act, *, groups: Iterable[FieldGroup], today: date
) -> Stub | None:
    """Add a record. Where its id is taken, also by a request still under way, add nothing and say by what.

    A race of two requests for one id breaks every unique constraint of the table at once. The one that loses
    waits at whichever it meets first: so none may raise before the id has been looked up.
    """
    table = type(row)
    values = {f"new_{column.name}": getattr(row, column.key) for column in trail.columns_of(table)}
    new = _change_of(row, FeedOperation.UPSERT)
    traced = values | trail.facts(new, act, groups=groups, today=today)
    holder = None
    if not await _addition(table, "ON CONFLICT DO NOTHING").all(session, **traced):
        holder = await find(session, table, Key(row.id, row.person_id if isinstance(row, OfPerson) else None))
        if holder is None:
            await _addition(table).all(session, **traced)
    if holder is None:
        await employment.tell(session, new, before=Sight(), after=employment.sight_of(row))
    return holder


async def change(
    session: AsyncSession,
    row: AnyRow,
    values: Mapping[str, Any],
    act: Act,
    *,
    groups: Iterable[FieldGroup],
    today: date,
) -> None:
    """Give a locked record new values and the next version; its former state goes to the history."""
    session.add(_former_state(row))
    left, left_organisation, sight = row.unit_id, _organisation_of(row), employment.sight_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at, row.changed_by = act.at, act.author
    session.add(row)
    await session.flush()  # a constraint that refuses must do so before the trail says it happened
    op = FeedOperation.VOID if row.state is RecordState.VOIDED else FeedOperation.UPSERT
    changed = _change_of(row, op)
    await trail.leave(session, changed, act, groups=groups, today=today)
    await employment.tell(session, changed, before=sight, after=employment.sight_of(row))
    if row.unit_id != left:
        await _resettle(session, row, left)
    if isinstance(row, OfUnit) and left_organisation not in {None, _organisation_of(row)}:
        lost = _change_of(row, FeedOperation.LEAVE)
        await feed.take_away(session, lost, organisation_id=left_organisation)


async def note(session: AsyncSession, row: AnyRow, act: Act, *, groups: Iterable[FieldGroup]) -> None:
    """Write the audit row of an answer that shows a record."""
    person = _person_of(row)
    persons = () if person is None else (person,)
    await trail.audit(session, act, persons=persons, entity=entity_of(type(row)), record_id=row.id, groups=groups)


def state_of(row: AnyRow) -> dict[str, Any]:
    """A record as history keeps it, what is sealed still sealed; the unit has a column of its own there."""
    return row.model_dump(mode="json", exclude={"unit_id"})


@cache
def _addition(table: type[AnyRow], on_conflict: str = "") -> Prepared:
    columns = trail.columns_of(table)
    addition = f"INSERT INTO {entity_of(table)} ({trail.listed(columns)}) VALUES ({trail.listed(columns, ':new_')})"  # noqa: S608 - names of our own tables
    statement = trail.traced(f"{addition} {on_conflict} RETURNING id")
    return Prepared(statement.bindparams(*(bindparam(f"new_{column.name}", type_=column.type) for column in columns)))


async def _resettle(session: AsyncSession, row: AnyRow, left: int) -> None:
    """Take a record that was corrected to another unit, and its history, from the one where it never belonged."""
    history, entity = UnitRecordHistoryRow, entity_of(type(row))
    former = update(history).where(col(history.entity) == entity, col(history.id) == row.id)
    await session.exec(former.values(unit_id=row.unit_id))
    await feed.take_away(session, Change(entity, row.id, row.version, FeedOperation.LEAVE, left))


def _change_of(row: AnyRow, op: FeedOperation) -> Change:
    return Change(entity_of(type(row)), row.id, row.version, op, row.unit_id, _person_of(row), _organisation_of(row))


def _former_state(row: AnyRow) -> HistoryColumns:
    former: dict[str, Any] = {
        "entity": entity_of(type(row)),
        "id": row.id,
        "version": row.version,
        "state": state_of(row),
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "unit_id": row.unit_id,
    }
    person = _person_of(row)
    return UnitRecordHistoryRow(**former) if person is None else RecordHistoryRow(**former, person_id=person)


def _person_of(row: AnyRow) -> UUID | None:
    match row:
        case OfPerson():
            return row.person_id
        case PersonRow():
            return row.id
        case OfUnit():
            return None


def _organisation_of(row: AnyRow) -> UUID | None:
    column = type(row).organisation_column
    return None if column is None else getattr(row, column)
