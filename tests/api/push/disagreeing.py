"""Records that somebody has changed while a device was away, and what became of the device's own change."""

from dataclasses import dataclass

import httpx

from registry.api.kinds.cases import FILES
from registry.api.kinds.persons import PERSONS
from tests.api.push.pushing import changing, creating, push
from tests.factories.bodies import Body, a_file
from tests.factories.posted import body_of, pages

CONFLICTS = "/v1/sync/conflicts"
HERE, THERE = "22015", "22258"
"""Two communes of one province."""


@dataclass(frozen=True)
class Late:
    """A change that came too late, and the answer to it."""

    person_id: str
    operation: Body
    result: Body

    @property
    def address(self) -> str:
        return f"{CONFLICTS}/{self.result['conflict_id']}"

    @property
    def record(self) -> str:
        owned = "" if self.operation["id"] == self.person_id else f"/files/{self.operation['id']}"
        return f"/v1/persons/{self.person_id}{owned}"


async def late_change(office: httpx.AsyncClient, device: httpx.AsyncClient) -> Late:
    """Occupation and education are changed in the office, occupation and phone by the device."""
    person = creating(PERSONS)
    person_id = str(person["id"])
    office_says = {"occupation": "Thợ hồ", "education": "primary"}
    await push(office, person, changing(PERSONS, person_id, office_says))
    mine = changing(PERSONS, person_id, {"occupation": "Lái xe", "phone": "0900 000 009"})
    (result,) = await push(device, mine)
    return Late(person_id, mine, result)


async def late_file(office: httpx.AsyncClient, device: httpx.AsyncClient) -> Late:
    """A file, of which no field merges by itself."""
    person = creating(PERSONS)
    person_id = str(person["id"])
    file = creating(FILES, a_file(), of=person_id)
    await push(office, person, file, changing(FILES, file["id"], {"issuer": "Of the office"}, of=person_id))
    mine = changing(FILES, file["id"], {"issuer": "Of the device"}, of=person_id)
    (result,) = await push(device, mine)
    return Late(person_id, mine, result)


async def task_of(client: httpx.AsyncClient, late: Late, state: str = "open") -> Body | None:
    """The task of a conflict, where it stands in the caller's inbox."""
    tasks = await pages(client, f"/v1/tasks?kind=sync_conflict&state={state}&limit=500")
    found = [task for task in tasks if task["record_id"] == late.result["conflict_id"]]
    assert len(found) <= 1
    return found[0] if found else None


async def listed(client: httpx.AsyncClient, status: str = "open") -> dict[str, Body]:
    return {each["id"]: each for each in await pages(client, f"{CONFLICTS}?status={status}&limit=500")}


async def status_of(client: httpx.AsyncClient, late: Late) -> str:
    return str(body_of(await client.get(late.address))["status"])
