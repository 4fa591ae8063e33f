"""The copy that a replica begins with: everything its caller may see, and nothing else."""

import httpx
import pytest
from fastapi import FastAPI

from tests.api.sync.moving import HERE, THERE, moved
from tests.factories.bodies import a_status
from tests.factories.devices import Device
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_file,
    posted_person,
)


class TestCopy:
    @pytest.mark.parametrize("limit", [1, 3, 500])
    async def test_everything_of_the_own_commune_and_nothing_else(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient, limit: int
    ) -> None:
        person_id, elsewhere = (
            await posted_person(manager, unit_code=HERE),
            await posted_person(manager, unit_code=THERE),
        )
        file = await posted_file(manager, person_id)
        status = await created(manager, "/v1/commune-statuses", a_status(unit_code=HERE))
        device = Device(officer, limit=limit)

        await device.pull()

        assert set(device.of_person(person_id)) == {
            ("person", person_id),
            ("file", file["id"]),
            *((kind, id_) for kind, owner, id_ in device.held if kind == "residence" and owner == person_id),
        }
        assert ("commune_status", None, status["id"]) in device.held
        assert device.of_person(elsewhere) == {}
        for (kind, _, id_), record in device.held.items():
            if kind == "person":
                assert record == body_of(await officer.get(f"/v1/persons/{id_}"))

    async def test_parents_come_before_what_is_theirs(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        await posted_file(manager, person_id)

        items = await Device(officer, limit=2).pull()

        met: set[str] = set()
        for item in items:
            if item["kind"] == "person":
                met.add(item["id"])
            assert item["person_id"] is None or item["person_id"] in met

    async def test_what_is_voided_is_not_copied(self, officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        file = await posted_file(manager, person_id)
        voided = await posted_person(manager, unit_code=HERE)
        await manager.post(f"/v1/persons/{person_id}/files/{file['id']}/void", json={"reason": "Entered twice."})
        await manager.post(f"/v1/persons/{voided}/void", json={"reason": "Entered twice."})
        device = Device(officer, limit=2)

        await device.pull()

        assert ("file", person_id, file["id"]) not in device.held
        assert ("person", voided, voided) not in device.held

    async def test_what_changes_while_it_is_copied_is_told_afterwards(
        self, app: FastAPI, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        stays, goes, comes = [await posted_person(manager, unit_code=code) for code in (HERE, HERE, THERE)]
        file = await posted_file(manager, comes)
        device = Device(officer, limit=2)
        await device.page()

        await corrected(manager, f"/v1/persons/{stays}", {"full_name": "Aa Aa"})
        await moved(app, goes, HERE, THERE)
        await moved(app, comes, THERE, HERE)
        await device.pull()

        assert device.held["person", stays, stays]["full_name"] == "Aa Aa"
        assert device.of_person(goes) == {}
        assert ("file", file["id"]) in device.of_person(comes)
