"""The clubs of the demo: who belongs to them, the guidance that they get and how they are rated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from registry.api.schemas.clubs import ClubGuidanceVisitIn, ClubRatingIn
from registry.api.schemas.counselling import AttendanceIn, SessionIn
from registry.api.schemas.memberships import MembershipIn
from registry.demo.batches import Posting
from registry.demo.dossier import Dossier
from registry.demo.people import day_between, new_id, read_data
from registry.domain.activity import Finding
from registry.domain.club import MemberKind
from registry.domain.counselling import SessionForm
from registry.domain.support import SupportBasis
from registry.domain.sync import SyncKind

_JOINED = date(2020, 7, 1), date(2021, 3, 31)


@dataclass(frozen=True, slots=True)
class Club:
    """A club that people may join."""

    organisation_id: UUID
    meetings: tuple[tuple[UUID, date], ...]
    """What it has held, each with its day."""


def meetings(rng: Random, organisation_id: UUID, speaker_id: UUID) -> Iterator[SessionIn]:
    """Let a club meet every three months, on what its chair has to say."""
    for topic, held_on in read_data("community.toml")["club_meetings"].items():
        yield SessionIn(
            id=new_id(rng),
            organisation_id=organisation_id,
            form=SessionForm.MEETING,
            held_on=held_on,
            topic=topic,
            speaker_id=speaker_id,
            on_file_count=rng.randint(4, 12),
            family_count=rng.randint(2, 8),
        )


def join(rng: Random, dossier: Dossier, club: Club, kind: MemberKind) -> None:
    """Let somebody belong to a club and come to a meeting; one in four leaves it again."""
    from_on = day_between(rng, *_JOINED)
    body = MembershipIn(
        id=new_id(rng),
        organisation_id=club.organisation_id,
        kind=kind,
        legal_basis=SupportBasis.CONSENT,
        from_on=from_on,
        to_on=from_on + timedelta(rng.randint(90, 400)) if rng.random() < 1 / 4 else None,
    )
    dossier.add(SyncKind.MEMBERSHIP, body)
    ahead = [session_id for session_id, held_on in club.meetings if held_on >= from_on]
    if ahead:
        came = AttendanceIn(id=new_id(rng), session_id=ahead[0], legal_basis=SupportBasis.CONSENT)
        dossier.add(SyncKind.ATTENDANCE, came)


def overseen(rng: Random, clubs: Iterable[Club]) -> Iterator[Posting]:
    """Guide the clubs and rate them, as the province does."""
    data = read_data("community.toml")
    for club in clubs:
        findings = [Finding.FILES_INCOMPLETE] if rng.random() < 0.5 else []
        visit = ClubGuidanceVisitIn(
            id=new_id(rng), organisation_id=club.organisation_id, findings=findings, **data["guidance"]
        )
        yield Posting(SyncKind.CLUB_GUIDANCE_VISIT, visit)
        grade = rng.choice(("trung_binh", "kha", "kha", "tot", "xuat_sac"))
        rating = ClubRatingIn(id=new_id(rng), organisation_id=club.organisation_id, rating=grade, **data["rating"])
        yield Posting(SyncKind.CLUB_RATING, rating)
