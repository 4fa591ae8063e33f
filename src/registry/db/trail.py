"""Audit rows, feed rows and history: what a transaction leaves behind beside its work.

Every write comes by here, so these are few statements in SQL, made once. None reads an audit row back:
the application may only add them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Date, DateTime, Text, TextClause, bindparam, text
from sqlmodel import SQLModel, col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.tables.situation import ReachRow
from registry.db.tables.trail import AuditEventRow, ChangeFeedRow
from registry.domain import quota
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
    grant_ids: tuple[UUID, ...] = ()
    unit_ids: tuple[int, ...] = ()
    most_persons: int | None = None
    """How many different people the officer may be shown within the hour; None where they are not counted."""

    @property
    def author(self) -> str:
        """The officer as records name who changed them, whichever software was used."""
        return f"{self.issuer}|{self.on_behalf_of or self.subject}"

    @property
    def with_known_content(self) -> "Act":
        """The same act where the answer tells the caller nothing that they did not send: nobody is counted."""
        return replace(self, most_persons=None)


@dataclass(frozen=True, slots=True)
class Change:
    """What the feed tells of one record."""

    entity: str
    record_id: UUID
    version: int
    op: FeedOperation
    unit_id: int
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    """The organisation whose own record it is, where it is one's."""


def columns_of(table: type[SQLModel]) -> tuple[Column[Any], ...]:
    """The columns that a writer fills in; the others are the database's."""
    return tuple(column for column in table.__table__.columns if column.server_default is None)  # type: ignore[attr-defined]  # SQLModel sets it


def listed(columns: Iterable[Column[Any]], prefix: str = "") -> str:
    """Name columns in SQL, or their parameters where the prefix begins with a colon."""
    return ", ".join(f"{prefix}{column.name}" for column in columns)


_AUDITED = columns_of(AuditEventRow)
_AUDIT = f"INSERT INTO audit_event ({listed(_AUDITED)}) SELECT {listed(_AUDITED, ':')}"
_AUDIT_PARAMETERS = {column.name: bindparam(column.name, type_=column.type) for column in _AUDITED}
_AUDIT_ONLY = Prepared(text(_AUDIT).bindparams(*_AUDIT_PARAMETERS.values()))
_AUDIT_COUNTED = Prepared(
    text(f"WITH audited AS ({_AUDIT}) SELECT app.count_read(:reader, :hour, :person_ids) AS shown").bindparams(
        *_AUDIT_PARAMETERS.values(), bindparam("reader", type_=Text), bindparam("hour", type_=DateTime(timezone=True))
    )
)
_FEED = """
    INSERT INTO change_feed (unit_id, organisation_id, person_id, entity, record_id, op, version)
    SELECT audience.unit_id, audience.organisation_id, :person_id, :entity, :record_id, :op, :version
    FROM written, (
        SELECT :unit_id AS unit_id, CAST(NULL AS uuid) AS organisation_id
        UNION ALL
        SELECT DISTINCT CAST(NULL AS integer), organisation_id FROM reach
        WHERE person_id = :person_id
          AND (:record_id IN (person_id, record_id) OR organisation_id = CAST(:organisation_id AS uuid))
          AND (until_on IS NULL OR until_on >= :today)
        UNION ALL
        SELECT NULL, CAST(:organisation_id AS uuid)
        WHERE :person_id IS NULL AND CAST(:organisation_id AS uuid) IS NOT NULL
    ) audience
"""
_FEED_PARAMETERS = {column.name: bindparam(column.name, type_=column.type) for column in columns_of(ChangeFeedRow)}


def traced(write: str) -> TextClause:
    """Make one statement of a write, given as SQL that returns the record's `id`, and its trail.

    Where nothing is written, there is no trail. The feed gets a row for the unit, and one for each
    organisation that may see the record: an organisation that reaches the person sees the person's
    record, those that opened the reach and those that are its own. What belongs to no person and is
    an organisation's own is told to it too.
    """
    trail = f"fed AS ({_FEED}), audited AS ({_AUDIT} FROM written)"
    parameters = _FEED_PARAMETERS | _AUDIT_PARAMETERS | {"today": bindparam("today", type_=Date)}
    return text(f"WITH written AS ({write}), {trail} SELECT id FROM written").bindparams(*parameters.values())  # noqa: S608 - made of our own constants


