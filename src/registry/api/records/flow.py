"""How records are written: created once under the client's id, changed against a version, voided with a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from registry.api.records.kind import Desk, Draft, Kind
from registry.api.records.precondition import Precondition
from registry.api.schemas.fields import In
from registry.api.schemas.records import NewRecord
from registry.db import merges, organisations, persons, reach, records, trail
from registry.db.persons import Owner
from registry.db.records import AnyRow, Key, Stub, Values
from registry.db.tables.columns import OfUnit
from registry.db.tables.network import OwnOrganisation
from registry.db.tables.persons import PersonRow
from registry.db.trail import Act
from registry.domain import merge_patch
from registry.domain.access import OrganisationNotGranted, OrganisationScope, require_units
from registry.domain.errors import DomainError, NotFound
from registry.domain.idempotency import IdempotencyKeyRequired
from registry.domain.merge import PersonMerged
from registry.domain.organisation import OrganisationUnknown
from registry.domain.person import Processing
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordErased, RecordIdConflict, RecordState, RecordVoided

N = TypeVar("N", bound=NewRecord)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write came to: the record, or a stub where no more of it may be shown."""

    row: AnyRow | Stub
    remarks: tuple[Remark, ...] = ()
    is_new: bool = False
    is_known: bool = False
    """Nothing was written: it is so already."""


async def create(desk: Desk, kind: Kind, body: NewRecord, *, person_id: UUID | None = None) -> Written:
    """Create a record; under an id that exists, answer with the record if it was created by this very body."""
    if (earlier := desk.attempt.earlier) is not None:
        return await again(desk, kind, Key(earlier.record_id, person_id))
    body = named(desk, body)
    key = Key(body.id, person_id)
    fingerprint = fingerprint_of(desk, body)
    if (existing := await records.find(desk.session, kind.table, key)) is not None:
        return await repeated(desk, kind, existing, key, fingerprint)
    person = None if person_id is None else await owner_of(desk, person_id)
    values, remarks = await drafted(desk, kind, body, person, fingerprint=fingerprint)
    row = records.made(kind.table, values)
    holder = await records.add(desk.session, row, desk.actor.act, groups=kind.groups, today=desk.actor.today)
    if holder is not None:
        return await repeated(desk, kind, holder, key, fingerprint)
    await _require_organisation(desk, kind, row, former=None)
    await kind.follow(desk, row)
    return Written(row, remarks, is_new=True)


async def drafted(
    desk: Desk, kind: Kind, body: NewRecord, person: Owner | None, *, fingerprint: bytes | None = None
) -> tuple[Values, tuple[Remark, ...]]:
    """Let the rules judge a new record: the values of its row, sealed where they are so, and what to look at."""
    decision = await kind.decide(desk, Draft(body.id, body, person, None))
    act = desk.actor.act
    columns: dict[str, Any] = {
        **decision.columns,
        "id": body.id,
        "recorded_at": act.at,
        "changed_at": act.at,
        "changed_by": act.author,
        "fingerprint": fingerprint or fingerprint_of(desk, body),
    }
    if person is not None:
        columns |= {"person_id": person.id, "unit_id": person.unit_id}
    owner = None if person is None else person.id
    values = await desk.vault.sealed(kind.table, columns, person_id=owner, record_id=body.id)
    return values, (*decision.remarks, *_restriction(person))


async def change(desk: Desk, kind: Kind, key: Key, patch: In, precondition: Precondition) -> Written:
    """Apply a merge patch (RFC 7396) to the version that the caller has seen; rules judge the result."""
    fields = patch.model_dump(mode="json", exclude_unset=True)
    return await amend(desk, kind, key, precondition, lambda *_: fields)


