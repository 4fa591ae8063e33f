"""Services to which people are referred, the referrals of a person, and those across people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from registry.api import lines, problems
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.api.records.answers import GUARDED
from registry.api.records.desk import reach_of, units_of
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import key_of, person_record_routes, unit_record_routes
from registry.api.routers.lists import Unit
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

Asked = Annotated[Listing, Depends(listing_for(REFERRALS.read, FieldGroup.PERSON, *REFERRALS.groups))]
Step = Annotated[ReferralStatus | None, Query(description="Only those that have come to this step.")]

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
    listing: Asked,
    key: Annotated[Key, Depends(key_of(SERVICES))],
    status: Step = None,
) -> ReferralLinePage:
    """The referrals of people within the caller's reach to one service, in Vietnamese order of the names.

    A point, a club or a team sees those that it made itself, of people whom it reaches.
    """
    session, actor = listing.desk.session, listing.desk.actor
    if await records.get(session, SupportServiceRow, key, scope=actor.scope, today=actor.today) is None:
        raise NotFound
    return await _lines(listing, service_id=key.id, status=status)


@services.get(
    "/v1/referrals",
    tags=[Tag.LISTS],
    summary="List referrals across people",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_referrals(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Annotated[UUID | None, Query(description="Only those that this point, club or team made.")] = None,
    service_id: Annotated[UUID | None, Query(description="Only those to this service.")] = None,
    status: Step = None,
) -> ReferralLinePage:
    """Referrals of people within the caller's reach, each with the person, in Vietnamese order of the names.

    `status=made` is what waits for an answer. A point, a club or a team sees those that it made itself, of people
    whom it reaches.
    """
    units = None if unit is None else reach_of(listing.desk, unit)
    return await _lines(listing, units=units, organisation_id=organisation_id, service_id=service_id, status=status)


async def _lines(listing: Listing, *, units: tuple[int, ...] | None = None, **wanted: object) -> ReferralLinePage:
    conditions = [col(getattr(ReferralRow, name)) == value for name, value in wanted.items() if value is not None]
    page = await lines.page_of(listing, ReferralRow, *conditions, units=units)
    shown = lines.written(page, ReferralOut, ReferralLine)
    return ReferralLinePage(items=shown.items, next=shown.next)


services.include_router(
    unit_record_routes(
        SERVICES, "unit_unknown", "unit_not_in_force", "unit_not_granted", "dates_out_of_order", "service_kind_fixed"
    )
)
