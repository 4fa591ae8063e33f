"""People: create, read, correct, void; who is responsible for them."""

from typing import Annotated

from fastapi import Body, Depends, Response, status

from registry.api import problems
from registry.api.emergency.admission import desk_for_one_person
from registry.api.export import responsibility_out
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.persons import create_person as create
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, PersonPath, answers, examples_of, patch_body, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.precondition import NeededPrecondition, OptionalPrecondition, etag
from registry.api.records.routes import former_versions
from registry.api.router import Router
from registry.api.schemas.persons import PersonIn, PersonOut, ReachedPersonOut, ResponsibilitiesOut
from registry.api.schemas.records import RecordOut, RecordRef, VersionsOut, VoidIn
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import persons, records, trail
from registry.db.records import Key
from registry.db.tables.persons import PersonRow
from registry.domain.access import FieldGroup, OrganisationScope, Permission, PersonScope, UnitScope
from registry.domain.errors import NotFound

router = Router(prefix="/v1/persons", tags=[Tag.PERSONS], route_class=StrictRoute)

Reading = Annotated[Desk, Depends(desk_for(PERSONS.read, *PERSONS.groups))]
ReadingOne = Annotated[Desk, Depends(desk_for_one_person(PERSONS.read, *PERSONS.groups))]
Writing = Annotated[Desk, Depends(desk_for(PERSONS.write, *PERSONS.groups))]


async def seen_person(desk: Desk, key: Key) -> PersonRow:
    """Load a person within reach and leave the trace of who looked."""
    actor = desk.actor
    row = await records.get(desk.session, PersonRow, key, scope=actor.scope, today=actor.today)
    if row is None:
        raise NotFound
    await trail.audit(
        desk.session, actor.act, persons=(key.id,), entity="person", record_id=key.id, groups=desk.access.shows
    )
    return row


@router.post(
    "",
    summary="Record a person",
    status_code=status.HTTP_200_OK,
    response_model=PERSONS.answer,
    responses=answers(PERSONS, "Person")
    | problems.responses(
        *GUARDED,
        "record_id_conflict",
        "idempotency_key_required",
        "erased",
        "unit_unknown",
        "unit_not_in_force",
        "unit_not_granted",
        "date_in_future",
        "dates_out_of_order",
        body=True,
    ),
)
async def create_person(
    body: Annotated[PersonIn, Body(openapi_examples=examples_of(PERSONS))], response: Response, desk: Writing
) -> RecordOut | RecordRef:
    """Create a person together with the first residence, whose commune becomes responsible.

    Nothing but a name and a residence is required: papers are often missing. `residence.unit_code` is
    read on the map of `residence.from_on`; a commune that did not exist on that day is refused, and the
    refusal names its periods and successors. The client makes both ids. Sending the same body again is
    always safe: the answer is 200 with the person as recorded now. A body without ids needs an
    `Idempotency-Key`.
    """
    return await present(response, desk, PERSONS, await create(desk, body))


@router.get(
    "/{person_id:uuid}",
    summary="Read a person",
    response_model=PersonOut | ReachedPersonOut,
    responses=TAGGED | problems.responses(*GUARDED, "not_found", "emergency_access_not_valid"),
)
async def get_person(person_id: PersonPath, response: Response, desk: ReadingOne) -> PersonOut | ReachedPersonOut:
    """Read one person.

    An officer of a commune or province sees the person's own fields; an organisation sees the name, the
    year of birth and the phone of people whom it treats. Everything else about the person has routes of
    its own below this one. Each reading is written to the audit log.
    """
    row = await seen_person(desk, Key(person_id))
    shown = await desk.vault.opened(row)
    match desk.actor.scope:
        case OrganisationScope():
            response.headers["ETag"] = etag(row.version, "reached")
            return ReachedPersonOut.model_validate(shown)
        case UnitScope() | PersonScope():
            response.headers["ETag"] = etag(row.version, PERSONS.view)
            return PersonOut.model_validate(shown)


@router.patch(
    "/{person_id:uuid}",
    summary="Correct a person",
    response_model=PERSONS.answer,
    responses=TAGGED
    | problems.responses(
        *GUARDED,
        "not_found",
        "erased",
        "record_voided",
        "version_mismatch",
        "precondition_required",
        "date_in_future",
        body=True,
    ),
)
async def change_person(
    person_id: PersonPath,
    body: Annotated[PERSONS.patch, patch_body(PERSONS)],  # type: ignore[name-defined]  # made from PersonBody
    response: Response,
    desk: Writing,
    precondition: NeededPrecondition,
) -> RecordOut | RecordRef:
    """Correct a person's own fields by a merge patch (RFC 7396): what is absent stays, null takes a value away.

    Needs `If-Match` with the `ETag` of the version that you saw. The former version is kept. The
    residence is not changed here; post another one, or correct the record.
    """
    written = await flow.change(desk, PERSONS, Key(person_id), body, precondition)
    return await present(response, desk, PERSONS, written)


@router.post(
    "/{person_id:uuid}/void",
    summary="Void a person",
    response_model=PERSONS.answer,
    responses=TAGGED
    | problems.responses(*GUARDED, "not_found", "erased", "record_voided", "version_mismatch", body=True),
)
async def void_person(
    person_id: PersonPath, body: VoidIn, response: Response, desk: Writing, precondition: OptionalPrecondition
) -> RecordOut | RecordRef:
    """Take a person who should never have been recorded out of lists and figures, with all that belongs to them.

    The record is kept and can be read. `If-Match` is honoured where it is sent.
    """
    written = await flow.void(desk, PERSONS, Key(person_id), body.reason, precondition)
    return await present(response, desk, PERSONS, written)


@router.get(
    "/{person_id:uuid}/versions",
    summary="Read the former versions of a person",
    responses=problems.responses(*GUARDED, "not_found"),
)
async def list_person_versions(
    person_id: PersonPath, desk: Annotated[Desk, Depends(desk_for(Permission.RESIDENCE_READ, FieldGroup.PERSON))]
) -> VersionsOut:
    """Every state that the person's record had before the present one, oldest first."""
    await seen_person(desk, Key(person_id))
    return await former_versions(desk, PERSONS, Key(person_id))


@router.get(
    "/{person_id:uuid}/responsibilities",
    summary="Read who is responsible for a person",
    responses=problems.responses(*GUARDED, "not_found", "emergency_access_not_valid"),
)
async def list_responsibilities(
    person_id: PersonPath,
    desk: Annotated[Desk, Depends(desk_for_one_person(Permission.RESIDENCE_READ, FieldGroup.RESIDENCE))],
) -> ResponsibilitiesOut:
    """The units responsible for the person, each in its period, oldest first.

    Figures count a person by the unit that was responsible on the day. A unit that ended in a change
    of the map is followed to its successor; it is named here as it was on the first day.
    """
    await seen_person(desk, Key(person_id))
    rows = await persons.responsibilities(desk.session, person_id)
    return ResponsibilitiesOut(items=[responsibility_out(desk, row) for row in rows])
