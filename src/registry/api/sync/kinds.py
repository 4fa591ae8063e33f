"""The kinds of records that travel, how each is created, and which other records its bodies name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.kinds.cases import DETERMINATIONS, FILES, SUBSTANCE_USES, TESTS
from registry.api.kinds.clubs import CLUB_GUIDANCE_VISITS, CLUB_RATINGS, CLUBS
from registry.api.kinds.commune import ACTIVITIES, POPULATIONS
from registry.api.kinds.counselling import ATTENDANCES, SESSIONS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.identity import DOCUMENTS, RESIDENCES
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS, create_person
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.kinds.plans import PLANS, TARGET_REPORTS, TARGETS
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.api.kinds.rights import REQUESTS
from registry.api.kinds.situation import COUNTS, STATUSES
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.db.records import Key
from registry.db.tables.columns import OfPerson
from registry.domain.sync import SyncKind

KINDS: Mapping[SyncKind, Kind] = {
    SyncKind(kind.singular): kind
    for kind in (
        PERSONS,
        DOCUMENTS,
        RESIDENCES,
        FILES,
        TESTS,
        DETERMINATIONS,
        SUBSTANCE_USES,
        EPISODES,
        AFTERCARES,
        EDUCATION_MEASURES,
        REQUESTS,
        ORGANISATIONS,
        STATUSES,
        COUNTS,
        ACTIVITIES,
        POPULATIONS,
        COUNSELLING_POINTS,
        VOLUNTEER_TEAMS,
        CLUBS,
        CLUB_GUIDANCE_VISITS,
        CLUB_RATINGS,
        WORKERS,
        APPOINTMENTS,
        TRAININGS,
        PLANS,
        TARGETS,
        TARGET_REPORTS,
        PLAN_REVIEWS,
        ACCOMPANIMENTS,
        VISITS,
        SESSIONS,
        ATTENDANCES,
        SERVICES,
        REFERRALS,
        MEMBERSHIPS,
    )
}
"""Every kind that travels. What health officers alone see, moves, orders to erase and breaches do not."""


def is_of_person(kind: Kind) -> bool:
    """Whether records of a kind belong to a person, and are named under them."""
    return issubclass(kind.table, OfPerson)


def is_about_somebody(kind: Kind) -> bool:
    """Whether records of a kind are about a person: people themselves, and what belongs to them."""
    return kind is PERSONS or is_of_person(kind)


async def create(desk: Desk, kind: Kind, body: Any, *, person_id: UUID | None) -> Written:  # noqa: ANN401 - a body of any kind
    """Create a record of any kind as its own route does."""
    if kind is PERSONS:
        return await create_person(desk, body)
    return await flow.create(desk, kind, body, person_id=person_id)


def named_by(kind: Kind, key: Key, body: Any) -> frozenset[tuple[UUID | None, UUID]]:  # noqa: ANN401 - a body of any kind
    """The records that a record names: its person, and what its body points to."""
    named: set[tuple[UUID | None, UUID]] = set()
    if key.person_id is not None:
        named.add((None, key.person_id))
    owners = (*((field, None) for field in kind.refers_to), *((field, key.person_id) for field in kind.refers_within))
    named |= {(owner, value) for field, owner in owners if (value := getattr(body, field, None)) is not None}
    return frozenset(named - {(key.person_id, key.id)})
