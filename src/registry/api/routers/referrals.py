"""Services to which people are referred, the referrals of a person, and those to one service."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from registry.api import lines, problems
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.api.records.answers import GUARDED
from registry.api.records.desk import units_of
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import key_of, person_record_routes, unit_record_routes
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.referrals import (
    ReferralLine,
    ReferralLinePage,
    ReferralOut,
    SupportServicePage,
)
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages, records
from registry.db.pages import by_day
from registry.db.periods import holds
from registry.db.records import Key
from registry.db.tables.referrals import ReferralRow, SupportServiceRow
from registry.domain.access import FieldGroup
from registry.domain.errors import NotFound
from registry.domain.referral import ReferralStatus, ServiceKind

services = APIRouter(route_class=StrictRoute)
referrals = person_record_routes(
    REFERRALS,
    "organisation_unknown",
    "organisation_not_granted",
    "named_record_unknown",
    "service_not_offered",
    "referral_service_fixed",
    "referral_is_medical",
    "date_in_future",
    "dates_out_of_order",
    "referral_step_missing",
    "referral_steps_exclude",
    "referral_result_does_not_fit",
)


@services.get(
    "/v1/support-services",
    tags=[SERVICES.tag],
    summary="List services",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_in_force", "cursor_invalid"),
)
async def list_support_services(
    listing: Annotated[Listing, Depends(listing_for(SERVICES.read))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    kind: Annotated[ServiceKind | None, Query(description="Only those that do this.")] = None,
    on: Annotated[Day | None, Query(description="Only those offered on this day.")] = None,
) -> SupportServicePage:
    """The directory of services, whatever the reach: it holds no personal data, and people are referred far."""
    window = listing.within(by_day("from_on"), None if unit is None else units_of(listing.desk, unit))
    offered = () if on is None else (holds(SupportServiceRow, on=on),)
    rows = await pages.page(listing.desk.session, SupportServiceRow, window, *offered, kind=kind)
    return listing.answer(SupportServicePage, window, rows)


@services.get(
    "/v1/support-services/{id}/referrals",
    tags=[Tag.SUPPORT],
    summary="List the referrals to a service",
    responses=problems.responses(*GUARDED, "not_found", "cursor_invalid"),
)
async def list_referrals_to_service(
    listing: Annotated[Listing, Depends(listing_for(REFERRALS.read, FieldGroup.PERSON, *REFERRALS.groups))],
    key: Annotated[Key, Depends(key_of(SERVICES))],
    status: Annotated[ReferralStatus | None, Query(description="Only those that have come to this step.")] = None,
) -> ReferralLinePage:
    """The referrals of people within the caller's reach to one service, in Vietnamese order of the names.

    A point, a club or a team sees those that it made itself, of people whom it reaches.
    """
    session, actor = listing.desk.session, listing.desk.actor
    if await records.get(session, SupportServiceRow, key, scope=actor.scope, today=actor.today) is None:
        raise NotFound
    wanted = [col(ReferralRow.service_id) == key.id]
    if status is not None:
        wanted.append(col(ReferralRow.status) == status)
    shown = lines.written(await lines.page_of(listing, ReferralRow, *wanted), ReferralOut, ReferralLine)
    return ReferralLinePage(items=shown.items, next=shown.next)


services.include_router(
    unit_record_routes(
        SERVICES, "unit_unknown", "unit_not_in_force", "unit_not_granted", "dates_out_of_order", "service_kind_fixed"
    )
)
