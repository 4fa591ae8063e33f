"""Grants: administrators give and revoke them within their own reach."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response, status

from registry.api import problems
from registry.api.office import office_of
from registry.api.records.answers import GUARDED, Answers
from registry.api.records.desk import desk_for
from registry.api.records.flow import fingerprint_of
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.schemas import examples
from registry.api.schemas.fields import Line
from registry.api.schemas.grants import GrantIn, GrantOut, GrantPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Permission
from registry.usecases import grants
from registry.usecases.grants import NewGrant
from registry.usecases.office import Office

router = APIRouter(prefix="/v1/grants", tags=[Tag.ACCESS], route_class=StrictRoute)

AdministratorDesk = Annotated[Desk, Depends(desk_for(Permission.GRANT_MANAGE))]
GrantPath = Annotated[UUID, Path(description="The grant's id.")]

EXAMPLES: Any = {
    "commune_officer": {
        "summary": "An officer of a commune",
        "value": {
            "id": examples.GRANT,
            "subject": "officer-of-tuy-hoa",
            "role": "commune_officer",
            "unit_code": examples.UNIT_CODE,
        },
    }
}


_LOCATION = {"description": "Address of the grant.", "schema": {"type": "string", "maxLength": 300}}
_GIVEN: Answers = {
    200: {"description": "The grant was there already."},
    201: {"model": GrantOut, "description": "The grant was given.", "headers": {"Location": _LOCATION}},
}


class GrantKey(NamedTuple):
    """Where a page of grants begins."""

    id: UUID


@router.post(
    "",
    summary="Give a grant",
    responses=_GIVEN
    | problems.responses(
        *GUARDED,
        "unit_unknown",
        "unit_not_in_force",
        "unit_not_granted",
        "grant_target_wrong",
        "grant_to_oneself",
        "organisation_unknown",
        "dates_out_of_order",
        "record_id_conflict",
        body=True,
    ),
)
async def give_grant(
    body: Annotated[GrantIn, Body(openapi_examples=EXAMPLES)], response: Response, desk: AdministratorDesk
) -> GrantOut:
    """Give a role to the holder of a subject, within your own reach. It takes effect with the next request.

    Nobody gives themselves a grant (403 `grant_to_oneself`): another administrator does. Sending the same body again
    answers 200 with the grant as it is now, revoked or not; another body under the same id is refused (409).
    """
    completed = body.model_copy(update={"issuer": body.issuer or desk.actor.caller.issuer})
    office = office_of(desk)
    new = NewGrant(**completed.model_dump())
    row, is_new = await grants.give(office, new, fingerprint=fingerprint_of(desk, completed))
    if is_new:
        response.status_code = status.HTTP_201_CREATED
        response.headers["Location"] = f"/v1/grants/{row.id}"
    return _shown(office, row)


@router.get("", summary="List grants", responses=problems.responses(*GUARDED, "cursor_invalid"))
async def list_grants(
    listing: Annotated[Listing, Depends(listing_for(Permission.GRANT_MANAGE))],
    subject: Annotated[Line | None, Query(description="Only those of this subject.")] = None,
) -> GrantPage:
    """All grants within your reach, also those that are over, by id."""
    desk, paging = listing.desk, listing.paging
    office, after = office_of(desk), paging.after(GrantKey)
    rows = await grants.page(office, subject=subject, limit=paging.limit, after=after.id if after else None)
    page = paging.page(rows, key=lambda row: GrantKey(row.id))
    return GrantPage(items=[_shown(office, row) for row in page.items], next=page.next)


@router.get("/{id}", summary="Read a grant", responses=problems.responses(*GUARDED, "not_found"))
async def get_grant(id: GrantPath, desk: AdministratorDesk) -> GrantOut:  # noqa: A002 - the path's name
    """One grant within your reach, also when it is over."""
    office = office_of(desk)
    return _shown(office, await grants.read(office, id))


@router.post("/{id}/revoke", summary="Revoke a grant", responses=problems.responses(*GUARDED, "not_found"))
async def revoke_grant(id: GrantPath, desk: AdministratorDesk) -> GrantOut:  # noqa: A002 - the path's name
    """End a grant at once: the holder's next request no longer has it. A second time changes nothing."""
    office = office_of(desk)
    return _shown(office, await grants.revoke(office, id))


def _shown(office: Office, row: AccessGrantRow) -> GrantOut:
    return GrantOut.model_validate({**row.model_dump(), "continued": grants.is_continued(office, row)})