_OF_EACH = {
    **{name: f"written.{name}" for name in ("person_id", "unit_id", "version")},
    "record_id": "written.id",
    "person_ids": "ARRAY[written.person_id]",
    "unit_ids": "ARRAY[written.unit_id]",
}
"""What the trail of many writes takes from each of them, where that of one is told it."""


def traced_many(write: str) -> TextClause:
    """Make one statement of many writes and their trail, given as SQL that returns of each what `_OF_EACH` names."""
    feed = _of_each(_FEED.replace("FROM written, (", "FROM written, LATERAL ("))
    trail = f"fed AS ({feed}), audited AS ({_of_each(_AUDIT)} FROM written)"
    told = {name: each for name, each in (_FEED_PARAMETERS | _AUDIT_PARAMETERS).items() if name not in _OF_EACH}
    statement = text(f"WITH written AS ({write}), {trail} SELECT person_id, id FROM written")  # noqa: S608 - made of our own constants
    return statement.bindparams(*told.values(), bindparam("today", type_=Date))


def _of_each(statement: str) -> str:
    for name, column in _OF_EACH.items():
        statement = re.sub(rf":{name}\b", column, statement)
    return statement


_POSITION = Prepared(text("SELECT CAST(pg_current_xact_id() AS text) AS position"))
_TRAIL_ONLY = Prepared(traced("SELECT CAST(:record_id AS uuid) AS id"))


async def leave(session: AsyncSession, change: Change, act: Act, *, groups: Iterable[FieldGroup], today: date) -> None:
    """Write the feed and audit rows of a change that is made."""
    await _TRAIL_ONLY.all(session, **facts(change, act, groups=groups, today=today))


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
    """Write who saw or did what. Takes ids only: a value has no place in an audit row.

    It counts the people whom the answer shows, in the same statement, and refuses when they are too many:
    what is refused is rolled back, so that nobody was seen and nobody is counted.
    """
    seen = _audited(act, persons=persons, entity=entity, record_id=record_id, groups=groups, allowed=allowed)
    if act.most_persons is None or not allowed or not seen["person_ids"]:
        await _AUDIT_ONLY.all(session, **seen)
        return
    (counted,) = await _AUDIT_COUNTED.all(session, **seen, reader=act.author, hour=quota.hour_of(act.at))
    quota.require_few_persons(counted.shown, most=act.most_persons, at=act.at)


async def position(session: AsyncSession) -> str:
    """Where the feed tells what this transaction writes: the transaction's own id."""
    (here,) = await _POSITION.all(session)
    return str(here.position)


def facts(change: Change, act: Act, *, groups: Iterable[FieldGroup], today: date) -> dict[str, Any]:
    """The parameters of a traced write."""
    persons = () if change.person_id is None else (change.person_id,)
    audited = _audited(act, persons=persons, entity=change.entity, record_id=change.record_id, groups=groups)
    return audited | {"unit_ids": [change.unit_id]} | _told(change) | {"today": today}


def facts_of_many(
    entity: str, op: FeedOperation, act: Act, *, groups: Iterable[FieldGroup], today: date
) -> dict[str, Any]:
    """The parameters of many traced writes of one kind: what all of them have in common."""
    audited = _audited(act, persons=(), entity=entity, record_id=None, groups=groups)
    common = {name: value for name, value in audited.items() if name not in _OF_EACH}
    return common | {"op": op, "organisation_id": None, "today": today}


def in_force(today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a reach still opens the person today."""
    return or_(col(ReachRow.until_on).is_(None), col(ReachRow.until_on) >= today)


def _audited(
    act: Act,
    *,
    persons: Iterable[UUID],
    entity: str | None,
    record_id: UUID | None,
    groups: Iterable[FieldGroup],
    allowed: bool = True,
) -> dict[str, Any]:
    return _told(act) | {
        "grant_ids": list(act.grant_ids),
        "unit_ids": list(act.unit_ids),
        "person_ids": sorted(set(persons)),
        "entity": entity,
        "record_id": record_id,
        "field_groups": sorted(groups),
        "decision": "allowed" if allowed else "denied",
    }


def _told(said: Act | Change) -> dict[str, Any]:
    """The fields as they are: `asdict` would copy each of them."""
    return {field.name: getattr(said, field.name) for field in fields(said)}
