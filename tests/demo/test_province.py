"""The plan of the demo province: its figures, counted from the bodies themselves, and that every rule allows them."""

from collections import Counter, defaultdict
from datetime import date
from typing import TypeVar
from uuid import UUID

import pytest

from registry.api.kinds.accompaniments import ACCOMPANIMENTS
from registry.api.kinds.persons import PERSONS
from registry.api.schemas import examples
from registry.api.schemas.aftercare import AftercareIn
from registry.api.schemas.cases import DeterminationIn, EpisodeIn, FileIn
from registry.api.schemas.fields import In
from registry.api.schemas.persons import PersonIn
from registry.api.schemas.situation import CommuneStatusIn, OrganisationIn, SuspectedCountIn
from registry.demo.batches import Batch, Province
from registry.demo.province import LATEST, plan_province
from registry.demo.targets import read_targets
from registry.domain import management
from registry.domain.aftercare import AftercareOutcome
from registry.domain.atlas import Atlas
from registry.domain.episode import Episode, LegalBasis, Modality, Outcome, review
from registry.domain.management import FileCategory
from registry.domain.unit import Certainty

B = TypeVar("B", bound=In)

YEAR_BEGINS, YEAR_ENDS = date(2020, 1, 1), date(2020, 12, 31)
WITHOUT_SUCCESSOR = {"22021", "22027", "22039", "22048"}


@pytest.fixture(scope="module")
def province(atlas: Atlas) -> Province:
    return plan_province(read_targets(), atlas)


def person_of(batch: Batch) -> PersonIn | None:
    first = batch.postings[0].body
    return first if isinstance(first, PersonIn) else None


def bodies(batch: Batch, kind: type[B]) -> list[B]:
    return [posting.body for posting in batch.postings if isinstance(posting.body, kind)]


def files_of(batch: Batch) -> list[FileIn]:
    return bodies(batch, FileIn)


def episodes_of(batch: Batch) -> list[EpisodeIn]:
    return bodies(batch, EpisodeIn)


def files_open_at_year_end(batch: Batch) -> list[FileIn]:
    return [
        file
        for file in files_of(batch)
        if file.opened_on <= YEAR_ENDS and (file.closed_on is None or file.closed_on > YEAR_ENDS)
    ]


def was_treated_in_the_year(episode: EpisodeIn) -> bool:
    started_on, ended_on = episode.started_on, episode.ended_on
    return started_on is not None and started_on <= YEAR_ENDS and (ended_on is None or ended_on >= YEAR_BEGINS)


def test_the_people_on_file_are_as_many_as_published(province: Province) -> None:
    categories = Counter(file.category for batch in province.batches for file in files_open_at_year_end(batch))
    on_file = [batch for batch in province.batches if files_open_at_year_end(batch)]
    assert len(on_file) == 1229
    assert categories == {FileCategory.ADDICTED: 301, FileCategory.ILLEGAL_USER: 928}


def test_they_live_in_as_many_communes_as_published(province: Province) -> None:
    homes = {
        person.residence.unit_code
        for batch in province.batches
        if files_open_at_year_end(batch) and (person := person_of(batch))
    }
    assert len(homes) == 88
    assert examples.UNIT_CODE in homes


def test_nobody_ever_lives_where_no_successor_is_on_file(province: Province) -> None:
    homes = {person.residence.unit_code for batch in province.batches if (person := person_of(batch))}
    assert not homes & WITHOUT_SUCCESSOR


def test_communes_that_were_divided_later_are_among_them(province: Province, atlas: Atlas) -> None:
    homes = {person.residence.unit_code for batch in province.batches if (person := person_of(batch))}
    fates = Counter(atlas.there(atlas.resolve(code, YEAR_ENDS).unit_id, date.max)[1] for code in homes)
    assert fates[Certainty.PART] == 7


