"""The caller's own rights."""

from fastapi import APIRouter, Request

from registry.api import problems
from registry.api.deps import AtlasDep, SomeActor
from registry.api.operations import Operation
from registry.api.schemas.me import HeldGrantOut, MeOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.domain.access import Grant, TokenScope
from registry.domain.atlas import Atlas

router = APIRouter(prefix="/v1/me", tags=[Tag.ACCESS], route_class=StrictRoute)


@router.get(
    "",
    summary="Read your own rights",
    responses=problems.responses(*problems.WITH_TOKEN),
)
async def get_me(request: Request, actor: SomeActor, atlas: AtlasDep) -> MeOut:
    """Tell the caller which grants are in force today, what the token allows, and which operations follow from both.

    For the start of an application: what to offer, and which grant to name in `Registry-Grant` where somebody holds
    units and organisations. Grants change at once; ask again when an operation answers 403.
    """
    operations: tuple[Operation, ...] = request.app.state.operations
    caller = actor.caller
    return MeOut(
        issuer=caller.issuer,
        subject=caller.subject,
        client_id=caller.client_id,
        scopes=[scope for scope in TokenScope if scope in caller.scopes],
        grants=[_shown(grant, atlas) for grant in actor.grants],
        operations=sorted(each.id for each in operations if each.is_open_to(actor)),
    )


def _shown(grant: Grant, atlas: Atlas) -> HeldGrantOut:
    unit = None if grant.unit_id is None else atlas.last(grant.unit_id)
    return HeldGrantOut(
        id=grant.id,
        role=grant.role,
        unit_code=unit and unit.code,
        unit_name=unit and unit.name,
        organisation_id=grant.organisation_id,
        from_on=grant.from_on,
        to_on=grant.to_on,
    )
