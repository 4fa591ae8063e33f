"""The row-level context: in which role a transaction acts, and which rows its policies open. It is the only way in.

A transaction begins closed: the context is set by its first statement, and opens no row of any person. An actor's
scope opens what it reaches, and the end of the transaction takes everything back (`SET LOCAL`).
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import Sessions, driver_of, transaction
from registry.db.prepared import Prepared
from registry.domain.access import OrganisationScope, Permission, PersonScope, Scope, UnitScope


class DatabaseRole(StrEnum):
    """Roles in which the application acts; policies and privileges are theirs, never the login's."""

    UNITS = "registry_units"
    ORGANISATIONS = "registry_organisations"
    STATISTICS = "registry_statistics"
    ACCESS = "registry_access"
    HEALTH = "registry_health"
    EMERGENCY = "registry_emergency"
    AUDITOR = "registry_auditor"
    PERSON_AUDITOR = "registry_person_auditor"
    ACCESS_LOG = "registry_access_log"
    WORKER = "registry_worker"
    KEYS = "registry_keys"


ROLES: Mapping[Permission, DatabaseRole] = {
    Permission.GRANT_MANAGE: DatabaseRole.ACCESS,
    Permission.MEDICAL_READ: DatabaseRole.HEALTH,
    Permission.MEDICAL_WRITE: DatabaseRole.HEALTH,
}
"""The role of an operation by the permission that it asks for, where it is not that of the scope."""


def _setting(role: str, units: str, organisations: str, reached: str, caller: str) -> str:
    """Write the statement that sets the context, of parameters or of constants."""
    return f"""
        SELECT
            set_config('role', {role}, true),
            set_config('app.units', {units}, true),
            set_config('app.organisations', {organisations}, true),
            set_config('app.reached', {reached}, true),
            set_config('app.caller', {caller}, true)
    """


_PARAMETERS = ("role", "units", "organisations", "reached", "caller")
_SET = Prepared(
    text(_setting(*(f":{name}" for name in _PARAMETERS))).bindparams(
        *(bindparam(name, type_=Text) for name in _PARAMETERS)
    )
)
_CLOSE = _setting(f"'{DatabaseRole.UNITS}'", *["''"] * 4)
_ROLE_ONLY = text("SELECT set_config('role', :role, true)").bindparams(bindparam("role", type_=Text))
_EVERYWHERE = text("SELECT set_config('app.units', (SELECT string_agg(id::text, ',') FROM unit), true)")
_READ_LOG = text("SELECT set_config('role', :role, true), set_config('app.reached', :reached, true)").bindparams(
    bindparam("role", type_=Text), bindparam("reached", type_=Text)
)
_REACHED = text("SELECT app.reached_by(:organisations, :today)").bindparams(
    bindparam("organisations", type_=ARRAY(Uuid())), bindparam("today", type_=Date)
)


@asynccontextmanager
async def closed_transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Begin a transaction of the application: it sees nobody until a scope is entered."""
    async with transaction(sessions, f"BEGIN; {_CLOSE}") as session:
        yield session


async def close(session: AsyncSession) -> None:
    """Act as the application and see nobody, in a transaction that another door began."""
    await (await driver_of(session)).execute(_CLOSE)


@asynccontextmanager
async def look(sessions: Sessions, scope: Scope, *, today: date) -> AsyncIterator[AsyncSession]:
    """Look at one instant of what a scope reaches: every statement sees the same, and nothing can be written."""
    async with transaction(sessions, f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_CLOSE}") as session:
        await enter(session, scope, today=today)
        yield session


@asynccontextmanager
async def worker_transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Begin a transaction of the worker: it sees what time brings about, and nothing of any person."""
    async with transaction(sessions) as session:
        await act_as_worker(session)
        yield session


async def act_as_worker(session: AsyncSession) -> None:
    """Act as the worker, which seals the audit log and sees nobody, in a transaction that another door began."""
    await _set(session, DatabaseRole.WORKER)


@asynccontextmanager
async def keys_transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Begin a transaction that moves keys: it sees everybody's wrapped key and sealed number, and no name."""
    async with transaction(sessions) as session:
        await _set(session, DatabaseRole.KEYS)
        await (await session.connection()).execute(_EVERYWHERE)
        yield session


