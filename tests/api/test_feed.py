"""The change feed: one row for the unit in charge, one for each organisation that may see the record, no more."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.situation import STATUSES
from tests.conftest import TODAY
from tests.factories.bodies import a_document, a_file, an_episode
from tests.factories.posted import corrected, created, posted_episode, posted_organisation, posted_person, refused
from tests.factories.shelf import Shelf, put, shelf_of, voided
from tests.factories.trails import fed


@pytest.fixture
async def shelf(request: pytest.FixtureRequest, manager: httpx.AsyncClient) -> Shelf:
    return await shelf_of(request.param, manager)


every_shape = pytest.mark.parametrize(
    "shelf", [PERSONS, EPISODES, STATUSES], ids=lambda kind: kind.singular, indirect=True
)


def unit_of(app: FastAPI, code: str) -> int:
    unit_id: int = app.state.atlas.resolve(code, TODAY).unit_id
    return unit_id


def to_units(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["op"].value, row["version"]) for row in rows if row["unit_id"] is not None]


def to_organisations(rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(str(row["organisation_id"]), row["op"].value, row["version"]) for row in rows if row["unit_id"] is None]


@every_shape
class TestUnits:
    async def test_each_version_is_told_to_the_unit_in_charge_today(
        self, app: FastAPI, manager: httpx.AsyncClient, shelf: Shelf
    ) -> None:
        body = await put(shelf, manager)
        await corrected(manager, shelf.address(body), dict(shelf.kind.correction))
        await voided(shelf, manager, body)

        person = shelf.owner(body)
        told = {
            "unit_id": unit_of(app, "22015"),
            "organisation_id": None,
            "person_id": UUID(person) if person else None,
            "entity": shelf.entity,
        }
        assert await fed(app, body["id"]) == [
            told | {"op": "upsert", "version": 1},
            told | {"op": "upsert", "version": 2},
            told | {"op": "void", "version": 3},
        ]

    async def test_what_changes_nothing_is_not_told(
        self, app: FastAPI, manager: httpx.AsyncClient, shelf: Shelf
    ) -> None:
        body = await put(shelf, manager)
        await manager.post(shelf.path, json=body)
        await manager.post(shelf.path, json=shelf.otherwise(body))
        await corrected(manager, shelf.address(body), {})
        await corrected(manager, shelf.address(body), dict(shelf.kind.correction), if_match='"v9-x"')
        await manager.get(shelf.address(body))

        assert to_units(await fed(app, body["id"])) == [("upsert", 1)]


class TestOrganisations:
    async def test_the_provider_is_told_of_its_own_episode_and_of_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, person_id = await posted_organisation(manager), await posted_person(manager)
        episode = await posted_episode(manager, person_id, provider_id=clinic)
        await corrected(manager, f"/v1/persons/{person_id}", {"phone": "0900 000 002"})

        assert to_organisations(await fed(app, episode["id"])) == [(clinic, "upsert", 1)]
        assert to_organisations(await fed(app, person_id)) == [(clinic, "enter", 1), (clinic, "upsert", 2)]

    async def test_the_provider_is_told_nothing_else_of_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, other, person_id = (
            await posted_organisation(manager),
            await posted_organisation(manager),
            await posted_person(manager),
        )
        await posted_episode(manager, person_id, provider_id=clinic)
        path = f"/v1/persons/{person_id}"
        for collection, body in (
            ("files", a_file()),
            ("identity-documents", a_document()),
            ("episodes", an_episode(modality="methadone", provider_id=other)),
        ):
            await created(manager, f"{path}/{collection}", body)
            told = to_organisations(await fed(app, body["id"]))
            assert clinic not in {organisation for organisation, *_ in told}, collection

    async def test_two_episodes_with_one_provider_tell_it_once_of_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, person_id = await posted_organisation(manager), await posted_person(manager)
        await posted_episode(manager, person_id, provider_id=clinic)
        await posted_episode(manager, person_id, provider_id=clinic, modality="methadone")
        await corrected(manager, f"/v1/persons/{person_id}", {"phone": "0900 000 002"})

        assert to_organisations(await fed(app, person_id)) == [(clinic, "enter", 1), (clinic, "upsert", 2)]

    async def test_the_provider_is_told_that_its_episode_was_voided(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, person_id = await posted_organisation(manager), await posted_person(manager)
        episode = await posted_episode(manager, person_id, provider_id=clinic)
        address = f"/v1/persons/{person_id}/episodes/{episode['id']}"

        await manager.post(f"{address}/void", json={"reason": "Entered twice."})
        await corrected(manager, f"/v1/persons/{person_id}", {"phone": "0900 000 002"})

        told = to_organisations(await fed(app, episode["id"]))
        assert told == [(clinic, "upsert", 1), (clinic, "void", 2), (clinic, "leave", 2)]
        assert to_organisations(await fed(app, person_id)) == [(clinic, "enter", 1), (clinic, "leave", 1)]

    async def test_a_stay_that_passes_to_another_provider_leaves_the_first(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, other, person_id = (
            await posted_organisation(manager),
            await posted_organisation(manager),
            await posted_person(manager),
        )
        episode = await posted_episode(manager, person_id, provider_id=clinic)

        await corrected(manager, f"/v1/persons/{person_id}/episodes/{episode['id']}", {"provider_id": other})

        told = to_organisations(await fed(app, episode["id"]))
        assert told == [(clinic, "upsert", 1), (clinic, "leave", 1), (other, "upsert", 2)]
        people = to_organisations(await fed(app, person_id))
        assert people == [(clinic, "enter", 1), (clinic, "leave", 1), (other, "enter", 1)]

    async def test_a_provider_that_keeps_one_stay_loses_the_other_and_not_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        clinic, other, person_id = (
            await posted_organisation(manager),
            await posted_organisation(manager),
            await posted_person(manager),
        )
        await posted_episode(manager, person_id, provider_id=clinic)
        methadone = await posted_episode(manager, person_id, provider_id=clinic, modality="methadone")

        await corrected(manager, f"/v1/persons/{person_id}/episodes/{methadone['id']}", {"provider_id": other})

        told = to_organisations(await fed(app, methadone["id"]))
        assert told == [(clinic, "upsert", 1), (clinic, "leave", 1), (other, "upsert", 2)]
        people = to_organisations(await fed(app, person_id))
        assert people == [(clinic, "enter", 1), (other, "enter", 1)]


async def test_a_refused_write_is_not_told(app: FastAPI, manager: httpx.AsyncClient) -> None:
    person_id, body = await posted_person(manager), an_episode(legal_basis="compulsory", modality="methadone")

    refused(await manager.post(f"/v1/persons/{person_id}/episodes", json=body), 409, "methadone_is_voluntary")

    assert await fed(app, body["id"]) == []