def test_rehab_in_the_year_is_as_published_and_nobody_is_counted_twice(province: Province) -> None:
    treated = [
        (batch, episode)
        for batch in province.batches
        for episode in episodes_of(batch)
        if episode.modality is not Modality.METHADONE and was_treated_in_the_year(episode)
    ]
    compulsory = LegalBasis.COMPULSORY
    in_facility = [episode for _, episode in treated if episode.modality is Modality.FACILITY]
    assert len(treated) == len({id(batch) for batch, _ in treated}) == 108
    assert sum(episode.legal_basis is compulsory for episode in in_facility) == 13
    assert sum(episode.legal_basis is not compulsory for episode in in_facility) == 60
    assert any(episode.registered_on < YEAR_BEGINS for _, episode in treated)


def test_registrations_until_the_year_end_are_as_published(province: Province) -> None:
    registered = Counter(
        (episode.modality, episode.legal_basis if episode.modality is Modality.FACILITY else None)
        for batch in province.batches
        for episode in episodes_of(batch)
        if episode.registered_on <= YEAR_ENDS
    )
    assert registered[Modality.COMMUNITY, None] == 144
    assert registered[Modality.FACILITY, LegalBasis.VOLUNTARY] == 180
    assert registered[Modality.FACILITY, LegalBasis.COMPULSORY] > 13
    assert registered[Modality.METHADONE, None] == 67


def test_methadone_patients_at_the_year_end_are_as_published(province: Province) -> None:
    patients = [
        batch
        for batch in province.batches
        for episode in episodes_of(batch)
        if episode.modality is Modality.METHADONE
        and episode.started_on is not None
        and episode.started_on <= YEAR_ENDS
        and (episode.ended_on is None or episode.ended_on > YEAR_ENDS)
    ]
    assert len(patients) == len({id(batch) for batch in patients}) == 67


def test_no_commune_is_a_hotspot_and_some_become_free_of_drugs_later(province: Province) -> None:
    statuses = [body for batch in province.batches for body in bodies(batch, CommuneStatusIn)]
    assert [(body.status, body.from_on) for body in statuses] == [("drug_free", date(2021, 1, 1))] * 2


def test_suspected_people_are_reported_once_by_a_commune(province: Province) -> None:
    counts = [body for batch in province.batches for body in bodies(batch, SuspectedCountIn)]
    assert len({count.unit_code for count in counts}) == len(counts) == 20


def test_everyone_on_file_as_addicted_was_determined_to_be(province: Province) -> None:
    for batch in province.batches:
        opened = [file.opened_on for file in files_of(batch) if file.category is FileCategory.ADDICTED]
        found = [body.determined_on for body in bodies(batch, DeterminationIn) if body.result == "addicted"]
        relapsed = [term for term in bodies(batch, AftercareIn) if term.outcome is AftercareOutcome.RELAPSED]
        assert len(found) == len(opened) + len(relapsed)
        assert all(determined_on < opened_on for determined_on, opened_on in zip(found, opened, strict=False))


def test_every_file_could_be_true(province: Province) -> None:
    for batch in province.batches:
        for file in files_of(batch):
            management.review(
                opened_on=file.opened_on, closed_on=file.closed_on, close_reason=file.close_reason, today=LATEST
            )
        open_now = Counter(file.category for file in files_of(batch) if file.closed_on is None)
        assert max(open_now.values(), default=0) <= 1


def test_every_episode_could_be_true_beside_the_others(province: Province) -> None:
    reviewed = 0
    for batch in province.batches:
        others: list[Episode] = []
        for body in episodes_of(batch):
            episode = Episode(
                body.id,
                body.course_id or body.id,
                body.modality,
                body.legal_basis,
                body.registered_on,
                body.started_on,
                body.ended_on,
                body.outcome,
            )
            review(episode, others=others, today=LATEST)
            others.append(episode)
            reviewed += 1
    assert reviewed > 400


def test_treatment_follows_the_file(province: Province) -> None:
    for batch in province.batches:
        episodes = episodes_of(batch)
        if episodes:
            [opened_on] = [file.opened_on for file in files_of(batch) if file.category is FileCategory.ADDICTED]
            assert all(episode.registered_on >= opened_on for episode in episodes)


