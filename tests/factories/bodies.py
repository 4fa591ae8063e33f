"""Bodies as clients send them: `a_person(full_name="...")` is the example of the manual with a fresh id and changes."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any, TypeAlias
from uuid import uuid4

from pydantic import JsonValue

from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.kinds.breaches import BREACHES
from registry.api.kinds.cases import DETERMINATIONS, FILES, SUBSTANCE_USES, TESTS
from registry.api.kinds.clubs import CLUB_GUIDANCE_VISITS, CLUB_RATINGS, CLUBS
from registry.api.kinds.commune import ACTIVITIES, POPULATIONS
from registry.api.kinds.counselling import ATTENDANCES, SESSIONS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.erasure import ORDERS
from registry.api.kinds.identity import DOCUMENTS, RESIDENCES
from registry.api.kinds.medical import HIV_CLIENT_COUNTS, MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.moves import MOVES
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.kinds.plans import PLANS, TARGET_REPORTS, TARGETS
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.api.kinds.rights import REQUESTS
from registry.api.kinds.situation import COUNTS, STATUSES
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.records.kind import Kind

Body: TypeAlias = dict[str, Any]

OF_PERSON = (
    DOCUMENTS,
    RESIDENCES,
    MOVES,
    FILES,
    TESTS,
    DETERMINATIONS,
    SUBSTANCE_USES,
    EPISODES,
    AFTERCARES,
    EDUCATION_MEASURES,
    MEDICAL_RESULTS,
    REQUESTS,
    ORDERS,
)
OF_UNIT = (
    *(PLANS, TARGETS, TARGET_REPORTS, PLAN_REVIEWS),
    *(ORGANISATIONS, STATUSES, COUNTS, ACTIVITIES, POPULATIONS, BREACHES),
    *(COUNSELLING_POINTS, VOLUNTEER_TEAMS, WORKERS, APPOINTMENTS, TRAININGS),
    *(SESSIONS, SERVICES, HIV_CLIENT_COUNTS),
    *(CLUBS, CLUB_GUIDANCE_VISITS, CLUB_RATINGS),
)
RESTING = (ACCOMPANIMENTS, VISITS, ATTENDANCES, REFERRALS, MEMBERSHIPS, MEDICAL_REFERRALS)
"""Kinds of people's records that rest on another record within the writer's reach, which is put there first."""
OF_PEOPLE = (*OF_PERSON, *RESTING)
"""All kinds of people's records."""
ALL_KINDS = (PERSONS, *OF_PEOPLE, *OF_UNIT)

_days = count()
_years = count(1900)
_months = count()
_rated = count()
_serials = count(1)


def a_record(kind: Kind, /, **over: JsonValue) -> Body:
    body = deepcopy(dict(next(iter(kind.examples.values()))))
    return {**body, "id": str(uuid4()), **over}


def a_person(*, unit_code: str = "22015", from_on: str = "2019-01-01", **over: JsonValue) -> Body:
    """Somebody whose name nobody else has: else everybody would be everybody's duplicate."""
    residence = a_residence(kind="permanent", unit_code=unit_code, from_on=from_on)
    named: dict[str, JsonValue] = {"full_name": f"Nguyễn Văn {uuid4().hex}", "aliases": [f"Tư {uuid4().hex}"]}
    return a_record(PERSONS, **{**named, "residence": residence, **over})


def a_residence(**over: JsonValue) -> Body:
    return a_record(RESIDENCES, **over)


def a_document(**over: JsonValue) -> Body:
    """A document with the next of the numbers that are nobody's."""
    return a_record(DOCUMENTS, **{"number": f"054092999{next(_serials) % 1000:03}", **over})


def a_file(**over: JsonValue) -> Body:
    return a_record(FILES, **over)


def an_episode(**over: JsonValue) -> Body:
    return a_record(EPISODES, **over)


def an_aftercare(**over: JsonValue) -> Body:
    return a_record(AFTERCARES, **over)


def an_education_measure(**over: JsonValue) -> Body:
    return a_record(EDUCATION_MEASURES, **over)


def an_organisation(**over: JsonValue) -> Body:
    return a_record(ORGANISATIONS, **{"code": f"PY-{uuid4().hex[:8].upper()}", **over})


