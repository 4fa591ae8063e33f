"""Finding people, and line lists across people."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple, TypeVar
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response
from sqlalchemy import ColumnElement
from sqlmodel import col

from registry.api import lines, problems
from registry.api.kinds.aftercare import AFTERCARES
from registry.api.lines import LineKey
from registry.api.pagination import (
    DEFAULT_LIMIT,
    CursorParameter,
    LimitParameter,
    Paging,
    Slice,
    list_paging,
    search_paging,
)
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, narrowed, reach_of
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.router import Router
from registry.api.schemas.aftercare import AftercareOut
from registry.api.schemas.cases import EpisodeOut, FileOut
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.lists import (
    AftercareLine,
    AftercareLinePage,
    EpisodeLine,
    EpisodeLinePage,
    FileLine,
    FileLinePage,
    PersonBrief,
    PersonFoundPage,
    PersonPage,
    PersonSearchIn,
)
from registry.api.schemas.persons import PersonOut, ReachedPersonOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import line_lists, persons, trail
from registry.db.line_lists import LineStatus
from registry.db.persons import PersonFilter
from registry.db.tables.aftercare import AftercareRow
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import FieldGroup, OrganisationScope, Permission
from registry.domain.aftercare import AftercarePlace
from registry.domain.episode import LegalBasis, Modality
from registry.domain.management import FileCategory
from registry.domain.person import DocumentType, normalise_number

R = TypeVar("R", EpisodeRow, ManagementFileRow, AftercareRow)

router = Router(tags=[Tag.LISTS], route_class=StrictRoute)

_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")
_SEARCHED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid", body=True)

Unit = Annotated[
    UnitCode | None,
    Query(description="Only people for whom this unit is in charge, by its code today or its last one."),
]
On = Annotated[Day | None, Query(description="The day that the list tells of; today without it.")]
Status = Annotated[
    LineStatus | None,
    Query(description="`open`: begun and not ended on the day; `ended`: ended by then; both without it."),
]


class NameKey(NamedTuple):
    """Where a page of people begins."""

    sort_key: str
    id: UUID


@router.post("/v1/persons/search", summary="Find people", responses=_SEARCHED)
async def search_persons(
    request: Request,
    body: Annotated[
        PersonSearchIn,
        Body(openapi_examples={"by_name": {"summary": "By words of the name", "value": {"name": "nguyen mau"}}}),
    ],
    desk: Annotated[
        Desk,
        Depends(
            desk_for(
                Permission.PERSON_READ,
                FieldGroup.PERSON,
                filters={"category": FieldGroup.FILE, "identity_number": FieldGroup.IDENTITY},
            )
        ),
    ],
) -> PersonFoundPage:
    """Find people within the caller's reach by name, year of birth, commune, category or identity number.

    A search is a POST because names and numbers never stand in an address. Voided and merged people are
    not found. Every page is written to the audit log with the people it showed.
    """
    desk = await narrowed(desk, request, category=body.category, identity_number=body.identity_number)
    paging = search_paging(request, body, subject=desk.actor.subject)
    numbers = () if body.identity_number is None else _number_indexes(desk, body.identity_number)
    wanted = PersonFilter(
        name=body.name,
        birth_year=body.birth_year,
        units=None if body.unit_code is None else frozenset(reach_of(desk, body.unit_code, pointer="/unit_code")),
        category=body.category,
        number_indexes=numbers,
    )
    page = await _people(desk, paging, wanted)
    return PersonFoundPage(items=await _shown(desk, page.items), next_cursor=page.next)


@router.get("/v1/persons", summary="List people", responses=_LISTED)
async def list_persons(
    request: Request,
    response: Response,
    desk: Annotated[
        Desk, Depends(desk_for(Permission.PERSON_READ, FieldGroup.PERSON, filters={"category": FieldGroup.FILE}))
    ],
    unit: Unit = None,
    category: Annotated[FileCategory | None, Query(description="Only those on file today in this category.")] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> PersonPage:
    """The people within the caller's reach, in Vietnamese order of their names: given name, then family name."""
    desk = await narrowed(desk, request, category=category)
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    wanted = PersonFilter(units=None if unit is None else frozenset(reach_of(desk, unit)), category=category)
    page = await _people(desk, paging, wanted)
    return PersonPage(items=await _shown(desk, page.items), next=page.next)


