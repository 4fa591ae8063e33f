"""Routes that every kind of record has: create, read, change, void, former versions."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from registry.api import problems
from registry.api.notices import notice
from registry.api.records import flow
from registry.api.records.desk import desk_for
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.api.records.precondition import NeededPrecondition, OptionalPrecondition, etag
from registry.api.schemas.fields import In
from registry.api.schemas.records import NewRecord, RecordOut, RecordRef, VersionOut, VersionsOut, VoidIn
from registry.api.strict_json import StrictRoute
from registry.db import records, trail
from registry.db.records import AnyRow, Key
from registry.domain.errors import NotFound

PersonPath = Annotated[UUID, Path(description="The person's id.")]
RecordPath = Annotated[UUID, Path(description="The record's id.")]
ReadKey = Callable[..., Key]

GUARDED = ("unauthenticated", "token_invalid", "insufficient_scope", "officer_required", "grant_not_held")
"""What every operation that needs a permission may answer."""

ETAG: dict[str, Any] = {
    "ETag": {"description": "Entity tag of this version.", "schema": {"type": "string", "maxLength": 80}}
}


def key_of_person_record(person_id: PersonPath, id: RecordPath) -> Key:  # noqa: A002 - the path's name
    """Name a record under its person."""
    return Key(id, person_id)


def key_of_unit_record(id: RecordPath) -> Key:  # noqa: A002 - the path's name
    """Name a record that no person owns."""
    return Key(id)


def person_record_routes(kind: Kind, *refusals: str) -> APIRouter:
    """Make the routes of a kind of record that belongs to a person. `refusals` are the codes of its rules."""
    router = APIRouter(prefix=f"/v1/persons/{{person_id}}/{kind.collection}", tags=[kind.tag], route_class=StrictRoute)
    _add_create(router, kind, refusals, owned=True)
    _add_reading(router, kind, key_of_person_record)
    _add_changing(router, kind, key_of_person_record, refusals)
    return router


def unit_record_routes(kind: Kind, *refusals: str) -> APIRouter:
    """Make the routes of a kind of record that belongs to a unit."""
    router = APIRouter(prefix=f"/v1/{kind.collection}", tags=[kind.tag], route_class=StrictRoute)
    _add_create(router, kind, refusals, owned=False)
    _add_reading(router, kind, key_of_unit_record)
    _add_changing(router, kind, key_of_unit_record, refusals)
    return router


def present(response: Response, desk: Desk, kind: Kind, written: Written) -> RecordOut | RecordRef:
    """Answer a write: the record with what to look at, or its reference where the rest is not the caller's to see."""
    row = written.row
    response.headers["ETag"] = etag(row.version, kind.view)
    if written.is_new:
        response.status_code = status.HTTP_201_CREATED
        response.headers["Location"] = _location(kind, row)
    if not written.is_visible:
        return RecordRef.model_validate(row)
    warnings = [notice(remark.code, desk.language, pointer=remark.pointer) for remark in written.remarks]
    shown = kind.out.model_validate(row).model_dump()
    return kind.written.model_validate({**shown, "warnings": warnings})


def answers(kind: Kind, summary: str) -> dict[int | str, dict[str, Any]]:
    """Document the answers of a write that may create."""
    location = {"Location": {"description": "Address of the record.", "schema": {"type": "string", "maxLength": 300}}}
    return {
        200: {"model": kind.written | RecordRef, "description": f"{summary} was there already.", "headers": ETAG},
        201: {"model": kind.written, "description": f"{summary} was created.", "headers": ETAG | location},
    }


def typed(handler: Callable[..., Any], **types: Any) -> Callable[..., Any]:  # noqa: ANN401 - classes of bodies
    """Give a handler that serves every kind the body class of one kind, which FastAPI reads off its annotations."""
    handler.__annotations__.update(types)
    return handler


def examples_of(kind: Kind) -> dict[str, Any]:
    """The examples of a kind's first body, as the manual shows them."""
    return {name: {"summary": name, "value": dict(value)} for name, value in kind.examples.items()}


def _location(kind: Kind, row: AnyRow) -> str:
    person_id = getattr(row, "person_id", None)
    owner = "" if person_id is None else f"/persons/{person_id}"
    return f"/v1{owner}/{kind.collection}/{row.id}"


