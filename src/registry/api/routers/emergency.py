"""Emergency accesses: to look at one person whom no grant reaches, when it cannot wait."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from registry.api import problems
from registry.api.emergency import opening
from registry.api.records.answers import GUARDED, Answers
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.schemas import examples
from registry.api.schemas.emergency import EmergencyAccessIn, EmergencyAccessOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import emergency
from registry.db.tables.emergency import EmergencyAccessRow
from registry.domain.access import Permission
from registry.domain.emergency import EmergencyState

router = APIRouter(prefix="/v1/emergency-accesses", tags=[Tag.EMERGENCY], route_class=StrictRoute)

Asking = Annotated[Desk, Depends(desk_for(Permission.EMERGENCY_READ))]
AccessPath = Annotated[UUID, Path(description="The access's id.", examples=[examples.EMERGENCY_ACCESS])]

EXAMPLES: Any = {
    "by_document": {
        "summary": "Somebody unconscious, with a card",
        "value": {
            "id": examples.EMERGENCY_ACCESS,
            "document": {"document_type": "cccd", "number": "000000000001"},
            "reason_code": "medical_emergency",
            "reason_text": "Found unconscious at the bus station.",
        },
    }
}
_LOCATION = {"description": "Address of the access.", "schema": {"type": "string", "maxLength": 300}}
_OPENED: Answers = {
    200: {"description": "The access was asked for already."},
    201: {"model": EmergencyAccessOut, "description": "It was asked for.", "headers": {"Location": _LOCATION}},
}


@router.post(
    "",
    summary="Ask for an emergency access",
    responses=_OPENED
    | problems.responses(
        *GUARDED,
        "record_id_conflict",
        "emergency_target_wrong",
        "step_up_required",
        "emergency_cap_reached",
        body=True,
    ),
)
async def ask_for_emergency_access(
    body: Annotated[EmergencyAccessIn, Body(openapi_examples=EXAMPLES)], response: Response, desk: Asking
) -> EmergencyAccessOut:
    """Open one person, whom your grants do not reach, for 60 minutes, to read.

    Name the person by id or by a document. The token must come from a sign-in not older than 5 minutes: otherwise
    403 `step_up_required`, with the challenge of RFC 9470. The commune and a supervisor are told at once, and a
    supervisor reviews every access within 72 hours. A person who is not in the register is answered
    `no_match`, counts as any other, and is reviewed as well. After a few in 24 hours: 429 `emergency_cap_reached`.

    Then read with the header `Registry-Emergency-Access`: `GET /v1/persons/{person_id}`, and the identity documents,
    residences, responsibilities, files and episodes below it. Nothing else takes the header: no lists across people,
    no search, no former versions, no change. Medical results follow when another health officer approves.
    """
    asked = await opening.ask(desk, body)
    if asked.is_new:
        response.status_code = status.HTTP_201_CREATED
        response.headers["Location"] = f"/v1/emergency-accesses/{asked.row.id}"
    return await _shown(desk, asked.row)


@router.get("/{id}", summary="Read an emergency access", responses=problems.responses(*GUARDED, "not_found"))
async def get_emergency_access(id: AccessPath, desk: Asking) -> EmergencyAccessOut:  # noqa: A002 - the path's name
    """One access: your own, or one to somebody within your reach, with the reason that was given."""
    return await _shown(desk, await opening.read(desk, id))


async def _shown(desk: Desk, row: EmergencyAccessRow) -> EmergencyAccessOut:
    opened, access = await desk.vault.opened(row), emergency.to_domain(row)
    groups = () if row.state is EmergencyState.NO_MATCH else access.opened
    return EmergencyAccessOut(
        id=row.id,
        state=access.state_at(desk.actor.at),
        person_id=row.person_id,
        field_groups=sorted(groups),
        medical=row.medical,
        reason_code=row.reason_code,
        reason_text=opened.reason_text,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        version=row.version,
    )
