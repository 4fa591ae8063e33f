"""Memberships of people on file in clubs, who belongs to a club, and how long they have lived without relapse."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from registry.api import lines, problems
from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.pagination import Slice
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import key_of, person_record_routes
from registry.api.schemas.fields import Day
from registry.api.schemas.memberships import (
    CleanTimeLine,
    CleanTimeLinePage,
    MembershipLine,
    MembershipLinePage,
    MembershipOut,
)
from registry.api.strict_json import StrictRoute
from registry.db import clubs, records
from registry.db.records import Key
from registry.db.tables.clubs import ClubRow, MembershipRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.club import CleanTime
from registry.domain.errors import NotFound

ClubKey = Annotated[Key, Depends(key_of(CLUBS))]
On = Annotated[Day | None, Query(description="The day to look at; today without it.")]

router = APIRouter(route_class=StrictRoute, tags=[MEMBERSHIPS.tag])
_LISTED = problems.responses(*GUARDED, "not_found", "cursor_invalid")
of_person = person_record_routes(
    MEMBERSHIPS,
    *("organisation_unknown", "organisation_not_granted", "dates_out_of_order", "person_restricted"),
    "membership_already_open",
)


@router.get("/v1/clubs/{id}/memberships", summary="List the members of a club who are on file", responses=_LISTED)
async def list_memberships_of_club(
    listing: Annotated[Listing, Depends(listing_for(MEMBERSHIPS.read, FieldGroup.PERSON, *MEMBERSHIPS.groups))],
    key: ClubKey,
    on: On = None,
) -> MembershipLinePage:
    """Who on file is a member of a club on a day, within the caller's reach, in Vietnamese order of the names.

    Members who are not on file are numbers of the club. People whose processing is restricted are left out, but for
    the club itself.
    """
    page = await _members(listing, key, on or listing.desk.actor.today)
    return MembershipLinePage(items=page.items, next=page.next)


@router.get(
    "/v1/clubs/{id}/times-without-relapse",
    summary="List how long the members of a club have lived without relapse",
    responses=_LISTED,
)
async def list_times_without_relapse(
    listing: Annotated[
        Listing,
        Depends(
            listing_for(
                Permission.TREATMENT_READ,
                *(FieldGroup.PERSON, FieldGroup.SUPPORT, FieldGroup.TREATMENT, FieldGroup.HEALTH),
            )
        ),
    ],
    key: ClubKey,
    on: On = None,
) -> CleanTimeLinePage:
    """The members of a club on a day, each with the days since they completed a course last, or until they relapsed.

    Nobody types it: it is read off completed courses and determinations of addiction, of the person and of who was
    merged with them. Without a completed course it is unknown (null). Only who may see treatment sees it: the club
    itself does not.
    """
    actor, session = listing.desk.actor, listing.desk.session
    day = on or actor.today
    page = await _members(listing, key, day)
    people = {line.person_id for line in page.items}
    times = await clubs.clean_times(session, people, on=day, scope=actor.scope, today=actor.today)
    return CleanTimeLinePage(items=[_timed(line, times[line.person_id]) for line in page.items], next=page.next)


async def _members(listing: Listing, key: Key, on: date) -> Slice[MembershipLine]:
    actor = listing.desk.actor
    club = await records.get(listing.desk.session, ClubRow, key, scope=actor.scope, today=actor.today)
    if club is None:
        raise NotFound
    page = await lines.page_of(listing, MembershipRow, clubs.members_of(club.id, on=on))
    return lines.written(page, MembershipOut, MembershipLine)


def _timed(line: MembershipLine, time: CleanTime | None) -> CleanTimeLine:
    return CleanTimeLine(
        **line.model_dump(),
        completed_on=None if time is None else time.completed_on,
        relapsed_on=None if time is None else time.relapsed_on,
        days_without_relapse=None if time is None else time.days,
    )
