"""Routes that every kind of record has: create, list, read, change, void, former versions."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from registry.api import problems
from registry.api.emergency.admission import desk_for_one_person
from registry.api.pagination import Page
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, PersonPath, answers, examples_of, patch_body, present, typed
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk, Kind
from registry.api.records.listing import Listing, listing_at
from registry.api.records.precondition import NeededPrecondition, OptionalPrecondition, etag
from registry.api.router import Router
from registry.api.schemas.fields import In
from registry.api.schemas.records import NewRecord, RecordOut, RecordRef, VersionOut, VersionsOut, VoidIn
from registry.api.strict_json import StrictRoute
from registry.db import history, pages, records, trail
from registry.db.pages import by_day
from registry.db.records import AnyRow, Key
from registry.db.tables.columns import OfPerson
from registry.db.tables.persons import PersonRow
from registry.domain.emergency import EVER_OPENED
from registry.domain.errors import NotFound

ReadKey = Callable[..., Awaitable[Key]]

_CORRECTED = (
    "A merge patch (RFC 7396): fields that are absent stay, null takes a value away. Needs `If-Match` with the `ETag` "
    "of the version that you saw; the former version is kept. The same change sent again is answered 200."
)
_NEVER_CORRECTED = (
    "**Refused (409), whatever is changed:** a record of this kind stays as it was signed. Void it, and make it anew."
)


def key_of(kind: Kind) -> ReadKey:
    """Make the dependency that reads a record's name off the path: its id, under its person where it has one."""
    record_path = Path(description="The record's id.", examples=[kind.example_id])

    async def of_person(person_id: PersonPath, id: UUID = record_path) -> Key:  # noqa: A002 - the path's name
        return Key(id, person_id)

    async def of_unit(id: UUID = record_path) -> Key:  # noqa: A002 - the path's name
        return Key(id)

    return of_person if issubclass(kind.table, OfPerson) else of_unit


def person_record_routes(kind: Kind, *refusals: str) -> APIRouter:
    """Make the routes of a kind of record that belongs to a person. `refusals` are the codes of its rules."""
    router = Router(
        prefix=f"/v1/persons/{{person_id:uuid}}/{kind.collection}", tags=[kind.tag], route_class=StrictRoute
    )
    _add_create(router, kind, refusals, owned=True)
    _add_list(router, kind)
    _add_reading(router, kind)
    _add_changing(router, kind, refusals)
    return router


def unit_record_routes(kind: Kind, *refusals: str, is_created_apart: bool = False) -> APIRouter:
    """Make the routes of a kind of record that belongs to a unit, but for the creation where it has one of its own."""
    router = Router(prefix=f"/v1/{kind.collection}", tags=[kind.tag], route_class=StrictRoute)
    if not is_created_apart:
        _add_create(router, kind, refusals, owned=False)
    _add_reading(router, kind)
    _add_changing(router, kind, refusals)
    return router


def absences(kind: Kind) -> tuple[str, ...]:
    """Name how a record may be absent: a writer is told of a person who was erased, so as not to send again."""
    return ("not_found", "erased") if issubclass(kind.table, OfPerson) else ("not_found",)


async def former_versions(desk: Desk, kind: Kind, key: Key) -> VersionsOut:
    """Answer with the former states of a record that the caller has been found to see."""
    former = await history.of_record(desk.session, kind.table, key)
    shown = await desk.vault.opened_states(former, person_id=key.person_id)
    return VersionsOut(items=[VersionOut.model_validate(state) for state in shown])


def _add_create(router: APIRouter, kind: Kind, refusals: tuple[str, ...], *, owned: bool) -> None:
    async def create_for_person(
        person_id: PersonPath,
        body: NewRecord,
        response: Response,
        desk: Desk = Depends(desk_for(kind.write, *kind.groups)),
    ) -> RecordOut | RecordRef:
        return await present(response, desk, kind, await flow.create(desk, kind, body, person_id=person_id))

    async def create_for_unit(
        body: NewRecord, response: Response, desk: Desk = Depends(desk_for(kind.write, *kind.groups))
    ) -> RecordOut | RecordRef:
        return await present(response, desk, kind, await flow.create(desk, kind, body))

    body_type: Any = Annotated[kind.create, Body(openapi_examples=examples_of(kind))]
    router.add_api_route(
        "",
        typed(create_for_person if owned else create_for_unit, body=body_type),
        methods=["POST"],
        operation_id=f"create_{kind.singular}",
        summary=f"Record {_a(kind)}",
        description=f"{kind.about}\n\nThe client makes the id. Sending the same body again is always safe: the "
        "answer is 200 with the record as it is now. Another body under the same id is refused (409). A body without "
        "an id needs an `Idempotency-Key`.",
        status_code=status.HTTP_200_OK,
        response_model=kind.answer,
        responses=answers(kind, kind.words.capitalize())
        | problems.responses(
            *GUARDED,
            "record_id_conflict",
            "idempotency_key_required",
            *(("not_found", "erased", "record_voided") if owned else ()),
            *refusals,
            body=True,
        ),
    )


