"""Who completed a course and was placed in aftercare, and who is under a measure of education and treated."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from registry.api import problems
from registry.api.lines import LineKey
from registry.api.records.answers import GUARDED, PersonPath
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.routers.lists import On, Unit
from registry.api.schemas.aftercare import AftercareOut, EducationMeasureOut
from registry.api.schemas.cases import EpisodeOut
from registry.api.schemas.followed import (
    CompletedCourseLine,
    CompletedCourseLinePage,
    CompletedCourseOut,
    EducationMeasureLine,
    EducationMeasureLinePage,
    FollowedCourseOut,
    FollowedCoursesOut,
)
from registry.api.schemas.lists import PersonBrief
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import aftercare as terms
from registry.db import completed_courses, education, records, trail
from registry.db.records import Key
from registry.db.tables.aftercare import AftercareRow
from registry.db.tables.cases import EpisodeRow
from registry.db.tables.persons import PersonRow
from registry.domain import aftercare
from registry.domain.access import FieldGroup, Permission
from registry.domain.episode import LegalBasis, Modality
from registry.domain.errors import NotFound

router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get(
    "/v1/completed-courses", tags=[Tag.LISTS], summary="List completed courses and who is placed", responses=_LISTED
)
async def list_completed_courses(
    listing: Annotated[
        Listing,
        Depends(listing_for(Permission.TREATMENT_READ, FieldGroup.PERSON, FieldGroup.TREATMENT, FieldGroup.FILE)),
    ],
    unit: Unit = None,
    placed: Annotated[
        bool | None, Query(description="`false`: completed, not placed in aftercare; `true`: placed; both without it.")
    ] = None,
    modality: Annotated[Modality | None, Query(description="Only courses that ended in this modality.")] = None,
    legal_basis: Annotated[LegalBasis | None, Query(description="Only courses of this legal basis.")] = None,
    on: On = None,
) -> CompletedCourseLinePage:
    """Courses that were completed by a day, each with the person and the aftercare that was decided by then.

    With `placed=false` these are the people whom a commune has still to place: the list is empty at 100 %. A course is
    placed from the day of the decision on aftercare, or from the first day of its term where no decision is dated.
    """
    desk, actor, paging = listing.desk, listing.desk.actor, listing.paging
    conditions = []
    if modality is not None:
        conditions.append(col(EpisodeRow.modality) == modality)
    if legal_basis is not None:
        conditions.append(col(EpisodeRow.legal_basis) == legal_basis)
    rows = await completed_courses.page(
        desk.session,
        *conditions,
        on=on or actor.today,
        placed=placed,
        units=None if unit is None else reach_of(desk, unit),
        scope=actor.scope,
        today=actor.today,
        limit=paging.limit,
        after=paging.after(LineKey),
    )
    page = paging.page(rows, key=lambda line: LineKey(line[1].sort_key, line[0].person_id, line[0].id))
    await _audit(desk, EpisodeRow.__tablename__, [person for _, person, _ in page.items])
    lines = [
        CompletedCourseLine(
            **CompletedCourseOut.fields_of(await _stay(desk, stay), await _term(desk, term)),
            person=PersonBrief.model_validate(person),
        )
        for stay, person, term in page.items
    ]
    return CompletedCourseLinePage(items=lines, next=page.next)


@router.get(
    "/v1/persons/{person_id:uuid}/completed-courses",
    tags=[Tag.TREATMENT],
    summary="Read the completed courses of a person, and whether they relapsed",
    responses=problems.responses(*GUARDED, "not_found"),
)
async def list_completed_courses_of_person(
    person_id: PersonPath,
    desk: Annotated[
        Desk,
        Depends(desk_for(Permission.TREATMENT_READ, FieldGroup.TREATMENT, FieldGroup.FILE, FieldGroup.HEALTH)),
    ],
) -> FollowedCoursesOut:
    """Every course that the person completed, with the aftercare that follows it and the day of a relapse.

    Nobody types a relapse: it is the first determination of addiction after the completion, of the person or of one who
    was merged with them.
    """
    actor, session = desk.actor, desk.session
    person = await records.get(session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
    if person is None:
        raise NotFound
    rows = await completed_courses.of_root(session, person.root_id, scope=actor.scope, today=actor.today)
    addicted_on = await terms.addicted_on(session, person.root_id)
    await _audit(desk, EpisodeRow.__tablename__, [person])
    courses = []
    for row, term in rows:
        stay = await _stay(desk, row)
        relapsed_on = None if stay.ended_on is None else aftercare.relapsed_on(stay.ended_on, addicted_on)
        told = CompletedCourseOut.fields_of(stay, await _term(desk, term))
        courses.append(FollowedCourseOut(**told, relapsed_on=relapsed_on))
    return FollowedCoursesOut(items=courses)


@router.get(
    "/v1/education-measures", tags=[Tag.LISTS], summary="List who is under an education measure", responses=_LISTED
)
async def list_education_measures(
    listing: Annotated[
        Listing, Depends(listing_for(Permission.FILE_READ, FieldGroup.PERSON, FieldGroup.FILE, FieldGroup.TREATMENT))
    ],
    unit: Unit = None,
    covered: Annotated[
        bool | None,
        Query(description="`true`: in community rehabilitation or treated with substitutes on the day; `false`: not."),
    ] = None,
    on: On = None,
) -> EducationMeasureLinePage:
    """Measures of education in the commune that are in force on a day, each with the person and their treatment.

    With `covered=false` these are the people under a measure who are in neither: the list is empty at 100 %.
    """
    desk, actor, paging = listing.desk, listing.desk.actor, listing.paging
    rows = await education.page(
        desk.session,
        on=on or actor.today,
        covered=covered,
        units=None if unit is None else reach_of(desk, unit),
        scope=actor.scope,
        today=actor.today,
        limit=paging.limit,
        after=paging.after(LineKey),
    )
    page = paging.page(rows, key=lambda line: LineKey(line[1].sort_key, line[0].person_id, line[0].id))
    await _audit(desk, "education_measure", [person for _, person, _ in page.items])
    lines = []
    for measure, person, stay in page.items:
        shown = EducationMeasureOut.model_validate(await desk.vault.opened(measure)).model_dump()
        treatment = None if stay is None else await _stay(desk, stay)
        lines.append(EducationMeasureLine(**shown, person=PersonBrief.model_validate(person), treatment=treatment))
    return EducationMeasureLinePage(items=lines, next=page.next)


async def _audit(desk: Desk, entity: str, people: list[PersonRow]) -> None:
    shown = [person.id for person in people]
    await trail.audit(desk.session, desk.actor.act, persons=shown, entity=entity, groups=desk.access.shows)


async def _stay(desk: Desk, row: EpisodeRow) -> EpisodeOut:
    return EpisodeOut.model_validate(await desk.vault.opened(row))


async def _term(desk: Desk, row: AftercareRow | None) -> AftercareOut | None:
    return None if row is None else AftercareOut.model_validate(await desk.vault.opened(row))