async def enter(session: AsyncSession, scope: Scope, *, today: date, role: DatabaseRole | None = None) -> None:
    """Open what a scope reaches, and nothing else, for the rest of the transaction.

    `role` is the one to act in, where it is not that of the scope.
    """
    match scope:
        case UnitScope(units):
            await _set(session, role or DatabaseRole.UNITS, units=units)
        case OrganisationScope(organisations):
            connection = await session.connection()
            asked = {"organisations": list(organisations), "today": today}
            reached = await connection.scalar(_REACHED, asked)
            await _set(session, DatabaseRole.ORGANISATIONS, organisations=organisations, reached=reached or ())
        case PersonScope(person_id):
            await _set(session, role or DatabaseRole.EMERGENCY, reached=(person_id,))
        case _:
            assert_never(scope)


@asynccontextmanager
async def reaching(session: AsyncSession, scope: Scope, *units: int, today: date) -> AsyncIterator[None]:
    """Reach further units for a step that lies in two, such as a move; then act under the scope alone again."""
    own = scope.units if isinstance(scope, UnitScope) else ()
    await enter(session, UnitScope(tuple(sorted({*own, *units}))), today=today)
    yield
    await session.flush()
    await enter(session, scope, today=today)


async def act_in_emergency(
    session: AsyncSession, *, caller: str, units: Iterable[int] = (), persons: Iterable[UUID] = ()
) -> None:
    """Open the caller's own emergency accesses, units in which to tell of one, people whose key seals its reason."""
    await _set(session, DatabaseRole.EMERGENCY, caller=caller, units=units, reached=persons)


async def act_as_sender(session: AsyncSession, *, caller: str, units: Iterable[int] = ()) -> None:
    """Open what was refused to one sender, and nobody else's; of people, those of the given units."""
    await _set(session, DatabaseRole.UNITS, units=units, caller=caller)


async def act_on_access(session: AsyncSession) -> None:
    """Act as the office on the host, which decides who may call and what they may do, and sees nobody."""
    await _set(session, DatabaseRole.ACCESS)


@asynccontextmanager
async def as_access(session: AsyncSession) -> AsyncIterator[None]:
    """Give or end rights; then act under units again."""
    async with _in_role(session, DatabaseRole.ACCESS):
        yield


@asynccontextmanager
async def as_statistics(session: AsyncSession) -> AsyncIterator[None]:
    """Count over everybody, on the columns that identify nobody; then act under units again."""
    async with _in_role(session, DatabaseRole.STATISTICS):
        yield


@asynccontextmanager
async def _in_role(session: AsyncSession, role: DatabaseRole) -> AsyncIterator[None]:
    """Each role writes what was changed under it: the other may not."""
    await session.flush()
    connection = await session.connection()
    await connection.execute(_ROLE_ONLY, {"role": role})
    yield
    await session.flush()
    await connection.execute(_ROLE_ONLY, {"role": DatabaseRole.UNITS})


@asynccontextmanager
async def as_auditor(session: AsyncSession, *, of_persons: Collection[UUID] = ()) -> AsyncIterator[None]:
    """Read the audit log within the units of the scope, all of it or of some people; then act under units again."""
    role = DatabaseRole.PERSON_AUDITOR if of_persons else DatabaseRole.AUDITOR
    async with _reading_log(session, role, of_persons):
        yield


@asynccontextmanager
async def as_access_log(session: AsyncSession, entries: Collection[UUID]) -> AsyncIterator[None]:
    """Read of the audit log what one human may be told, under every entry, wherever it lies; then act as before."""
    async with _reading_log(session, DatabaseRole.ACCESS_LOG, entries):
        yield


@asynccontextmanager
async def _reading_log(session: AsyncSession, role: DatabaseRole, persons: Collection[UUID]) -> AsyncIterator[None]:
    connection = await session.connection()
    await connection.execute(_READ_LOG, {"role": role, "reached": _listed(persons)})
    yield
    await connection.execute(_READ_LOG, {"role": DatabaseRole.UNITS, "reached": ""})


async def _set(
    session: AsyncSession,
    role: DatabaseRole,
    *,
    units: Iterable[int] = (),
    organisations: Iterable[UUID] = (),
    reached: Iterable[UUID] = (),
    caller: str = "",
) -> None:
    await _SET.all(
        session,
        role=role.value,
        units=_listed(units),
        organisations=_listed(organisations),
        reached=_listed(reached),
        caller=caller,
    )


def _listed(ids: Iterable[int | UUID]) -> str:
    return ",".join(map(str, ids))
