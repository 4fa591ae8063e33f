"""Token revocations: administrators end the tokens of those who hold grants within their reach."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response, status

from registry.api import problems
from registry.api.office import office_of
from registry.api.records.answers import GUARDED, Answers
from registry.api.records.desk import desk_for
from registry.api.records.flow import fingerprint_of
from registry.api.records.kind import Desk
from registry.api.schemas import examples
from registry.api.schemas.token_revocations import TokenRevocationIn, TokenRevocationOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.domain.access import Permission
from registry.usecases import revocations
from registry.usecases.revocations import NewRevocation

router = APIRouter(prefix="/v1/token-revocations", tags=[Tag.ACCESS], route_class=StrictRoute)

EXAMPLES: Any = {
    "device_lost": {
        "summary": "An officer's telephone is lost",
        "value": {"id": examples.REVOCATION, "subject": "officer-of-tuy-hoa", "reason": "device_lost"},
    }
}
_REVOKED: Answers = {
    200: {"description": "The tokens were ended by this very revocation before."},
    201: {"model": TokenRevocationOut, "description": "The tokens are refused from now on."},
}


@router.post(
    "",
    summary="End the tokens of a subject",
    responses=_REVOKED | problems.responses(*GUARDED, "subject_unknown", "record_id_conflict", body=True),
)
async def revoke_tokens(
    body: Annotated[TokenRevocationIn, Body(openapi_examples=EXAMPLES)],
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.GRANT_MANAGE))],
) -> TokenRevocationOut:
    """Refuse at once every token of a subject that was issued before now: a lost telephone, a leaked token.

    The holder signs in again and goes on with a new token: grants are not touched. To end what somebody may do,
    revoke the grants; to keep somebody from signing in, lock the account at the identity provider. You end the tokens
    of those who hold, or held, a grant within your reach. Sending the same body again answers 200 and changes
    nothing; another body under the same id is refused (409).
    """
    completed = body.model_copy(update={"issuer": body.issuer or desk.actor.caller.issuer})
    new = NewRevocation(**completed.model_dump())
    row, is_new = await revocations.revoke(office_of(desk), new, fingerprint=fingerprint_of(desk, completed))
    if is_new:
        response.status_code = status.HTTP_201_CREATED
    return TokenRevocationOut.model_validate(row)
