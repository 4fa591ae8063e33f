"""Organisations: the directory of those who treat people."""

from typing import Annotated

from fastapi import Depends, Query

from registry.api import problems
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.records.answers import GUARDED
from registry.api.records.desk import units_of
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.router import Router
from registry.api.schemas.fields import UnitCode
from registry.api.schemas.situation import OrganisationPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages
from registry.db.pages import BY_NAME
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Permission
from registry.domain.organisation import OrganisationKind

router = Router(route_class=StrictRoute)


@router.get(
    "/v1/organisations",
    tags=[Tag.ORGANISATIONS],
    summary="List organisations",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_in_force", "cursor_invalid"),
)
async def list_organisations(
    listing: Annotated[Listing, Depends(listing_for(Permission.ORGANISATION_READ))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    kind: Annotated[OrganisationKind | None, Query(description="Only those of this kind.")] = None,
) -> OrganisationPage:
    """The directory of those who treat people, in Vietnamese order of their names. It holds no personal data."""
    window = listing.within(BY_NAME, None if unit is None else units_of(listing.desk, unit))
    rows = await pages.page(listing.desk.session, OrganisationRow, window, kind=kind)
    return listing.answer(OrganisationPage, window, rows)


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
