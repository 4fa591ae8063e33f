"""Who was merged and asks who looked is told of every entry, by whichever of them is asked for."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.medical import MEDICAL_RESULTS
from registry.domain.access import Role
from tests.api.duplicates.merging import merged, unmerged
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_fresh
from tests.factories.posted import created, pages, posted_person
from tests.factories.trails import audited


@pytest.fixture(scope="module")
async def second(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


@pytest.fixture
async def people(supervisor: httpx.AsyncClient, sign_in: SignIn) -> list[str]:
    """Three entries in three communes, each looked at once, by somebody else."""
    found = []
    for number, commune in enumerate(("22015", "22258", "24175")):
        found.append(await posted_person(supervisor, unit_code=commune))
        reader = await sign_in(Role.COMMUNE_OFFICER, unit=(commune, TODAY), subject=f"reader {number}")
        assert (await reader.get(f"/v1/persons/{found[-1]}")).status_code == 200
    return found


async def told(client: httpx.AsyncClient, person: str) -> list[dict[str, Any]]:
    return await pages(client, f"/v1/persons/{person}/access-log?limit=3")


async def readers(client: httpx.AsyncClient, person: str) -> dict[str, list[str]]:
    """Who of those that looked at one entry is told of, each with the entries that the row names."""
    rows = await told(client, person)
    return {row["officer"]: row["person_ids"] for row in rows if row["officer"].startswith("reader ")}


async def test_a_pair(supervisor: httpx.AsyncClient, second: httpx.AsyncClient, people: list[str]) -> None:
    person, into, other = people
    await merged(supervisor, second, person, into)

    for asked in (person, into):
        assert await readers(supervisor, asked) == {"reader 0": [person], "reader 1": [into]}
    assert await readers(supervisor, other) == {"reader 2": [other]}


async def test_a_chain_of_three(supervisor: httpx.AsyncClient, second: httpx.AsyncClient, people: list[str]) -> None:
    await merged(supervisor, second, people[0], people[1])
    await merged(supervisor, second, people[1], people[2])

    for asked in people:
        assert await readers(supervisor, asked) == {f"reader {n}": [person] for n, person in enumerate(people)}


async def test_an_undone_merge_leaves_each_a_log_of_its_own(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, people: list[str]
) -> None:
    await merged(supervisor, second, people[0], people[1])
    await merged(supervisor, second, people[1], people[2])
    await unmerged(supervisor, second, people[1])

    pair = {"reader 0": [people[0]], "reader 1": [people[1]]}
    assert [await readers(supervisor, person) for person in people] == [pair, pair, {"reader 2": [people[2]]}]


async def test_the_officers_of_the_survivor_are_told_of_what_lay_elsewhere(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, officer: httpx.AsyncClient, people: list[str]
) -> None:
    into, person, _ = people
    await merged(supervisor, second, person, into)

    assert await readers(officer, into) == {"reader 0": [into], "reader 1": [person]}


async def test_a_row_names_no_other_person_and_asking_is_written_down_for_every_entry(
    app: FastAPI, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, people: list[str]
) -> None:
    await merged(supervisor, second, people[0], people[1])
    await merged(supervisor, second, people[1], people[2])
    answer = await supervisor.get(f"/v1/persons/{people[0]}/access-log")
    await unmerged(supervisor, second, people[1])

    (row,) = await audited(app, answer)
    rows = await told(supervisor, people[2])

    assert sorted(row["person_ids"]) == sorted(map(UUID, people))
    assert {tuple(each["person_ids"]) for each in rows} == {(people[2],)}


async def test_medical_results_of_no_entry_are_told(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, sign_in: SignIn, people: list[str]
) -> None:
    doctor = await sign_in(Role.HEALTH_OFFICER, unit=("66", TODAY))
    await created(doctor, f"/v1/persons/{people[0]}/medical-results", a_fresh(MEDICAL_RESULTS))
    await merged(supervisor, second, people[0], people[1])

    assert "medical" not in str(await told(supervisor, people[1]))