def _add_create(router: APIRouter, kind: Kind, refusals: tuple[str, ...], *, owned: bool) -> None:
    async def create_for_person(
        person_id: PersonPath, body: NewRecord, response: Response, desk: Desk = Depends(desk_for(kind.write))
    ) -> RecordOut | RecordRef:
        return present(response, desk, kind, await flow.create(desk, kind, body, person_id=person_id))

    async def create_for_unit(
        body: NewRecord, response: Response, desk: Desk = Depends(desk_for(kind.write))
    ) -> RecordOut | RecordRef:
        return present(response, desk, kind, await flow.create(desk, kind, body))

    body_type: Any = Annotated[kind.create, Body(openapi_examples=examples_of(kind))]
    router.add_api_route(
        "",
        typed(create_for_person if owned else create_for_unit, body=body_type),
        methods=["POST"],
        operation_id=f"create_{kind.singular}",
        summary=f"Record {_a(kind)}",
        description=f"{kind.about}\n\nThe client makes the id. Sending the same body again is always safe: the answer is "
        "200 with the record as it is now. Another body under the same id is refused (409).",
        status_code=status.HTTP_200_OK,
        response_model=kind.written | RecordRef,
        responses=answers(kind, kind.words.capitalize())
        | problems.responses(*GUARDED, "record_id_conflict", *(("record_voided",) if owned else ()), *refusals, body=True),
    )


def _add_reading(router: APIRouter, kind: Kind, read_key: ReadKey) -> None:
    async def read(response: Response, desk: Desk = Depends(desk_for(kind.read)), key: Key = Depends(read_key)) -> RecordOut:
        row = await _seen(desk, kind, key)
        response.headers["ETag"] = etag(row.version, kind.view)
        return kind.out.model_validate(row)

    async def list_versions(desk: Desk = Depends(desk_for(kind.read)), key: Key = Depends(read_key)) -> VersionsOut:
        await _seen(desk, kind, key)
        former = await records.versions(desk.session, kind.table, key)
        return VersionsOut(items=[VersionOut.model_validate(state) for state in former])

    router.add_api_route(
        "/{id}",
        read,
        methods=["GET"],
        operation_id=f"get_{kind.singular}",
        summary=f"Read {_a(kind)}",
        description=f"{kind.about}\n\nVoided records are shown with their state and reason.",
        response_model=kind.out,
        responses={200: {"headers": ETAG}} | problems.responses(*GUARDED, "not_found"),
    )
    router.add_api_route(
        "/{id}/versions",
        list_versions,
        methods=["GET"],
        operation_id=f"list_{kind.singular}_versions",
        summary=f"Read the former versions of {_a(kind)}",
        description="Every state that the record had before the present one, oldest first, with who changed it and when.",
        response_model=VersionsOut,
        responses=problems.responses(*GUARDED, "not_found"),
    )


def _add_changing(router: APIRouter, kind: Kind, read_key: ReadKey, refusals: tuple[str, ...]) -> None:
    async def change(
        body: In,
        response: Response,
        precondition: NeededPrecondition,
        desk: Desk = Depends(desk_for(kind.write)),
        key: Key = Depends(read_key),
    ) -> RecordOut | RecordRef:
        return present(response, desk, kind, await flow.change(desk, kind, key, body, precondition))

    async def void(
        body: VoidIn,
        response: Response,
        precondition: OptionalPrecondition,
        desk: Desk = Depends(desk_for(kind.write)),
        key: Key = Depends(read_key),
    ) -> RecordOut | RecordRef:
        return present(response, desk, kind, await flow.void(desk, kind, key, body.reason, precondition))

    router.add_api_route(
        "/{id}",
        typed(change, body=Annotated[kind.patch, Body(media_type="application/merge-patch+json")]),
        methods=["PATCH"],
        operation_id=f"change_{kind.singular}",
        summary=f"Correct {_a(kind)}",
        description="A merge patch (RFC 7396): fields that are absent stay, null takes a value away. Needs `If-Match` "
        "with the `ETag` of the version that you saw; the former version is kept. The same change sent again is answered 200.",
        response_model=kind.written,
        responses={200: {"headers": ETAG}}
        | problems.responses(
            *GUARDED, "not_found", "record_voided", "version_mismatch", "precondition_required", *refusals, body=True
        ),
    )
    router.add_api_route(
        "/{id}/void",
        void,
        methods=["POST"],
        operation_id=f"void_{kind.singular}",
        summary=f"Void {_a(kind)}",
        description="Takes a record that should never have been out of lists and figures, with a reason. It is kept, and "
        "can be read. `If-Match` is honoured where it is sent.",
        response_model=kind.written,
        responses={200: {"headers": ETAG}}
        | problems.responses(*GUARDED, "not_found", "record_voided", "version_mismatch", body=True),
    )


async def _seen(desk: Desk, kind: Kind, key: Key) -> AnyRow:
    actor = desk.actor
    row = await records.get(desk.session, kind.table, key, scope=actor.scope, today=actor.today)
    if row is None:
        raise NotFound
    persons = () if key.person_id is None else (key.person_id,)
    entity = records.entity_of(kind.table)
    await trail.audit(desk.session, actor.act, persons=persons, entity=entity, record_id=key.id, groups=kind.groups)
    return row


def _a(kind: Kind) -> str:
    return f"{'an' if kind.words[0] in 'aeiou' else 'a'} {kind.words}"
