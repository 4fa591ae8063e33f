"""Organisations: the directory of those who treat people."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, units_of
from registry.api.records.kind import Desk
from registry.api.records.routes import unit_record_routes
from registry.api.router import Router
from registry.api.schemas.fields import UnitCode
from registry.api.schemas.situation import OrganisationOut, OrganisationPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import organisations
from registry.domain.access import Permission
from registry.domain.organisation import OrganisationKind

router = Router(route_class=StrictRoute)


class OrganisationKey(NamedTuple):
    """Where a page of organisations begins."""

    sort_key: str
    id: UUID


@router.get(
    "/v1/organisations",
    tags=[Tag.ORGANISATIONS],
    summary="List organisations",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_in_force", "cursor_invalid"),
)
async def list_organisations(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.ORGANISATION_READ))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    kind: Annotated[OrganisationKind | None, Query(description="Only those of this kind.")] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> OrganisationPage:
    """The directory of those who treat people, in Vietnamese order of their names. It holds no personal data."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await organisations.page(
        desk.session,
        units=None if unit is None else units_of(desk, unit),
        kind=kind,
        limit=paging.limit,
        after=paging.after(OrganisationKey),
    )
    page = paging.page(rows, key=lambda row: OrganisationKey(row.sort_key, row.id))
    return OrganisationPage(items=[OrganisationOut.model_validate(row) for row in page.items], next=page.next)


router.include_router(
    unit_record_routes(
        ORGANISATIONS,
        "unit_unknown",
        "unit_not_in_force",
        "unit_not_granted",
        "organisation_code_taken",
        "organisation_kept_elsewhere",
        "dates_out_of_order",
    )
)
