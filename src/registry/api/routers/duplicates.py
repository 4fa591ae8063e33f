"""Duplicates of a person."""

from typing import Annotated

from fastapi import Depends

from registry.api import problems
from registry.api.duplicates.check import duplicates_of
from registry.api.records.answers import GUARDED, PersonPath
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.router import Router
from registry.api.schemas.duplicates import DuplicateOut, DuplicatesOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import records, trail
from registry.db.records import Key
from registry.db.tables.persons import PersonRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.errors import NotFound

router = Router(prefix="/v1/persons", tags=[Tag.PERSONS], route_class=StrictRoute)

COMPARED = (FieldGroup.PERSON, FieldGroup.IDENTITY)
"""No field of these is shown; what they say of two people is."""

Reading = Annotated[Desk, Depends(desk_for(Permission.DUPLICATE_READ))]


@router.get(
    "/{person_id:uuid}/duplicates",
    summary="Read who may be the same person",
    responses=problems.responses(*GUARDED, "not_found"),
)
async def list_duplicates(person_id: PersonPath, desk: Reading) -> DuplicatesOut:
    """Who within your reach may be this person, with a score and the signs it rests on, the likeliest first.

    Two entries are compared by identity numbers, names and aliases without accents, date or year of birth, sex and
    birthplace; at most 200 people are compared. It is asked for anew each time, so a correction shows at once.
    Nothing is joined by it. People beyond your reach are not listed, nor is it told whether there are any: their
    province is asked instead.
    """
    actor = desk.actor
    person = await records.get(desk.session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
    if person is None:
        raise NotFound
    found = await duplicates_of(desk, person)
    await trail.audit(
        desk.session,
        actor.act,
        persons=(person_id, *(like.id for like in found)),
        entity="person",
        record_id=person_id,
        groups=COMPARED,
    )
    return DuplicatesOut(
        items=[DuplicateOut(person_id=like.id, score=like.score, signs=list(like.signs)) for like in found]
    )