async def amend(
    desk: Desk, kind: Kind, key: Key, precondition: Precondition, fields_for: Callable[[AnyRow, In], Mapping[str, Any]]
) -> Written:
    """Change fields of a record, as told from its row and its present body.

    What the same subject has already made so is answered as it is.
    """
    if desk.attempt.earlier is not None:
        return await again(desk, kind, key)
    person = None if key.person_id is None else await owner_of(desk, key.person_id)
    row = await _locked(desk, kind, key)
    precondition.exclude(row.version)
    if row.state is RecordState.VOIDED:
        raise RecordVoided
    present = kind.body.model_validate(await desk.vault.opened(row), from_attributes=True)
    if not precondition.holds(row.version) and row.changed_by != desk.actor.act.author:
        precondition.require(row.version)
    body = _merged(kind.body, present, fields_for(row, present))
    if body == present:
        return await _unchanged(desk, kind, row)
    precondition.require(row.version)
    decision = await kind.decide(desk, Draft(row.id, body, person, row))
    former = _organisation_of(kind, row)
    await _changed(desk, kind, key, row, decision.columns)
    await _require_organisation(desk, kind, row, former=former)
    await kind.follow(desk, row)
    return Written(row, (*decision.remarks, *_restriction(person or row)))


async def void(desk: Desk, kind: Kind, key: Key, reason: str, precondition: Precondition) -> Written:
    """Void a record: it is kept, and counts no more."""
    if desk.attempt.earlier is not None:
        return await again(desk, kind, key)
    person = None if key.person_id is None else await owner_of(desk, key.person_id)
    row = await _locked(desk, kind, key)
    precondition.exclude(row.version)
    if row.state is RecordState.VOIDED:
        shown = await desk.vault.opened(row)
        if row.changed_by == desk.actor.act.author and shown.void_reason == reason:
            return await _unchanged(desk, kind, row)
        raise RecordVoided
    precondition.require(row.version)
    await kind.review_void(desk, person, row)
    await _changed(desk, kind, key, row, {"state": RecordState.VOIDED, "void_reason": reason})
    if isinstance(row, PersonRow):
        await reach.withdraw(desk.session, person_id=key.id, record_id=None, today=desk.actor.today)
    await kind.follow(desk, row)
    return Written(row)


async def owner_of(desk: Desk, person_id: UUID) -> Owner:
    """Lock the person that a write belongs to; one who is absent, out of scope or voided takes no records."""
    held = await persons.hold(desk.session, (person_id,), scope=desk.actor.scope, today=desk.actor.today)
    if not held:
        raise await _absence_of(desk, person_id)
    (person,) = held
    if person.state is RecordState.VOIDED:
        raise RecordVoided
    return person


async def repeated(desk: Desk, kind: Kind, existing: Stub, key: Key, fingerprint: bytes) -> Written:
    """Answer a request whose id exists: the record if the body is the same, a conflict if not."""
    if existing.state is RecordState.ERASED:
        raise RecordErased
    if existing.fingerprint != fingerprint:
        raise RecordIdConflict(pointer="/id")
    return await _as_it_is(desk, kind, existing, key, desk.actor.act.with_known_content)


async def again(desk: Desk, kind: Kind, key: Key) -> Written:
    """Answer a request that was carried out before under its key, whatever became of the record since."""
    existing = await records.find(desk.session, kind.table, key)
    if existing is None:
        raise NotFound
    if existing.state is RecordState.ERASED:
        raise RecordErased
    return await _as_it_is(desk, kind, existing, key, desk.actor.act)


def named(desk: Desk, body: N, *, pointer: str = "/id") -> N:
    """Let the service name a record whose client did not: a retry finds it by the key of the request."""
    if "id" in body.model_fields_set:
        return body
    if not desk.attempt.has_key:
        raise IdempotencyKeyRequired(pointer=pointer)
    return body.model_copy(update={"id": body.id})


def fingerprint_of(desk: Desk, body: In) -> bytes:
    """Keyed fingerprint of what the client sent, independent of white space and order."""
    return desk.keys.fingerprint_of(body.model_dump_json(exclude_unset=True).encode())