def _add_list(router: APIRouter, kind: Kind) -> None:
    order, read_listing = by_day(kind.dated_by), listing_at(_desk_to_read(kind))

    async def list_of_person(person_id: PersonPath, listing: Listing = Depends(read_listing)) -> Page[RecordOut]:
        desk, actor = listing.desk, listing.desk.actor
        owner = await records.get(desk.session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
        if owner is None:
            raise NotFound
        window = listing.by(order)
        page = listing.cut(window, await pages.page(desk.session, kind.table, window, person_id=person_id))
        shown = await desk.vault.opened_all(page.items)
        entity = records.entity_of(kind.table)
        await trail.audit(desk.session, actor.act, persons=(person_id,), entity=entity, groups=kind.groups)
        return kind.page.model_validate({"items": shown, "next": page.next})

    router.add_api_route(
        "",
        list_of_person,
        methods=["GET"],
        operation_id=f"list_{kind.singular}s_of_person",
        summary=f"List a person's records: {kind.words}",
        description=f"One person's records of this kind, the oldest first, voided ones left out.\n\n{kind.about}",
        response_model=kind.page,
        responses=problems.responses(*GUARDED, "not_found", "emergency_access_not_valid", "cursor_invalid"),
    )


def _add_reading(router: APIRouter, kind: Kind) -> None:
    read_key, read_desk = key_of(kind), _desk_to_read(kind)

    async def read(response: Response, desk: Desk = Depends(read_desk), key: Key = Depends(read_key)) -> RecordOut:
        row = await _seen(desk, kind, key)
        response.headers["ETag"] = etag(row.version, kind.view)
        return kind.out.model_validate(await desk.vault.opened(row))

    async def list_versions(
        desk: Desk = Depends(desk_for(kind.read, *kind.groups)), key: Key = Depends(read_key)
    ) -> VersionsOut:
        await _seen(desk, kind, key)
        return await former_versions(desk, kind, key)

    router.add_api_route(
        "/{id}",
        read,
        methods=["GET"],
        operation_id=f"get_{kind.singular}",
        summary=f"Read {_a(kind)}",
        description=f"{kind.about}\n\nVoided records are shown with their state and reason.",
        response_model=kind.out,
        responses=TAGGED | problems.responses(*GUARDED, "not_found", "emergency_access_not_valid"),
    )
    router.add_api_route(
        "/{id}/versions",
        list_versions,
        methods=["GET"],
        operation_id=f"list_{kind.singular}_versions",
        summary=f"Read the former versions of {_a(kind)}",
        description="Every state that the record had before the present one, oldest first, and who made it when.",
        response_model=VersionsOut,
        responses=problems.responses(*GUARDED, "not_found"),
    )


def _add_changing(router: APIRouter, kind: Kind, refusals: tuple[str, ...]) -> None:
    read_key = key_of(kind)

    async def change(
        body: In,
        response: Response,
        precondition: NeededPrecondition,
        desk: Desk = Depends(desk_for(kind.write, *kind.groups)),
        key: Key = Depends(read_key),
    ) -> RecordOut | RecordRef:
        return await present(response, desk, kind, await flow.change(desk, kind, key, body, precondition))

    async def void(
        body: VoidIn,
        response: Response,
        precondition: OptionalPrecondition,
        desk: Desk = Depends(desk_for(kind.write, *kind.groups)),
        key: Key = Depends(read_key),
    ) -> RecordOut | RecordRef:
        return await present(response, desk, kind, await flow.void(desk, kind, key, body.reason, precondition))

    router.add_api_route(
        "/{id}",
        typed(change, body=Annotated[kind.patch, patch_body(kind)]),
        methods=["PATCH"],
        operation_id=f"change_{kind.singular}",
        summary=f"Correct {_a(kind)}",
        description=_CORRECTED if kind.is_corrected else _NEVER_CORRECTED,
        response_model=kind.answer,
        responses=TAGGED
        | problems.responses(
            *GUARDED,
            *absences(kind),
            "record_voided",
            "version_mismatch",
            "precondition_required",
            *refusals,
            body=True,
        ),
    )
    router.add_api_route(
        "/{id}/void",
        void,
        methods=["POST"],
        operation_id=f"void_{kind.singular}",
        summary=f"Void {_a(kind)}",
        description="Takes a record that should never have been out of lists and figures, with a reason. It is kept, "
        "and can be read. `If-Match` is honoured where it is sent.",
        response_model=kind.answer,
        responses=TAGGED
        | problems.responses(
            *GUARDED, *absences(kind), "record_voided", "version_mismatch", *kind.void_refusals, body=True
        ),
    )


def _desk_to_read(kind: Kind) -> Callable[..., Awaitable[Desk]]:
    is_opened = kind.in_emergency and issubclass(kind.table, OfPerson) and EVER_OPENED.issuperset(kind.groups)
    return (desk_for_one_person if is_opened else desk_for)(kind.read, *kind.groups)


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
