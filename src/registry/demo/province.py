"""The demo province: targets turned into records, the same from the same seed, to be posted commune by commune."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from random import Random

from registry.api.kinds.accompaniments import ACCOMPANIMENTS
from registry.api.kinds.persons import PERSONS
from registry.api.schemas import examples
from registry.api.schemas.accompaniments import AccompanimentIn
from registry.api.schemas.persons import PersonIn
from registry.api.schemas.situation import OrganisationIn
from registry.demo import aftermath, clubs, communes, treatment
from registry.demo.aftermath import Surroundings
from registry.demo.batches import Batch, Posting, Province
from registry.demo.dossier import Dossier, Providers
from registry.demo.network import Network, health_stations
from registry.demo.people import People, day_between, draw, new_id, read_data
from registry.demo.plans import Plans, manual_s_draft
from registry.demo.targets import Targets
from registry.demo.treatment import COMMUNITY, COMMUNITY_BY_ORDER, FACILITY, FACILITY_BY_ORDER, Form
from registry.domain.atlas import Atlas
from registry.domain.episode import Outcome
from registry.domain.health import DeterminationResult, Substance
from registry.domain.management import CloseReason, FileCategory
from registry.domain.organisation import OrganisationKind
from registry.domain.sync import SyncKind
from registry.domain.unit import Certainty, UnitType, UnitVersion

LATEST = date(2024, 12, 31)
"""Nothing in the demo happened later, so that it loads by any clock."""

_ENDS = {
    CloseReason.TERM_ENDED: 85,
    CloseReason.MOVED_AWAY: 9,
    CloseReason.IMPRISONED: 4,
    CloseReason.DECEASED_OR_MISSING: 2,
}
"""How management of users ends, by rough relative frequency."""


@dataclass(slots=True)
class _Career:
    """The treatment that one addicted person has had and has in the year."""

    past: list[Form] = field(default_factory=list)
    present: Form | None = None
    is_patient: bool = False

    def file_opened_on(self, rng: Random, year: int) -> date:
        """Draw a first day on file that leaves room for the treatment."""
        if self.past or self.is_patient:
            return day_between(rng, *treatment.PAST_SINCE)
        last = date(year - 1, 7, 31) if self.present else date(year, 11, 30)
        return day_between(rng, date(2012, 1, 1), last)


def plan_province(targets: Targets, atlas: Atlas) -> Province:
    """Make the province that the targets describe."""
    return _Planner(targets, atlas).province()


class _Planner:
    def __init__(self, targets: Targets, atlas: Atlas) -> None:
        self._rng = rng = Random(targets.seed)  # noqa: S311 - reproducible, not secret
        self._later = Random(~targets.seed)  # noqa: S311 - draws of its own leave the people as they are
        self._targets = targets
        self._atlas = atlas
        self._people = People(rng)
        self._society = read_data("society.toml")
        self._affected, self._clean = self._communes()
        self._homes = self._homes_on_file()
        self._crowded = self._by_people()
        self._network = Network(self._later)
        self._past = self._past_forms()
        self._organisations = [OrganisationIn(id=new_id(rng), **fields) for fields in targets.organisations]
        self._providers = Providers(
            self._of_kind(OrganisationKind.REHAB_FACILITY_PUBLIC)[0].id,
            tuple(body.id for body in self._of_kind(OrganisationKind.REHAB_FACILITY_PRIVATE)),
            tuple(body.id for body in self._of_kind(OrganisationKind.METHADONE_CLINIC)),
        )

    def province(self) -> Province:
        targets = self._targets
        plans = Plans(self._later, targets.unit, targets.year + 1)
        whole = self._atlas.resolve(targets.unit, date(targets.year, 12, 31))
        organisations = [Posting(SyncKind.ORGANISATION, each) for each in self._organisations]
        stations = health_stations(self._rng, self._crowded[1 : targets.around.health_stations + 1])
        organisations += [Posting(SyncKind.ORGANISATION, each) for each in stations]
        organisations += [Posting(SyncKind.SUPPORT_SERVICE, each) for each in self._network.services]
        told = communes.conference(self._later, targets.unit)
        return Province(
            organisations=Batch(targets.unit, tuple(organisations)),
            foundations=(*self._founded(), self._batch(whole, (*plans.draft(), told))),
            batches=(
                *self._example(),
                *self._situation(),
                *self._on_file(),
                *self._off_file(),
                *self._plans_of_communes(plans),
            ),
            closing=(
                self._batch(whole, (*clubs.overseen(self._later, self._network.clubs.values()), *plans.closing())),
            ),
            hiv_client_counts=tuple(self._network.hiv_client_counts(targets.year)),
        )

    def _communes(self) -> tuple[list[UnitVersion], list[UnitVersion]]:
        """Choose the communes with people on file, and those without.

        Communes that were divided later are chosen first, to show what becomes of their people. Those
        without a successor on file are left out: nobody but the province could post there today.
        """
        year_end, atlas = date(self._targets.year, 12, 31), self._atlas
        communes = atlas.communes_within(atlas.resolve(self._targets.unit, year_end).unit_id, year_end)
        fate = {commune.code: atlas.there(commune.unit_id, date.max)[1] for commune in communes}
        placed = [commune for commune in communes if fate[commune.code] is not Certainty.UNPLACED]
        self._rng.shuffle(placed)
        placed.sort(key=lambda c: c.code != examples.UNIT_CODE and fate[c.code] is not Certainty.PART)
        count = self._targets.on_file.communes
        return placed[:count], placed[count:]

    def _homes_on_file(self) -> list[UnitVersion]:
        """Give each affected commune one person, and spread the others, more of them to towns."""
        rng, on_file = self._rng, self._targets.on_file
        weights = [rng.lognormvariate(0, 0.6) * (1 if c.type is UnitType.XA else 2.5) for c in self._affected]
        others = rng.choices(self._affected, weights, k=on_file.persons - on_file.communes)
        homes = [*self._affected, *others]
        rng.shuffle(homes)
        return homes

    def _by_people(self) -> list[UnitVersion]:
        """The affected communes, the manual's first, then those where most people live."""
        crowded = [commune for commune, _ in Counter(self._homes).most_common()]
        return sorted(crowded, key=lambda commune: commune.code != examples.UNIT_CODE)

    def _of_kind(self, kind: OrganisationKind) -> list[OrganisationIn]:
        return [body for body in self._organisations if body.kind is kind]

    def _example(self) -> Iterator[Batch]:
        """The person of the manual's examples, and who accompanies them; nothing else, so that all can be tried."""
        commune = next(commune for commune in self._affected if commune.code == examples.UNIT_CODE)
        person = PersonIn.model_validate(PERSONS.examples["resident"])
        company = AccompanimentIn.model_validate(ACCOMPANIMENTS.examples["by_consent"])
        theirs = Posting(SyncKind.PERSON, person), Posting(SyncKind.ACCOMPANIMENT, company, person.id)
        yield self._batch(commune, theirs)

    def _situation(self) -> Iterator[Batch]:
        rng, around, year = self._rng, self._targets.around, self._targets.year
        reporting = rng.sample(self._affected, around.suspected_counts)
        yield from self._posted(communes.suspected_counts(rng, reporting, year))
        yield from self._posted(communes.recognitions(rng, self._clean[: around.drug_free_communes], year))
        yield from self._posted(communes.populations(self._later, [*self._affected, *self._clean], year))
        yield from self._posted(communes.activities(self._later, self._crowded[: around.active_communes]))

    def _posted(self, placed: Iterable[communes.Placed]) -> Iterator[Batch]:
        return (self._batch(commune, (posting,)) for commune, posting in placed)

    def _founded(self) -> Iterator[Batch]:
        """Found teams, points and clubs where most people live; the last one of each is closed after some years."""
        network, around = self._network, self._targets.around
        for found, count in (
            (network.team, around.volunteer_teams),
            (network.point, around.counselling_points),
            (network.club, around.clubs),
        ):
            for place, commune in enumerate(self._crowded[: count + 1]):
                yield self._batch(commune, found(commune, closes=place == count))

    def _plans_of_communes(self, plans: Plans) -> Iterator[Batch]:
        planning = self._crowded[: self._targets.around.commune_plans + 1]
        for commune in planning:
            yield self._batch(commune, plans.of_commune(commune))
        yield self._batch(planning[0], manual_s_draft(self._later))

    def _on_file(self) -> Iterator[Batch]:
        rng, year = self._rng, self._targets.year
        addicted = self._targets.on_file.addicted
        for home, career in zip(self._homes, self._careers(addicted), strict=False):
            yield self._addicted(home, career)
        for home in self._homes[addicted:]:
            long_ago = timedelta(days=min(int(rng.expovariate(1 / 900)), 3900))
            yield self._user(home, date(year, 12, 20) - long_ago)

    def _off_file(self) -> Iterator[Batch]:
        rng, around, year = self._rng, self._targets.around, self._targets.year
        for form in self._past[: around.former_persons]:
            yield self._former(rng.choice([*self._affected, *self._clean]), form)
        for _ in range(around.later_persons):
            yield self._user(rng.choice(self._affected), day_between(rng, date(year + 1, 2, 1), LATEST))

    def _past_forms(self) -> list[Form]:
        """List the treatments that were over before the year: what was registered without what the year shows."""
        rehab, registered, around = self._targets.rehab, self._targets.registered, self._targets.around
        forms = [COMMUNITY] * (registered.community - rehab.community)
        forms += [FACILITY] * (registered.facility_voluntary - rehab.facility_voluntary)
        forms += [FACILITY_BY_ORDER] * (around.facility_compulsory_registered - rehab.facility_compulsory)
        self._rng.shuffle(forms)
        return forms

    def _careers(self, count: int) -> list[_Career]:
        """Deal all treatment to the people who are on file as addicted."""
        rng, rehab = self._rng, self._targets.rehab
        careers = [_Career() for _ in range(count)]
        forms = [rng.choice((COMMUNITY, COMMUNITY, COMMUNITY, COMMUNITY_BY_ORDER)) for _ in range(rehab.community)]
        forms += [FACILITY] * rehab.facility_voluntary + [FACILITY_BY_ORDER] * rehab.facility_compulsory
        for career, form in zip(careers, forms, strict=False):
            career.present = form
        at_home = [career for career in careers if career.present is not FACILITY_BY_ORDER]
        for career in rng.sample(at_home, self._targets.methadone.patients):
            career.is_patient = True
        past = self._past[self._targets.around.former_persons :]
        for career, form in zip(rng.sample([*careers, *careers], len(past)), past, strict=True):
            career.past.append(form)
        return careers

    def _addicted(self, home: UnitVersion, career: _Career) -> Batch:
        rng, year = self._rng, self._targets.year
        opened_on = career.file_opened_on(rng, year)
        was_user_since = opened_on - timedelta(days=rng.randint(200, 700)) if rng.random() < 0.1 else None
        dossier = self._dossier(home, was_user_since or opened_on)
        if was_user_since:
            found = opened_on, CloseReason.FOUND_ADDICTED
            dossier.file(FileCategory.ILLEGAL_USER, opened_on=was_user_since, closed=found)
        self._find_addicted(dossier, opened_on, Substance.HEROIN if career.is_patient else None)
        closed = None
        if not career.is_patient and rng.random() < 0.25:
            reasons = CloseReason.COMPLETED_AFTERCARE, CloseReason.COMPLETED_TREATMENT, CloseReason.MOVED_AWAY
            closed = day_between(rng, date(year + 3, 1, 1), LATEST), rng.choice(reasons)
        dossier.file(FileCategory.ADDICTED, opened_on=opened_on, closed=closed)
        present = [treatment.stay_during(rng, career.present, year)] if career.present else []
        past = treatment.past_stays(rng, career.past, since=opened_on)
        dossier.treat(chain(past, present), self._providers)
        if career.is_patient:
            dossier.treat(treatment.methadone_stays(rng, year), self._providers)
        is_treated_here = career.is_patient or career.present in (COMMUNITY, COMMUNITY_BY_ORDER)
        network, code = self._network, home.code
        around = Surroundings(
            network.teams.get(code), network.points.get(code), network.clubs.get(code), is_treated_here
        )
        aftermath.follow(dossier, around, latest=LATEST)
        return self._batch(home, dossier.postings)

    def _user(self, home: UnitVersion, opened_on: date) -> Batch:
        rng = self._rng
        dossier = self._dossier(home, opened_on)
        substance = Substance(draw(rng, self._society["substance"]))
        if rng.random() < 0.2:
            dossier.test(substance, on=self._shortly_before(opened_on))
        if rng.random() < 0.1:
            dossier.use(substance, on=opened_on, days_last_month=rng.randint(1, 8))
        if rng.random() < 0.02:
            on = self._shortly_before(opened_on)
            dossier.determine(DeterminationResult.NOT_ADDICTED, on=on, substances=())
        closed = None
        year_over = max(opened_on, date(self._targets.year, 12, 31)) + timedelta(days=365)
        if year_over < LATEST and rng.random() < 0.4:
            closed = day_between(rng, year_over, LATEST), draw(rng, _ENDS)
        dossier.file(FileCategory.ILLEGAL_USER, opened_on=opened_on, closed=closed)
        return self._batch(home, dossier.postings)

    def _former(self, home: UnitVersion, form: Form) -> Batch:
        rng = self._rng
        opened_on = day_between(rng, *treatment.PAST_SINCE)
        [stay] = treatment.past_stays(rng, [form], since=opened_on)
        dossier = self._dossier(home, opened_on)
        self._find_addicted(dossier, opened_on, None)
        others = CloseReason.MOVED_AWAY, CloseReason.IMPRISONED, CloseReason.DECEASED_OR_MISSING
        has_completed = stay.outcome is Outcome.COMPLETED
        reason = CloseReason.COMPLETED_TREATMENT if has_completed else rng.choice(others)
        closed_on = (stay.ended_on or stay.registered_on) + timedelta(days=rng.randint(30, 400))
        dossier.file(FileCategory.ADDICTED, opened_on=opened_on, closed=(closed_on, reason))
        dossier.treat(iter([stay]), self._providers)
        aftermath.follow(dossier, Surroundings(), latest=LATEST)
        return self._batch(home, dossier.postings)

    def _batch(self, unit: UnitVersion, postings: Iterable[Posting]) -> Batch:
        return Batch.of_unit(self._atlas, unit, postings)

    def _dossier(self, home: UnitVersion, since: date) -> Dossier:
        rng = self._rng
        person = self._people.person(born_in=since.year - int(rng.triangular(15, 50, 22)))
        dossier = Dossier(rng, person, home, since=since)
        if rng.random() < 0.6:
            dossier.show(self._people.paper(person, on=since))
        return dossier

    def _find_addicted(self, dossier: Dossier, opened_on: date, known: Substance | None) -> None:
        substance = known or Substance(draw(self._rng, self._society["addiction"]))
        found_on = self._shortly_before(opened_on)
        if self._rng.random() < 0.5:
            dossier.use(substance, on=found_on, days_last_month=self._rng.randint(12, 30))
        dossier.determine(DeterminationResult.ADDICTED, on=found_on, substances=(substance,))

    def _shortly_before(self, day: date) -> date:
        return day - timedelta(days=self._rng.randint(2, 12))
