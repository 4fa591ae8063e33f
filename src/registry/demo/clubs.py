"""The clubs of the demo: who belongs to them, the guidance that they get and how they are rated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from registry.api.schemas.clubs import ClubGuidanceVisitIn, ClubRatingIn
from registry.api.schemas.memberships import MembershipIn
from registry.demo.batches import Posting
from registry.demo.dossier import Dossier
from registry.demo.people import day_between, new_id, read_data
from registry.domain.activity import Finding
from registry.domain.club import MemberKind
from registry.domain.support import SupportBasis
from registry.domain.sync import SyncKind

_JOINED = date(2020, 7, 1), date(2021, 3, 31)


@dataclass(frozen=True, slots=True)
class Club:
    """A club that people may join."""

    organisation_id: UUID


def join(rng: Random, dossier: Dossier, club: Club) -> None:
    """Let somebody belong to a club after rehabilitation; one in four leaves it again."""
    from_on = day_between(rng, *_JOINED)
    body = MembershipIn(
        id=new_id(rng),
        organisation_id=club.organisation_id,
        kind=MemberKind.AFTER_REHAB,
        legal_basis=SupportBasis.CONSENT,
        from_on=from_on,
        to_on=from_on + timedelta(rng.randint(90, 400)) if rng.random() < 1 / 4 else None,
    )
    dossier.add(SyncKind.MEMBERSHIP, body)


def overseen(rng: Random, clubs: Sequence[Club]) -> Iterator[Posting]:
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