def test_transfers_go_on_with_another_clinic_under_the_same_course(province: Province) -> None:
    transferred: dict[UUID, EpisodeIn] = {}
    providers: defaultdict[UUID, set[UUID | None]] = defaultdict(set)
    for batch in province.batches:
        for episode in episodes_of(batch):
            if episode.outcome is Outcome.TRANSFERRED:
                transferred[episode.id] = episode
            if episode.course_id:
                providers[episode.course_id] |= {episode.provider_id, transferred[episode.course_id].provider_id}
    assert transferred
    assert providers.keys() == transferred.keys()
    assert all(len(clinics) == 2 for clinics in providers.values())


def test_providers_exist_and_fit_the_modality(province: Province) -> None:
    kinds = {
        posting.body.id: posting.body.kind
        for posting in province.organisations.postings
        if isinstance(posting.body, OrganisationIn)
    }
    used = {
        (episode.modality, kinds[episode.provider_id] if episode.provider_id else None)
        for batch in province.batches
        for episode in episodes_of(batch)
    }
    assert used == {
        (Modality.COMMUNITY, None),
        (Modality.FACILITY, "rehab_facility_public"),
        (Modality.FACILITY, "rehab_facility_private"),
        (Modality.METHADONE, "methadone_clinic"),
    }


def test_the_person_of_the_manual_is_there_with_who_accompanies_them_alone(province: Province) -> None:
    [batch] = [b for b in province.batches if (person := person_of(b)) and person.id == UUID(examples.PERSON)]
    theirs = [posting.body.model_dump(mode="json", exclude_unset=True) for posting in batch.postings]
    assert theirs == [PERSONS.examples["resident"], ACCOMPANIMENTS.examples["by_consent"]]


def test_no_record_takes_an_id_of_the_manual_but_those_that_it_needs(province: Province) -> None:
    reserved = {value for name, value in vars(examples).items() if name.isupper()}
    postings = [posting for stage in province.stages for batch in stage for posting in batch.postings]
    made = [str(posting.body.id) for posting in postings if posting.corrects is None]
    assert reserved & set(made) == {
        *(examples.PERSON, examples.ORGANISATION, examples.COMMUNE_POPULATION, examples.ACCOMPANIMENT),
        *(examples.COUNSELLING_POINT, examples.VOLUNTEER_TEAM, examples.NETWORK_WORKER),
        *(examples.PLAN, examples.APPROVED_PLAN, examples.STATED_TARGET),
        *(examples.SESSION, examples.SUPPORT_SERVICE, examples.CLUB),
    }
    assert len(set(made)) == len(made)
    assert len(postings) + len(province.hiv_client_counts) == province.size


def test_every_batch_is_posted_by_a_commune_of_today_that_took_the_home_in(province: Province, atlas: Atlas) -> None:
    assert len({batch.unit_code for batch in province.batches}) == 34
    for batch in province.batches:
        if person := person_of(batch):
            home = atlas.resolve(person.residence.unit_code, person.residence.from_on)
            today = atlas.resolve(batch.unit_code, date.max)
            assert atlas.current(home.unit_id, date.max) == today.unit_id


def test_the_same_seed_makes_the_same_province(province: Province, atlas: Atlas) -> None:
    assert plan_province(read_targets(), atlas) == province


def test_another_seed_makes_another_province_with_the_same_figures(province: Province, atlas: Atlas) -> None:
    other = plan_province(read_targets().model_copy(update={"seed": 5}), atlas)
    assert other != province
    test_the_people_on_file_are_as_many_as_published(other)
    test_they_live_in_as_many_communes_as_published(other)
    test_rehab_in_the_year_is_as_published_and_nobody_is_counted_twice(other)
    test_registrations_until_the_year_end_are_as_published(other)
    test_methadone_patients_at_the_year_end_are_as_published(other)
    test_every_episode_could_be_true_beside_the_others(other)


def test_fewer_people_come_with_everything_else_and_the_manual_s_example(province: Province) -> None:
    small = province.with_people(5)

    kept = [person for batch in small.batches if (person := person_of(batch))]
    assert len(kept) == 5
    assert PersonIn.model_validate(PERSONS.examples["resident"]) in kept
    assert small.organisations == province.organisations
    assert (small.foundations, small.closing) == (province.foundations, province.closing)
    others = [batch for batch in province.batches if person_of(batch) is None]
    assert [batch for batch in small.batches if person_of(batch) is None] == others
    assert others
