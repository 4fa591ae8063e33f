"""What the points of the demo do for people: the sessions they hold, and the services to which they refer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from registry.api.kinds.counselling import SESSIONS
from registry.api.kinds.referrals import SERVICES
from registry.api.schemas import examples
from registry.api.schemas.counselling import AttendanceIn, SessionIn
from registry.api.schemas.referrals import ReferralIn, SupportServiceIn
from registry.demo.dossier import Dossier
from registry.demo.people import day_between, new_id, read_data
from registry.domain.counselling import SessionForm
from registry.domain.referral import EmployerSector, LoanPurpose, ServiceKind
from registry.domain.support import SupportBasis
from registry.domain.sync import SyncKind

_OFFERED_SINCE = date(2015, 1, 1)
_UNANSWERED, _DECLINED = 1 / 10, 1 / 8
_REFERRED = date(2020, 10, 1), date(2021, 6, 30)


@dataclass(frozen=True, slots=True)
class Point:
    """A point that counsels people: what it has held for those on file, and the services it knows."""

    organisation_id: UUID
    sessions: tuple[UUID, ...]
    services: tuple[SupportServiceIn, ...]


def services(rng: Random) -> Iterator[SupportServiceIn]:
    """The directory of services, with the one of the manual."""
    yield SupportServiceIn.model_validate(SERVICES.examples["training"])
    for service in read_data("community.toml")["support_services"]:
        yield SupportServiceIn(id=new_id(rng), from_on=_OFFERED_SINCE, **service)


def sessions(rng: Random, organisation_id: UUID, *, opened_on: date, speakers: Sequence[UUID]) -> Iterator[SessionIn]:
    """What a point holds in its first half year; of the manual's point also the session of the manual."""
    if str(organisation_id) == examples.COUNSELLING_POINT:
        yield SessionIn.model_validate(SESSIONS.examples["talk"])
    for usual in read_data("community.toml")["counselling_sessions"]:
        told: dict[str, Any] = {
            name: rng.randint(*value) if name.endswith("_count") else value for name, value in usual.items()
        }
        if usual["form"] == SessionForm.TALK:
            told["speaker_id"] = rng.choice(speakers)
        held_on = opened_on + timedelta(rng.randint(7, 180))
        yield SessionIn(id=new_id(rng), organisation_id=organisation_id, held_on=held_on, **told)


def are_named(session: SessionIn) -> bool:
    """Whether those on file who came to a session are told by name: prevention counselling names nobody."""
    return session.form is not SessionForm.PREVENTION


def counsel(rng: Random, dossier: Dossier, point: Point) -> None:
    """Let somebody come to a session or two."""
    for session in rng.sample(point.sessions, rng.randint(1, 2)):
        body = AttendanceIn(
            id=new_id(rng), session_id=session, legal_basis=SupportBasis.CONSENT, **noted(rng, "counselled")
        )
        dossier.add(SyncKind.ATTENDANCE, body)


def refer(rng: Random, dossier: Dossier, point: Point) -> None:
    """Refer somebody to a service: some are declined or wait for an answer, of the others most come to the end.

    To HIV care health officers alone refer.
    """
    service = rng.choice([each for each in point.services if each.kind is not ServiceKind.HIV_CARE])
    made_on = day_between(rng, *_REFERRED)
    answered_on = made_on + timedelta(rng.randint(1, 6))
    drawn = rng.random()
    steps: dict[str, Any] = {"declined_on": answered_on} if drawn > _UNANSWERED else {}
    if drawn > _UNANSWERED + _DECLINED:
        started_on = answered_on + timedelta(rng.randint(3, 20))
        steps = {"accepted_on": answered_on}
        end = rng.choices((None, "started_on", "completed_on", "lost_on"), (2, 2, 5, 2))[0]
        steps |= {} if end is None else {"started_on": started_on}
        if end in ("completed_on", "lost_on"):
            steps[end] = started_on + timedelta(rng.randint(20, 90))
        steps |= _result(rng, service.kind) if end == "completed_on" else {}
    body = ReferralIn(
        id=new_id(rng),
        organisation_id=point.organisation_id,
        service_id=service.id,
        legal_basis=SupportBasis.CONSENT,
        made_on=made_on,
        **steps,
        **noted(rng, "referred"),
    )
    dossier.add(SyncKind.REFERRAL, body)


def noted(rng: Random, occasion: str) -> dict[str, str]:
    """Note something of one in three; the notes of the demo name nobody."""
    return {"note": rng.choice(read_data("community.toml")["notes"][occasion])} if rng.random() < 1 / 3 else {}


def _result(rng: Random, kind: ServiceKind) -> dict[str, Any]:
    if kind is ServiceKind.JOB_PLACEMENT:
        return {"employer_sector": rng.choice(tuple(EmployerSector))}
    if kind is ServiceKind.LOAN:
        return {"loan_amount": 1_000_000 * rng.randint(10, 50), "loan_purpose": rng.choice(tuple(LoanPurpose))}
    return {}
