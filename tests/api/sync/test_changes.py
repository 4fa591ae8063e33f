"""What changes is told to every replica that holds it, holds it no more, or is to hold it from now on."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.sync.moving import HERE, THERE, moved
from tests.conftest import SignIn
from tests.factories.bodies import a_document, a_file, a_request, a_status, an_episode
from tests.factories.devices import Device
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_episode,
    posted_file,
    posted_organisation,
    posted_person,
)


class TestChanges:
    @pytest.fixture
    async def device(self, officer: httpx.AsyncClient) -> Device:
        device = Device(officer)
        await device.pull()
        return device

    async def test_nothing_new_is_told_twice(self, device: Device) -> None:
        assert await device.pull() == []

    async def test_the_newest_version_once_in_the_order_of_the_feed(
        self, device: Device, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        file = await posted_file(manager, person_id)
        await corrected(manager, f"/v1/persons/{person_id}", {"occupation": "Thợ hồ"})

        items = await device.pull()

        told = [(item["op"], item["kind"], item["id"], item["version"]) for item in items]
        assert told[0] == ("upsert", "person", person_id, 2)
        assert told[2:] == [("upsert", "file", file["id"], 1)]
        assert items[0]["record"] == body_of(await manager.get(f"/v1/persons/{person_id}"))

    async def test_a_voided_record_is_taken_away(self, device: Device, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        file = await posted_file(manager, person_id)
        await device.pull()
        await manager.post(f"/v1/persons/{person_id}/files/{file['id']}/void", json={"reason": "Entered twice."})

        (item,) = await device.pull()

        assert (item["op"], item["id"], item["version"], item["record"]) == ("void", file["id"], 2, None)

    async def test_a_person_who_moves_leaves_one_device_with_everything_and_comes_to_another(
        self, app: FastAPI, device: Device, neighbour: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        for collection, body in (
            ("files", a_file()),
            ("identity-documents", a_document()),
            ("episodes", an_episode()),
            ("subject-requests", a_request()),
        ):
            await created(manager, f"/v1/persons/{person_id}/{collection}", body)
        other = Device(neighbour)
        await asyncio.gather(device.pull(), other.pull())
        held = device.of_person(person_id)

        await moved(app, person_id, HERE, THERE)
        gone, come = await device.pull(), await other.pull()

        assert len(held) == 6
        assert device.of_person(person_id) == {}
        assert {(item["op"], item["record"]) for item in gone} == {("leave", None)}
        assert other.of_person(person_id) == held
        assert {item["op"] for item in come} == {"upsert"}

    async def test_one_who_reaches_both_communes_loses_nothing(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, unit_code=HERE)
        device = Device(manager, limit=1)
        await device.pull()
        held = device.of_person(person_id)

        await moved(app, person_id, HERE, THERE)
        await device.pull()

        assert device.of_person(person_id) == held

    async def test_a_decision_corrected_to_another_commune_goes_there(
        self, device: Device, neighbour: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        status = await created(manager, "/v1/commune-statuses", a_status(unit_code=HERE, from_on="2026-01-01"))
        other = Device(neighbour)
        await asyncio.gather(device.pull(), other.pull())

        address = f"/v1/commune-statuses/{status['id']}"
        assert (await corrected(manager, address, {"unit_code": THERE})).status_code == 200

        assert [item["op"] for item in await device.pull()] == ["leave"]
        assert [item["op"] for item in await other.pull()] == ["upsert"]
        assert len(body_of(await neighbour.get(f"{address}/versions"))["items"]) == 1

    async def test_what_was_written_stands_in_the_replica_once_the_position_is_passed(
        self, device: Device, manager: httpx.AsyncClient
    ) -> None:
        before = device.position
        person_id = await posted_person(manager, unit_code=HERE)

        await device.pull()

        assert before is not None
        assert device.position is not None
        assert before < device.position
        assert ("person", person_id, person_id) in device.held


class TestOrganisations:
    async def test_its_patients_and_its_own_stays_for_as_long_as_it_reaches_them(
        self, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        clinic = await posted_organisation(manager)
        person_id, other = await posted_person(manager), await posted_person(manager)
        await posted_file(manager, person_id)
        episode = await posted_episode(manager, person_id, provider_id=clinic)
        device = Device(await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic)))
        await device.pull()
        first = set(device.held)

        late = await posted_episode(manager, other, provider_id=clinic)
        await device.pull()
        second = set(device.held)
        for owner, stay in ((person_id, episode), (other, late)):
            address = f"/v1/persons/{owner}/episodes/{stay['id']}"
            assert (await corrected(manager, address, {"provider_id": None})).status_code == 200
        await device.pull()

        assert first == {("person", person_id, person_id), ("episode", person_id, episode["id"])}
        assert second - first == {("person", other, other), ("episode", other, late["id"])}
        assert device.held == {}

    async def test_a_patient_is_shown_as_the_facility_sees_them(
        self, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        clinic, person_id = await posted_organisation(manager), await posted_person(manager)
        await posted_episode(manager, person_id, provider_id=clinic)
        facility = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))
        device = Device(facility)

        await device.pull()

        assert device.held["person", person_id, person_id] == body_of(await facility.get(f"/v1/persons/{person_id}"))