@router.get("/v1/episodes", summary="List episodes across people", responses=_LISTED)
async def list_episodes(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.TREATMENT_READ, FieldGroup.PERSON, FieldGroup.TREATMENT))],
    unit: Unit = None,
    modality: Annotated[Modality | None, Query(description="Only this modality.")] = None,
    legal_basis: Annotated[LegalBasis | None, Query(description="Only this legal basis.")] = None,
    status: Status = None,
    on: On = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> EpisodeLinePage:
    """Episodes that were registered by a day, each with the person, in Vietnamese order of the names.

    A facility sees the episodes of its own patients only. `status` is the state on the day `on`, whatever
    happened later.
    """
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    conditions = []
    if modality is not None:
        conditions.append(col(EpisodeRow.modality) == modality)
    if legal_basis is not None:
        conditions.append(col(EpisodeRow.legal_basis) == legal_basis)
    page = await _lines(desk, paging, EpisodeRow, *conditions, status=status, on=on, unit=unit)
    shown = lines.written(page, EpisodeOut, EpisodeLine)
    return EpisodeLinePage(items=shown.items, next=shown.next)


@router.get("/v1/files", summary="List management files across people", responses=_LISTED)
async def list_files(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.FILE_READ, FieldGroup.PERSON, FieldGroup.FILE))],
    unit: Unit = None,
    category: Annotated[FileCategory | None, Query(description="Only this category.")] = None,
    status: Status = None,
    on: On = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> FileLinePage:
    """Management files that were open by a day, each with the person, in Vietnamese order of the names.

    `status` is the state on the day `on`, whatever happened later.
    """
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    conditions = [] if category is None else [col(ManagementFileRow.category) == category]
    page = await _lines(desk, paging, ManagementFileRow, *conditions, status=status, on=on, unit=unit)
    shown = lines.written(page, FileOut, FileLine)
    return FileLinePage(items=shown.items, next=shown.next)


@router.get("/v1/aftercares", summary="List terms of aftercare across people", responses=_LISTED)
async def list_aftercares(
    listing: Annotated[Listing, Depends(listing_for(AFTERCARES.read, FieldGroup.PERSON, *AFTERCARES.groups))],
    unit: Unit = None,
    place: Annotated[AftercarePlace | None, Query(description="Only at this place.")] = None,
    status: Status = None,
    on: On = None,
) -> AftercareLinePage:
    """Terms of aftercare that had begun by a day, each with the person, in Vietnamese order of the names.

    `status` is the state on the day `on`, whatever happened later. A term that is over (`to_on`) and that nobody has
    ended is still open: it waits for the certificate of its end.
    """
    conditions = [] if place is None else [col(AftercareRow.place) == place]
    page = await _lines(listing.desk, listing.paging, AftercareRow, *conditions, status=status, on=on, unit=unit)
    shown = lines.written(page, AftercareOut, AftercareLine)
    return AftercareLinePage(items=shown.items, next=shown.next)


async def _people(desk: Desk, paging: Paging, wanted: PersonFilter) -> Slice[PersonRow]:
    actor = desk.actor
    rows = await persons.page(
        desk.session, wanted, scope=actor.scope, today=actor.today, limit=paging.limit, after=paging.after(NameKey)
    )
    page = paging.page(rows, key=lambda row: NameKey(row.sort_key, row.id))
    shown = [row.id for row in page.items]
    await trail.audit(desk.session, actor.act, persons=shown, entity="person", groups=desk.access.shows)
    return page


async def _shown(desk: Desk, rows: Sequence[PersonRow]) -> list[PersonOut | ReachedPersonOut]:
    view = ReachedPersonOut if isinstance(desk.actor.scope, OrganisationScope) else PersonOut
    return [view.model_validate(row) for row in await desk.vault.opened_all(rows)]


def _number_indexes(desk: Desk, number: str) -> tuple[bytes, ...]:
    """Index a number under every type of document: the caller need not know which one it is."""
    return desk.key_ring.indexes(DocumentType, normalise_number(number))


async def _lines(
    desk: Desk,
    paging: Paging,
    table: type[R],
    *conditions: ColumnElement[bool],
    status: LineStatus | None,
    on: date | None,
    unit: str | None,
) -> Slice[tuple[Any, PersonBrief]]:
    """Load a page of records with their people, audited and opened."""
    rows = await line_lists.page(
        desk.session,
        table,
        *conditions,
        status=status,
        on=on or desk.actor.today,
        units=None if unit is None else reach_of(desk, unit),
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(LineKey),
    )
    return await lines.shown(desk, paging, table, rows)