async def _as_it_is(desk: Desk, kind: Kind, existing: Stub, key: Key, act: Act) -> Written:
    """Show a record as it is now, or its reference where it is voided or out of reach."""
    actor = desk.actor
    seen = await records.get(desk.session, kind.table, key, scope=actor.scope, today=actor.today)
    if seen is not None and seen.state is RecordState.ACTIVE:
        return await _unchanged(desk, kind, seen, act)
    owner = key.person_id or (key.id if kind.table is PersonRow else None)
    await trail.audit(
        desk.session,
        act.with_known_content,
        persons=() if owner is None else (owner,),
        entity=records.entity_of(kind.table),
        record_id=key.id,
    )
    return Written(existing, is_known=True)


async def _changed(desk: Desk, kind: Kind, key: Key, row: AnyRow, columns: Mapping[str, Any]) -> None:
    values = await desk.vault.sealed(kind.table, columns, person_id=key.person_id, record_id=key.id)
    await records.change(desk.session, row, values, desk.actor.act, groups=kind.groups, today=desk.actor.today)


async def _require_organisation(desk: Desk, kind: Kind, row: AnyRow, *, former: UUID | None) -> None:
    """Ask again, now that the row holds the organisation it names: one voided meanwhile can be seen, and none follows.

    The rules asked before, when it could still be voided: whoever voids one locks it, and then looks for such rows.
    """
    organisation_id = _organisation_of(kind, row)
    if organisation_id in {None, former}:
        return
    if not await organisations.exists_active(desk.session, organisation_id):
        raise OrganisationUnknown(pointer=f"/{kind.organisation_field}")


def _organisation_of(kind: Kind, row: AnyRow) -> UUID | None:
    return None if kind.organisation_field is None else getattr(row, kind.organisation_field)


def _restriction(owner: Owner | AnyRow | None) -> tuple[Remark, ...]:
    """Remind the writer that a person's data may only be worked with as far as the law demands it."""
    restricted = isinstance(owner, Owner | PersonRow) and owner.processing is Processing.RESTRICTED
    return (Remark("person_is_restricted"),) if restricted else ()


async def _unchanged(desk: Desk, kind: Kind, row: AnyRow, act: Act | None = None) -> Written:
    await records.note(desk.session, row, act or desk.actor.act, groups=kind.groups)
    return Written(row, is_known=True)


async def _locked(desk: Desk, kind: Kind, key: Key) -> AnyRow:
    if issubclass(kind.table, OwnOrganisation) and not isinstance(desk.actor.scope, OrganisationScope):
        await organisations.hold(desk.session, key.id)  # first, as whoever names it does: or each waits for the other
    row = await records.lock(desk.session, kind.table, key, scope=desk.actor.scope, today=desk.actor.today)
    if row is None:
        raise await _unwritable(desk, kind, key)
    if isinstance(row, OfUnit) and row.in_directory:
        require_units(desk.actor.scope, row.unit_id)
    return row


async def _unwritable(desk: Desk, kind: Kind, key: Key) -> DomainError:
    """Say why a record is not there to be written: also of a worker whom the caller sees, but another keeps."""
    table, actor = kind.table, desk.actor
    if table is PersonRow:
        return await _absence_of(desk, key.id)
    if not issubclass(table, OfUnit) or table.worker_column is None:
        return NotFound()
    seen = await records.get(desk.session, table, key, scope=actor.scope, today=actor.today)
    return NotFound() if seen is None else OrganisationNotGranted()


async def _absence_of(desk: Desk, person_id: UUID) -> DomainError:
    """Say why a person is not there: those who had them are told of a merge that took them away."""
    return PersonMerged() if await merges.took_away(desk.session, person_id, scope=desk.actor.scope) else NotFound()


def _merged(model: type[In], present: In, fields: Mapping[str, Any]) -> In:
    result = merge_patch.merged(present.model_dump(mode="json", exclude_none=True), fields)
    try:
        return model.model_validate(result)
    except ValidationError as error:
        located = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(located) from error
