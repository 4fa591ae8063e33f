"""What follows the treatment of the demo's people, and goes on beside it: aftercare, relapse, education, company."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from registry.api.schemas.accompaniments import AccompanimentIn, VisitIn
from registry.api.schemas.aftercare import AftercareIn, EducationMeasureIn
from registry.api.schemas.cases import DeterminationIn
from registry.api.schemas.rights import SubjectRequestIn
from registry.demo import clubs, counselling
from registry.demo.clubs import Club
from registry.demo.counselling import Point
from registry.demo.dossier import Completed, Dossier
from registry.demo.network import Team
from registry.demo.people import day_between, new_id
from registry.domain.aftercare import ADULT_AT, AftercareOutcome, AftercarePlace
from registry.domain.club import MemberKind
from registry.domain.education import EducationEnd
from registry.domain.health import DeterminationResult
from registry.domain.period import months_later
from registry.domain.subject_request import AnswerDecision, Channel, Requester, RequestKind
from registry.domain.support import SupportBasis, VisitKind
from registry.domain.sync import SyncKind

RESIDENCE_ONLY_SINCE = date(2022, 1, 1)
_EDUCATED = date(2020, 1, 15), date(2020, 9, 30)
_ASKED = date(2022, 1, 10), date(2023, 12, 1)
_STAYED = date(2020, 1, 5), date(2020, 9, 30)
_OTHER_MEMBERS = tuple(kind for kind in MemberKind if kind is not MemberKind.AFTER_REHAB)
_ACCOMPANIED = date(2020, 7, 1), date(2021, 3, 31)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of the network a person lives among: what the commune has of it."""

    team: Team | None = None
    point: Point | None = None
    club: Club | None = None
    is_treated_here: bool = False


def follow(dossier: Dossier, around: Surroundings, *, latest: date) -> None:
    """Add what comes after and beside treatment; drawn by the person, so that it changes nobody else's life."""
    rng = Random(dossier.person_id.int)  # noqa: S311 - reproducible, not secret
    if dossier.completed is not None and rng.random() < 0.8:
        _place(rng, dossier, dossier.completed, latest)
    if rng.random() < (0.25 if around.is_treated_here else 0.01):
        _educate(rng, dossier)
    if around.team is not None and rng.random() < 0.4:
        _accompany(rng, dossier, around.team)
    if rng.random() < 0.03:
        _ask(rng, dossier)
    if rng.random() < 0.05:
        dossier.stay_for_a_while(rng, from_on=day_between(rng, *_STAYED))
    if around.club is not None and dossier.completed is not None and rng.random() < 0.7:
        clubs.join(rng, dossier, around.club, MemberKind.AFTER_REHAB)
    elif around.club is not None and dossier.completed is None and rng.random() < 0.3:
        clubs.join(rng, dossier, around.club, rng.choice(_OTHER_MEMBERS))
    if around.point is not None and rng.random() < 0.35:
        counselling.counsel(rng, dossier, around.point)
    if around.point is not None and rng.random() < 0.6:
        counselling.refer(rng, dossier, around.point)


def _place(rng: Random, dossier: Dossier, course: Completed, latest: date) -> None:
    """Place somebody in aftercare from the completion of the course; one in five relapses in it."""
    is_adult = months_later(dossier.born_on, 12 * ADULT_AT) <= course.on
    months = 24 if course.is_compulsory and is_adult else 12
    due_on = months_later(course.on, months)
    ended_on, outcome = (due_on, AftercareOutcome.COMPLETED) if due_on <= latest else (None, None)
    if rng.random() < 0.2:
        ended_on, outcome = day_between(rng, course.on + timedelta(60), due_on), AftercareOutcome.RELAPSED
        found = DeterminationIn(
            id=new_id(rng), determined_on=ended_on - timedelta(5), result=DeterminationResult.ADDICTED
        )
        dossier.add(SyncKind.DETERMINATION, found)
    in_facility = course.is_compulsory and course.on < RESIDENCE_ONLY_SINCE and rng.random() < 0.2
    decided_on = course.on + timedelta(rng.randint(3, 20))
    term = AftercareIn(
        id=new_id(rng),
        course_id=course.course_id,
        place=AftercarePlace.FACILITY if in_facility else AftercarePlace.RESIDENCE,
        from_on=course.on,
        planned_months=months,
        ended_on=ended_on,
        outcome=outcome,
        **dossier.decided(rng, decided_on),
    )
    dossier.add(SyncKind.AFTERCARE, term)


def _educate(rng: Random, dossier: Dossier) -> None:
    from_on = day_between(rng, *_EDUCATED)
    months = rng.choice((3, 6))
    ended: dict[str, Any] = {}
    if rng.random() < 0.2:
        ended = {"ended_on": from_on + timedelta(rng.randint(20, 80)), "end_reason": rng.choice(tuple(EducationEnd))}
    measure = EducationMeasureIn(
        id=new_id(rng), from_on=from_on, to_on=months_later(from_on, months), **ended, **dossier.decided(rng, from_on)
    )
    dossier.add(SyncKind.EDUCATION_MEASURE, measure)


def _ask(rng: Random, dossier: Dossier) -> None:
    """Let somebody ask for a copy of their data, and have it."""
    received_on = day_between(rng, *_ASKED)
    body = SubjectRequestIn(
        id=new_id(rng),
        kind=RequestKind.ACCESS,
        received_on=received_on,
        channel=Channel.IN_PERSON,
        requester=Requester.SELF,
        answered_on=received_on + timedelta(rng.randint(1, 9)),
        decision=AnswerDecision.GRANTED,
    )
    dossier.add(SyncKind.SUBJECT_REQUEST, body)


def _accompany(rng: Random, dossier: Dossier, team: Team) -> None:
    """Let a volunteer go along for some months, and visit."""
    from_on = day_between(rng, max(_ACCOMPANIED[0], team.since), _ACCOMPANIED[1])
    days = rng.randint(120, 500)
    accompaniment = AccompanimentIn(
        id=new_id(rng),
        organisation_id=team.organisation_id,
        worker_id=rng.choice(team.volunteers),
        legal_basis=rng.choice((SupportBasis.CONSENT, SupportBasis.DECISION)),
        from_on=from_on,
        to_on=from_on + timedelta(days) if rng.random() < 0.6 else None,
    )
    dossier.add(SyncKind.ACCOMPANIMENT, accompaniment)
    for _ in range(rng.randint(1, 3)):
        visit = VisitIn(
            id=new_id(rng),
            accompaniment_id=accompaniment.id,
            visited_on=from_on + timedelta(rng.randrange(days)),
            kind=rng.choice(tuple(VisitKind)),
            **counselling.noted(rng, "visited"),
        )
        dossier.add(SyncKind.VISIT, visit)
