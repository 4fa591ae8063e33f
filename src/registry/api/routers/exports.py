"""The export of everything that is held on a person."""

from typing import Annotated

from fastapi import Depends

from registry.api import export, problems
from registry.api.records.answers import GUARDED, PersonPath
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.router import Router
from registry.api.schemas.export import ExportOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import records
from registry.db.records import Key
from registry.db.tables.persons import PersonRow
from registry.domain.access import Permission
from registry.domain.errors import NotFound

router = Router(tags=[Tag.RIGHTS], route_class=StrictRoute)


@router.get(
    "/v1/persons/{person_id:uuid}/export",
    summary="Export everything held on a person",
    responses=problems.responses(*GUARDED, "not_found", "erased"),
)
async def export_person(
    person_id: PersonPath, desk: Annotated[Desk, Depends(desk_for(Permission.EXPORT_READ, *export.GROUPS))]
) -> ExportOut:
    """Everything that the register holds on one person: what a request for access is answered with.

    Every record of every kind with all its former versions, voided ones too; which units were
    responsible, which organisations could see the person; the person's own requests. `fields` and
    `code_lists` explain names and codes, `not_included` says what is held besides, where it is read, and
    why it stands apart. Medical results are handed over by a health officer.
    """
    actor = desk.actor
    person = await records.get(desk.session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
    if person is None:
        raise NotFound
    return await export.export_of(desk, person)
