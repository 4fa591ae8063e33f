"""An officer of a facility sees its patients' names, years of birth and phones, its own records, and nothing else."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_file, an_episode
from tests.factories.posted import (
    body_of,
    corrected,
    posted_episode,
    posted_organisation,
    posted_person,
    refused,
    without_occurrence,
)


@pytest.fixture(scope="module")
async def facility(manager: httpx.AsyncClient) -> str:
    return await posted_organisation(manager, kind="rehab_facility_public")


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn, facility: str) -> httpx.AsyncClient:
    return await sign_in(Role.FACILITY_OFFICER, organisation=UUID(facility))


async def test_a_patient_s_name_year_and_phone(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    person_id = await posted_person(manager, full_name="Võ Thị Lan", birth_date="1990-02-03", phone="0900 000 009")
    await posted_episode(manager, person_id, modality="facility", provider_id=facility)

    answer = await officer.get(f"/v1/persons/{person_id}")

    assert body_of(answer) == {
        "id": person_id,
        "version": 1,
        "full_name": "Võ Thị Lan",
        "birth_year": 1990,
        "phone": "0900 000 009",
    }
    assert answer.headers["etag"] == '"v1-reached"'
    listed = body_of(await officer.get("/v1/persons"))["items"]
    assert body_of(answer) in listed
    assert all(set(item) == {"id", "version", "full_name", "birth_year", "phone"} for item in listed)


async def test_someone_it_does_not_treat_looks_like_absent(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    person_id = await posted_person(manager)

    theirs = await officer.get(f"/v1/persons/{person_id}")
    absent = await officer.get(f"/v1/persons/{uuid4()}")

    refused(absent, 404, "not_found")
    assert without_occurrence(theirs) == without_occurrence(absent)


async def test_its_own_episodes_and_no_others(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    person_id, clinic = await posted_person(manager), await posted_organisation(manager)
    theirs = await posted_episode(
        manager, person_id, modality="facility", provider_id=facility, started_on="2021-01-01",
        registered_on="2021-01-01",
    )  # fmt: skip
    others = [
        await posted_episode(manager, person_id, modality="methadone", provider_id=clinic),
        await posted_episode(manager, person_id, ended_on="2020-09-16", outcome="completed"),
    ]

    address = f"/v1/persons/{person_id}/episodes"
    listed = [item["id"] for item in body_of(await officer.get(address))["items"]]
    across = [item["id"] for item in body_of(await officer.get("/v1/episodes?limit=500"))["items"]]

    assert listed == [theirs["id"]]
    assert theirs["id"] in across
    assert {episode["id"] for episode in others}.isdisjoint(across)
    for episode in others:
        refused(await officer.get(f"{address}/{episode['id']}"), 404, "not_found")
        refused(await officer.get(f"{address}/{episode['id']}/versions"), 404, "not_found")
        exit_ = {"ended_on": "2021-01-01", "outcome": "custody"}
        refused(await officer.post(f"{address}/{episode['id']}/exit", json=exit_), 404, "not_found")


@pytest.mark.parametrize(
    "rest",
    [
        "/versions", "/responsibilities", "/residences", "/identity-documents", "/files", "/drug-tests",
        "/determinations", "/substance-uses",
    ],
)  # fmt: skip
async def test_nothing_else_of_a_patient(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str, rest: str
) -> None:
    person_id = await posted_person(manager)
    await posted_episode(manager, person_id, modality="facility", provider_id=facility)

    refused(await officer.get(f"/v1/persons/{person_id}{rest}"), 403, "insufficient_scope")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"category": "illegal_user"}, "insufficient_scope", id="on file"),
        pytest.param({"identity_number": "054092999001"}, "insufficient_scope", id="with a number"),
        pytest.param({"unit_code": "22015"}, "unit_not_granted", id="of a commune"),
    ],
)
async def test_no_search_by_what_it_may_not_see(officer: httpx.AsyncClient, body: Body, code: str) -> None:
    refused(await officer.post("/v1/persons/search", json=body), 403, code)


async def test_it_keeps_its_own_episodes(manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str) -> None:
    person_id, clinic = await posted_person(manager), await posted_organisation(manager)
    episode = await posted_episode(manager, person_id, modality="facility", provider_id=facility)
    address = f"/v1/persons/{person_id}/episodes"

    longer = await corrected(officer, f"{address}/{episode['id']}", {"planned_months": 12})
    given_away = await corrected(officer, f"{address}/{episode['id']}", {"provider_id": clinic})
    for_another = await officer.post(address, json=an_episode(modality="methadone", provider_id=clinic))
    for_nobody = await officer.post(address, json=an_episode(modality="methadone"))
    its_own = await officer.post(address, json=an_episode(modality="methadone", provider_id=facility))

    assert (longer.status_code, body_of(longer)["planned_months"]) == (200, 12)
    for answer in (given_away, for_another, for_nobody):
        refused(answer, 403, "organisation_not_granted", "/provider_id")
    assert its_own.status_code == 201
    refused(await officer.post(f"/v1/persons/{person_id}/files", json=a_file()), 403, "insufficient_scope")


async def test_the_reach_ends_ninety_days_after_the_stay(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    recent, past = await posted_person(manager), await posted_person(manager)
    over: dict[str, Any] = {"modality": "facility", "provider_id": facility, "outcome": "completed"}
    await posted_episode(manager, recent, **over, ended_on="2026-08-23")
    await posted_episode(manager, past, **over, ended_on="2026-08-22")

    assert (await officer.get(f"/v1/persons/{recent}")).status_code == 200
    refused(await officer.get(f"/v1/persons/{past}"), 404, "not_found")


async def test_the_reach_ends_at_once_with_an_episode_that_was_voided_or_given_to_another(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    clinic = await posted_organisation(manager)
    for step in ("void", "give away", "give away after its end"):
        person_id = await posted_person(manager)
        episode = await posted_episode(manager, person_id, modality="facility", provider_id=facility)
        address = f"/v1/persons/{person_id}/episodes/{episode['id']}"
        if step == "void":
            await manager.post(f"{address}/void", json={"reason": "Entered for the wrong person."})
        if step == "give away after its end":
            await manager.post(f"{address}/exit", json={"ended_on": "2026-11-20", "outcome": "completed"})
        assert (await officer.get(f"/v1/persons/{person_id}")).is_success is (step != "void")
        if step != "void":
            await corrected(manager, address, {"provider_id": clinic})

        refused(await officer.get(f"/v1/persons/{person_id}"), 404, "not_found")


async def test_who_was_voided_is_no_patient_any_more(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    person_id = await posted_person(manager)
    await posted_episode(manager, person_id, modality="facility", provider_id=facility)
    assert (await officer.get(f"/v1/persons/{person_id}")).status_code == 200

    voided = await manager.post(f"/v1/persons/{person_id}/void", json={"reason": "Entered twice."})

    assert voided.status_code == 200
    refused(await officer.get(f"/v1/persons/{person_id}"), 404, "not_found")
    refused(await officer.get(f"/v1/persons/{person_id}/episodes"), 404, "not_found")


async def test_a_patient_who_was_transferred_in_is_discharged(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    person_id = await posted_person(manager)
    first = await posted_episode(manager, person_id, ended_on="2020-04-01", outcome="transferred")
    second = await posted_episode(
        manager,
        person_id,
        modality="facility",
        provider_id=facility,
        course_id=first["id"],
        registered_on="2020-04-01",
        started_on="2020-04-01",
    )

    discharged = await officer.post(
        f"/v1/persons/{person_id}/episodes/{second['id']}/exit", json={"ended_on": "2020-10-01", "outcome": "completed"}
    )

    assert discharged.status_code == 200, discharged.text


async def test_a_stay_does_not_overlap_one_that_the_facility_cannot_see(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    person_id = await posted_person(manager)
    await posted_episode(manager, person_id, ended_on="2020-09-01", outcome="completed")
    await posted_episode(
        manager,
        person_id,
        modality="facility",
        provider_id=facility,
        registered_on="2021-01-05",
        started_on="2021-01-05",
    )

    within = an_episode(
        modality="facility",
        provider_id=facility,
        registered_on="2020-05-01",
        started_on="2020-05-01",
        ended_on="2020-06-01",
        outcome="completed",
    )
    refused(
        await officer.post(f"/v1/persons/{person_id}/episodes", json=within), 409, "episode_overlaps", "/started_on"
    )


async def test_a_facility_entered_twice_is_voided_after_its_stays_are_the_other_s(
    manager: httpx.AsyncClient, sign_in: SignIn, facility: str
) -> None:
    twice = await posted_organisation(manager, kind="rehab_facility_public")
    officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(twice))
    person_id = await posted_person(manager)
    episode = await posted_episode(manager, person_id, modality="facility", provider_id=twice)
    stay, voiding = f"/v1/persons/{person_id}/episodes/{episode['id']}", f"/v1/organisations/{twice}/void"

    refused(await manager.post(voiding, json={"reason": "Entered twice."}), 409, "organisation_in_use")
    assert (await corrected(manager, stay, {"provider_id": facility})).status_code == 200
    assert (await manager.post(voiding, json={"reason": "Entered twice."})).status_code == 200

    refused(await officer.get(f"/v1/persons/{person_id}"), 403, "insufficient_scope")
    ended = {"ended_on": "2020-10-01", "outcome": "completed"}
    assert (await manager.post(f"{stay}/exit", json=ended)).status_code == 200


async def test_the_former_versions_of_an_organisation_are_as_public_as_it_is(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, facility: str
) -> None:
    address = f"/v1/organisations/{facility}"
    assert (await corrected(manager, address, {"name": "Cơ sở cai nghiện số 2"})).status_code == 200
    versions = body_of(await officer.get(f"{address}/versions"))["items"]
    assert [former["version"] for former in versions] == [1]
