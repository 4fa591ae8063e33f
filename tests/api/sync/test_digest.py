"""The digest: what a replica must hold, so that a device can tell whether it does."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.sync.moving import HERE, THERE, moved
from tests.api.sync.restoring import Safe
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_count, a_status
from tests.factories.devices import Device
from tests.factories.posted import corrected, created, posted_episode, posted_file, posted_organisation, posted_person
from tests.factories.stored import rows

NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

OF_A_BUSIER_SERVER = (
    "UPDATE change_feed SET xid = CAST(CAST(CAST(CAST(xid AS text) AS bigint) + 1000000 AS text) AS xid8)"
)


def held(told: Body) -> dict[str, tuple[int, str]]:
    """What the service says of kinds of which there is something."""
    kinds: list[dict[str, Any]] = told["kinds"]
    assert all(kind["sha256"] == NOTHING for kind in kinds if not kind["count"])
    return {kind["kind"]: (kind["count"], kind["sha256"]) for kind in kinds if kind["count"]}


@pytest.fixture(scope="module")
async def clinic(manager: httpx.AsyncClient) -> str:
    return await posted_organisation(manager)


@pytest.fixture(scope="module", autouse=True)
async def somebody(app: FastAPI, manager: httpx.AsyncClient, clinic: str) -> None:
    """People with a history: corrected, moved, voided."""
    stays, goes, comes, voided = [await posted_person(manager, unit_code=code) for code in (HERE, HERE, THERE, HERE)]
    for person_id in (stays, goes, comes):
        await posted_file(manager, person_id)
        await posted_episode(manager, person_id, provider_id=clinic)
        await corrected(manager, f"/v1/persons/{person_id}", {"occupation": "Thợ hồ"})
    await moved(app, goes, HERE, THERE)
    await moved(app, comes, THERE, HERE)
    await manager.post(f"/v1/persons/{voided}/void", json={"reason": "Entered twice."})
    for body in (a_status(unit_code=HERE), a_status(unit_code=THERE)):
        await created(manager, "/v1/commune-statuses", body)
    await created(manager, "/v1/suspected-counts", a_count(unit_code=HERE))


async def test_a_replica_of_a_commune_or_a_province_agrees(
    officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    for client in (officer, manager):
        device = Device(client, limit=7)
        await device.pull()

        told = await device.compared()

        assert told["up_to_date"] is True
        assert int(told["position"]) == device.position
        assert held(told) == device.digest()
        assert {"person", "file", "episode", "commune_status"} <= set(device.digest())


async def test_a_replica_of_an_organisation_agrees(sign_in: SignIn, clinic: str) -> None:
    device = Device(await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic)))
    await device.pull()

    assert held(await device.compared()) == device.digest()
    assert set(device.digest()) == {"person", "episode"}


async def test_there_is_nothing_to_compare_before_everything_was_told(
    officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    device = Device(officer, limit=1)
    await device.page()
    copying = await device.compared()
    await device.pull()
    await posted_person(manager, unit_code=HERE)
    behind = await device.compared()

    for told in (copying, behind):
        assert (told["up_to_date"], told["kinds"]) == (False, [])


async def test_a_replica_that_lost_something_finds_out(officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    await device.pull()
    device.held.popitem()

    assert held(await device.compared()) != device.digest()


async def test_on_another_server_a_replica_agrees_after_a_restore(
    app: FastAPI, officer: httpx.AsyncClient, safe: Safe
) -> None:
    """It counts its own transactions: those that the backup names lie ahead of all of them."""
    await rows(app, OF_A_BUSIER_SERVER)
    await safe.restore(safe.backup(), app)
    device = Device(officer)
    await device.pull()

    told = await device.compared()

    assert told["up_to_date"] is True
    assert held(told) == device.digest()
