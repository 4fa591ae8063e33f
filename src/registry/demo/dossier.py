"""Everything that is posted about one made-up person, in the order in which it happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, assert_never
from uuid import UUID

from registry.api.schemas.cases import DeterminationIn, EpisodeIn, FileIn, SubstanceUseIn, TestIn
from registry.api.schemas.persons import IdentityDocumentIn, PersonIn, ResidenceIn
from registry.api.schemas.records import NewRecord
from registry.demo.batches import Posting
from registry.demo.people import Individual, Paper, draw, new_id
from registry.demo.treatment import Stay
from registry.domain.episode import LegalBasis, Modality, Outcome
from registry.domain.health import DeterminationResult, Substance, TestMethod, TestResult, UseRoute
from registry.domain.management import CloseReason, FileCategory
from registry.domain.person import ResidenceKind
from registry.domain.sync import SyncKind
from registry.domain.unit import UnitType, UnitVersion

_ROUTES = {
    Substance.HEROIN: UseRoute.INJECTING,
    Substance.OPIUM: UseRoute.SMOKING,
    Substance.AMPHETAMINES: UseRoute.INHALING,
    Substance.CANNABIS: UseRoute.SMOKING,
    Substance.SYNTHETIC_CANNABINOIDS: UseRoute.SMOKING,
    Substance.KETAMINE: UseRoute.INHALING,
    Substance.ECSTASY: UseRoute.SWALLOWING,
}


@dataclass(frozen=True, slots=True)
class Providers:
    """Who treats, by the ids of the organisations."""

    public_facility: UUID
    private_facilities: tuple[UUID, ...]
    clinics: tuple[UUID, ...]

    def for_stay(self, rng: Random, stay: Stay, *, leaving: UUID | None) -> UUID | None:
        """Choose who gives a stay; a transfer from `leaving` goes elsewhere. In the community nobody is named."""
        match stay.form.modality:
            case Modality.COMMUNITY:
                return None
            case Modality.METHADONE:
                return rng.choice([clinic for clinic in self.clinics if clinic != leaving])
            case Modality.FACILITY if stay.form.legal_basis is LegalBasis.COMPULSORY or rng.random() < 0.4:
                return self.public_facility
            case Modality.FACILITY:
                return rng.choice(self.private_facilities)
            case _:
                assert_never(stay.form.modality)


@dataclass(frozen=True, slots=True)
class Completed:
    """A course that was completed: by which stays, when, and whether by an order."""

    course_id: UUID
    on: date
    is_compulsory: bool


class Dossier:
    """Builds the postings of one person, whose residence began in an earlier year than what the file tells."""

    def __init__(self, rng: Random, person: Individual, commune: UnitVersion, *, since: date) -> None:
        self.person_id = person.id
        self.born_on = person.born_on
        self.completed: Completed | None = None
        """The course that was completed last."""
        self._commune = commune
        self._rng = rng
        self._postings = [Posting(SyncKind.PERSON, self._resident(person, since.year))]

    @property
    def postings(self) -> tuple[Posting, ...]:
        return tuple(self._postings)

    def stay_for_a_while(self, rng: Random, *, from_on: date) -> None:
        """Let the person stay elsewhere in the same commune for some months."""
        stay = ResidenceIn(
            id=new_id(rng),
            kind=ResidenceKind.TEMPORARY,
            unit_code=self._commune.code,
            from_on=from_on,
            to_on=from_on + timedelta(rng.randint(30, 90)),
        )
        self.add(SyncKind.RESIDENCE, stay)

    def _resident(self, person: Individual, known_in: int) -> PersonIn:
        rng = self._rng
        kind = ResidenceKind(draw(rng, {"permanent": 84, "temporary": 13, "no_stable_residence": 3}))
        quarter = "Thôn" if self._commune.type is UnitType.XA else "Khu phố"
        has_address = kind is not ResidenceKind.NO_STABLE_RESIDENCE and rng.random() < 0.5
        moved_in_on = date(rng.randint(person.born_on.year, known_in - 1), rng.randint(1, 12), 1)
        return PersonIn(
            id=person.id,
            full_name=person.full_name,
            aliases=list(person.aliases),
            sex=person.sex,
            birth_date=person.born_on if person.is_birthday_known else None,
            birth_year=None if person.is_birthday_known else person.born_on.year,
            ethnicity=person.ethnicity,
            occupation=person.occupation,
            education=person.education,
            phone=person.phone,
            residence=ResidenceIn(
                id=new_id(rng),
                kind=kind,
                unit_code=self._commune.code,
                address=f"{quarter} {rng.randint(1, 8)}" if has_address else None,
                from_on=max(moved_in_on, person.born_on),
            ),
        )

    def show(self, paper: Paper) -> None:
        """Record an identity document."""
        self.add(
            SyncKind.IDENTITY_DOCUMENT,
            IdentityDocumentIn(
                id=new_id(self._rng),
                document_type=paper.type,
                number=paper.number,
                issued_on=paper.issued_on,
                issuer=paper.issuer,
            ),
        )

    def use(self, substance: Substance, *, on: date, days_last_month: int) -> None:
        """Note a substance in use."""
        self.add(
            SyncKind.SUBSTANCE_USE,
            SubstanceUseIn(
                id=new_id(self._rng),
                substance=substance,
                route=_ROUTES.get(substance, UseRoute.OTHER),
                noted_on=on,
                first_used_year=on.year - self._rng.randint(0, 4),
                days_last_month=days_last_month,
            ),
        )

    def test(self, substance: Substance, *, on: date) -> None:
        """Record a positive rapid test."""
        self.add(
            SyncKind.DRUG_TEST,
            TestIn(
                id=new_id(self._rng),
                tested_on=on,
                method=TestMethod.RAPID_URINE,
                result=TestResult.POSITIVE,
                substances=[substance],
            ),
        )

    def determine(self, result: DeterminationResult, *, on: date, substances: Iterable[Substance]) -> None:
        """Record a determination of addiction."""
        self.add(
            SyncKind.DETERMINATION,
            DeterminationIn(id=new_id(self._rng), determined_on=on, result=result, substances=list(substances)),
        )

    def file(self, category: FileCategory, *, opened_on: date, closed: tuple[date, CloseReason] | None = None) -> None:
        """Record a management file, with its end where it has one."""
        closed_on, reason = closed or (None, None)
        self.add(
            SyncKind.FILE,
            FileIn(
                id=new_id(self._rng),
                category=category,
                opened_on=opened_on,
                closed_on=closed_on,
                close_reason=reason,
                **self.decided(self._rng, opened_on),
            ),
        )

    def treat(self, stays: Iterator[Stay], providers: Providers) -> None:
        """Record stays one after another; one that follows a transfer continues its course."""
        course: UUID | None = None
        provider: UUID | None = None
        for stay in stays:
            provider = providers.for_stay(self._rng, stay, leaving=provider if course else None)
            episode = EpisodeIn(
                id=new_id(self._rng),
                modality=stay.form.modality,
                legal_basis=stay.form.legal_basis,
                registered_on=stay.registered_on,
                started_on=stay.started_on,
                course_id=course,
                provider_id=provider,
                planned_months=stay.planned_months,
                therapies=list(stay.form.therapies) if stay.started_on else [],
                ended_on=stay.ended_on,
                outcome=stay.outcome,
            )
            self.add(SyncKind.EPISODE, episode)
            if stay.outcome is Outcome.COMPLETED and stay.ended_on is not None:
                is_compulsory = stay.form.legal_basis is LegalBasis.COMPULSORY
                self.completed = Completed(course or episode.id, stay.ended_on, is_compulsory)
            course = (course or episode.id) if stay.outcome is Outcome.TRANSFERRED else None

    def decided(self, rng: Random, on: date) -> dict[str, Any]:
        """A decision of the commune's chair on a day."""
        name = self._commune.name
        return {
            "decision_number": f"{rng.randint(1, 280)}/QĐ-UBND",
            "decision_on": on,
            "issuer": f"Chủ tịch UBND {name[:1].lower()}{name[1:]}",
        }

    def add(self, kind: SyncKind, body: NewRecord) -> None:
        """Add a record of the person."""
        self._postings.append(Posting(kind, body, self.person_id))
