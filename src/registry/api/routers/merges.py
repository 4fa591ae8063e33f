"""Merges of people, and their undoing."""

from typing import Annotated, Any

from fastapi import Body, Depends

from registry.api import problems
from registry.api.merges import asking
from registry.api.records.answers import GUARDED, PersonPath
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.router import Router
from registry.api.schemas.merges import PREVIEW, MergeAskedOut, MergeIn, MergeOut, MergesOut, OverlapOut, UnmergeIn
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import merges, records, trail
from registry.db.records import Key
from registry.db.tables.merges import MergeRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Permission
from registry.domain.errors import NotFound

router = Router(prefix="/v1/persons/{person_id:uuid}", tags=[Tag.PERSONS], route_class=StrictRoute)

Reading = Annotated[Desk, Depends(desk_for(Permission.MERGE_READ))]
Writing = Annotated[Desk, Depends(desk_for(Permission.MERGE_WRITE))]
_ABSENT = ("not_found", "erased", "record_voided", "person_merged")
EXAMPLES: Any = {"preview": {"summary": "Look first", "value": PREVIEW}}


@router.post(
    "/merge",
    summary="Ask to merge a person into another",
    responses=problems.responses(
        *GUARDED, *_ABSENT, "record_id_conflict", "merge_of_one", "merge_pending", "merge_blocked", body=True
    ),
)
async def merge_person(
    person_id: PersonPath, body: Annotated[MergeIn, Body(openapi_examples=EXAMPLES)], desk: Writing
) -> MergeAskedOut:
    """Ask that two entries be one person. You must reach both, and a second officer of the province approves it.

    With `preview` nothing is written: the answer lists the stays and files that one person would hold at once. Two
    open stays on one track stand against the merge; end or void one of them first. Everything else may overlap.

    Nothing moves with the approval: the records stay under their ids, the merged id shows `merged_into`, lists and
    figures count the survivor alone, and the unit in charge of the survivor takes over. It can be undone.
    """
    asked = await asking.ask(desk, person_id, body)
    shown = None if asked.row is None else await _shown(desk, asked.row)
    return MergeAskedOut(merge=shown, overlaps=[OverlapOut.model_validate(each) for each in asked.overlaps])


@router.post(
    "/unmerge",
    summary="Ask to undo a merge",
    responses=problems.responses(*GUARDED, *_ABSENT, "not_merged", body=True),
)
async def unmerge_person(person_id: PersonPath, body: UnmergeIn, desk: Writing) -> MergeOut:
    """Ask to take a merged person apart from the survivor. A second officer of the province approves it.

    With the approval the person stands alone again, with all who were merged into them before, in the charge of the
    unit that their own responsibility names. What was recorded meanwhile stays with the id it was recorded under.
    """
    return await _shown(desk, await asking.ask_undo(desk, person_id, body))


@router.get("/merges", summary="Read the merges of a person", responses=problems.responses(*GUARDED, "not_found"))
async def list_merges(person_id: PersonPath, desk: Reading) -> MergesOut:
    """Every merge of the person and into the person: who asked, who decided, what was undone; the oldest first."""
    actor = desk.actor
    person = await records.get(desk.session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
    if person is None:
        raise NotFound
    rows = await merges.of_person(desk.session, person_id)
    reached = await desk.vault.within_reach({row.person_id for row in rows})
    seen = [row for row in rows if row.person_id in reached]
    people = {person_id, *(each for row in seen for each in (row.person_id, row.into_id))}
    await trail.audit(desk.session, actor.act, persons=people, entity=asking.ENTITY)
    return MergesOut(items=[await _shown(desk, row) for row in seen])


async def _shown(desk: Desk, row: MergeRow) -> MergeOut:
    return MergeOut.model_validate(await desk.vault.opened(row))