def a_point(**over: JsonValue) -> Body:
    return a_record(COUNSELLING_POINTS, **{"code": f"PY-{uuid4().hex[:8].upper()}", **over})


def a_team(**over: JsonValue) -> Body:
    """A team of one day: a commune has no two on the same days."""
    day = (date(2021, 1, 1) + timedelta(days=next(_days))).isoformat()
    code = f"PY-{uuid4().hex[:8].upper()}"
    return a_record(VOLUNTEER_TEAMS, **{"code": code, "opened_on": day, "closed_on": day, **over})


def a_club(**over: JsonValue) -> Body:
    return a_record(CLUBS, **{"code": f"PY-{uuid4().hex[:8].upper()}", **over})


def a_guidance_visit(**over: JsonValue) -> Body:
    return a_record(CLUB_GUIDANCE_VISITS, **over)


def a_rating(**over: JsonValue) -> Body:
    """A rating of the next of the years, of which a club has one each."""
    year = 2000 + next(_rated) % 26
    return a_record(CLUB_RATINGS, **{"year": year, "rated_on": f"{year}-12-20", **over})


def a_membership(**over: JsonValue) -> Body:
    return a_record(MEMBERSHIPS, **over)


def an_accompaniment(**over: JsonValue) -> Body:
    return a_record(ACCOMPANIMENTS, **over)


def a_visit(**over: JsonValue) -> Body:
    return a_record(VISITS, **over)


def a_worker(**over: JsonValue) -> Body:
    return a_record(WORKERS, **over)


def an_appointment(**over: JsonValue) -> Body:
    """One that has ended: of open ones a worker has one in a role."""
    return a_record(APPOINTMENTS, **{"to_on": "2021-01-01", **over})


def a_status(**over: JsonValue) -> Body:
    return a_record(STATUSES, **over)


def a_count(**over: JsonValue) -> Body:
    day = date(2021, 1, 1) + timedelta(days=next(_days))
    return a_record(COUNTS, **{"counted_on": day.isoformat(), **over})


def an_activity(**over: JsonValue) -> Body:
    return a_record(ACTIVITIES, **over)


def a_population(**over: JsonValue) -> Body:
    """A number of the next of the years, of which a commune has one each."""
    return a_record(POPULATIONS, **{"year": next(_years), **over})


def a_client_count(**over: JsonValue) -> Body:
    """A number of the next of the months, of which a point has one each."""
    years, month = divmod(next(_months) % 60, 12)
    return a_record(HIV_CLIENT_COUNTS, **{"year": 2021 + years, "month": month + 1, **over})


def a_report(**over: JsonValue) -> Body:
    """A statement of the next of the days, of which a target has one each."""
    day = date(2021, 1, 1) + timedelta(days=next(_days))
    return a_record(TARGET_REPORTS, **{"reported_on": day.isoformat(), **over})


def a_review(**over: JsonValue) -> Body:
    """A review with a measure that nobody has been given yet."""
    body = a_record(PLAN_REVIEWS, **over)
    return body | {"measures": [measure | {"id": str(uuid4())} for measure in body["measures"]]}


def a_request(**over: JsonValue) -> Body:
    return a_record(REQUESTS, **over)


def an_order(**over: JsonValue) -> Body:
    return a_record(ORDERS, **over)


def a_move(**over: JsonValue) -> Body:
    return a_record(MOVES, **over)


def a_breach(**over: JsonValue) -> Body:
    return a_record(BREACHES, **{"unit_code": "22015", **over})


def a_fresh(kind: Kind) -> Body:
    """A body of any kind that collides with no other one."""
    makers: dict[str, Callable[[], Body]] = {
        "person": a_person,
        "identity_document": a_document,
        "organisation": an_organisation,
        "suspected_count": a_count,
        "commune_population": a_population,
        "breach": a_breach,
        "target_report": a_report,
        "plan_review": a_review,
        "hiv_client_count": a_client_count,
        "counselling_point": a_point,
        "volunteer_team": a_team,
        "club": a_club,
        "club_rating": a_rating,
        "appointment": an_appointment,
    }
    return makers.get(kind.singular, partial(a_record, kind))()
