"""What the points of the demo do for people: the sessions they hold, and the services to which they refer."""

from collections.abc import Iterator
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


def sessions(rng: Random, organisation_id: UUID, *, opened_on: date) -> Iterator[SessionIn]:
    """What a point holds in its first half year; of the manual's point also the session of the manual."""
    if str(organisation_id) == examples.COUNSELLING_POINT:
        yield SessionIn.model_validate(SESSIONS.examples["talk"])
    for usual in read_data("community.toml")["counselling_sessions"]:
        told: dict[str, Any] = {
            name: rng.randint(*value) if name.endswith("_count") else value for name, value in usual.items()
        }
        held_on = opened_on + timedelta(rng.randint(7, 180))
        yield SessionIn(id=new_id(rng), organisation_id=organisation_id, held_on=held_on, **told)


def are_named(session: SessionIn) -> bool:
    """Whether those on file who came to a session are told by name: prevention counselling names nobody."""
    return session.form is not SessionForm.PREVENTION


def counsel(rng: Random, dossier: Dossier, point: Point) -> None:
    """Let somebody come to a session or two."""
    for session in rng.sample(point.sessions, rng.randint(1, 2)):
        body = AttendanceIn(id=new_id(rng), session_id=session, legal_basis=SupportBasis.CONSENT)
        dossier.add(SyncKind.ATTENDANCE, body)


def refer(rng: Random, dossier: Dossier, point: Point) -> None:
    """Refer somebody to a service: one in eight is declined, of the others most come to the end."""
    service = rng.choice(point.services)
    made_on = day_between(rng, *_REFERRED)
    answered_on = made_on + timedelta(rng.randint(1, 6))
    steps: dict[str, Any] = {"declined_on": answered_on}
    if rng.random() > 1 / 8:
        started_on = answered_on + timedelta(rng.randint(3, 20))
        steps = {"accepted_on": answered_on, "started_on": started_on}
        is_completed = rng.random() < 0.7
        steps["completed_on" if is_completed else "lost_on"] = started_on + timedelta(rng.randint(20, 90))
        steps |= _result(rng, service.kind) if is_completed else {}
    body = ReferralIn(
        id=new_id(rng),
        organisation_id=point.organisation_id,
        service_id=service.id,
        legal_basis=SupportBasis.CONSENT,
        made_on=made_on,
        **steps,
    )
    dossier.add(SyncKind.REFERRAL, body)


def _result(rng: Random, kind: ServiceKind) -> dict[str, Any]:
    if kind is ServiceKind.JOB_PLACEMENT:
        return {"employer_sector": rng.choice(tuple(EmployerSector))}
    if kind is ServiceKind.LOAN:
        return {"loan_amount": 1_000_000 * rng.randint(10, 50), "loan_purpose": rng.choice(tuple(LoanPurpose))}
    return {}
