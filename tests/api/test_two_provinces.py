"""What one province writes changes no byte of any answer that another one gets."""

from dataclasses import dataclass, field
from datetime import date

import httpx
import pytest
from pydantic import JsonValue

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PERSON, Body, a_count, a_document, a_fresh, a_person, a_status, an_episode
from tests.factories.posted import OF_THE_OCCASION, body_of, corrected, created, posted_episode, posted_file

OURS, THEIRS = "22015", "00001"
NUMBER = "054192999042"
ABSENT = "0b0a8f0e-5d0b-4c58-9d7e-6f1f0f1a7c11"
PASSING = OF_THE_OCCASION | {"content-length"}

Answer = tuple[int, dict[str, str], JsonValue]


@pytest.fixture(scope="module")
async def ours(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("66", TODAY))


@pytest.fixture(scope="module")
async def theirs(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("01", TODAY))


@dataclass
class Province:
    """What our province has posted."""

    person: Body
    records: dict[str, Body] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/persons/{self.person['id']}"


@pytest.fixture(scope="module")
async def province(ours: httpx.AsyncClient) -> Province:
    person = a_person(unit_code=OURS, full_name="Nguyễn Văn Thử")
    await created(ours, "/v1/persons", person)
    province = Province(person)
    for kind in OF_PERSON:
        body = a_document(number=NUMBER) if kind.collection == "identity-documents" else a_fresh(kind)
        await created(ours, f"{province.path}/{kind.collection}", body)
        province.records[kind.collection] = body
    await created(ours, "/v1/commune-statuses", a_status(unit_code=OURS))
    await created(ours, "/v1/suspected-counts", a_count(unit_code=OURS))
    return province


async def answers(client: httpx.AsyncClient, province: Province) -> dict[str, Answer]:
    """Everything that our officers can ask, and what is refused to them."""
    gets = [
        *("/v1/persons", "/v1/persons?limit=1", f"/v1/persons?unit={OURS}", f"/v1/persons/{ABSENT}"),
        *("/v1/files?limit=500", "/v1/episodes?limit=500", "/v1/episodes?status=open", "/v1/commune-statuses"),
        *("/v1/suspected-counts", "/v1/grants", "/v1/meta", f"/v1/units/{OURS}"),
        *(f"/v1/reports/annual?unit=66&on={TODAY}&year={year}" for year in (2020, 2021, 2025)),
        f"/v1/persons?unit={THEIRS}",
        province.path,
        f"{province.path}/versions",
    ]
    for collection, body in province.records.items():
        one = f"{province.path}/{collection}/{body['id']}"
        gets += [f"{province.path}/{collection}", one, f"{one}/versions", f"{province.path}/{collection}/{ABSENT}"]
    found = {address: shown(await client.get(address)) for address in gets}
    asked: dict[str, Body] = {
        "a word": {"name": "nguyen thu"},
        "a year": {"birth_year": 1992},
        "a number": {"identity_number": NUMBER},
        "another number": {"identity_number": "001192999042"},
    }
    for name, body in asked.items():
        found[name] = shown(await client.post("/v1/persons/search", json=body))
    conflict = province.person | {"full_name": "Nguyễn Văn Khác"}
    found["a conflict"] = shown(await client.post("/v1/persons", json=conflict))
    found["a repetition"] = shown(await client.post("/v1/persons", json=province.person))
    second = an_episode() | {"id": ABSENT}
    found["a second stay"] = shown(await client.post(f"{province.path}/episodes", json=second))
    return found


def shown(answer: httpx.Response) -> Answer:
    """An answer but for what names this very request; a sealed cursor is another one each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    body = body_of(answer)
    for name in ("instance", "next", "next_cursor", "server_time"):
        body[name] = body.get(name) is not None
    return answer.status_code, headers, body


async def intrude(client: httpx.AsyncClient, province: Province) -> None:
    """Write all that another province may write, and try what it may not: our ids, our person, our communes."""
    for name in ("Nguyễn Văn Thử", "Nguyễn Thử", "A"):
        person = a_person(unit_code=THEIRS, full_name=name)
        await created(client, "/v1/persons", person)
        path = f"/v1/persons/{person['id']}"
        await created(client, f"{path}/identity-documents", a_document(number=NUMBER))
        await created(client, f"{path}/identity-documents", a_document(number="001192999042"))
        await posted_file(client, person["id"])
        episode = await posted_episode(client, person["id"])
        await corrected(client, f"{path}/episodes/{episode['id']}", {"planned_months": 9})
        for collection, body in province.records.items():
            if collection not in {"files", "episodes"}:  # one of these is open already
                await created(client, f"{path}/{collection}", body)
    await created(client, "/v1/commune-statuses", a_status(unit_code=THEIRS, status="hotspot_type_1"))
    await created(client, "/v1/suspected-counts", a_count(unit_code=THEIRS, count=40))

    assert (
        await client.post("/v1/persons", json=a_person(unit_code=THEIRS, id=province.person["id"]))
    ).status_code == 409
    assert (await client.post("/v1/persons", json=a_person(unit_code=OURS))).status_code == 403
    assert (await client.post("/v1/suspected-counts", json=a_count(unit_code=OURS))).status_code == 403
    tag = {"If-Match": '"v1-full"', "Content-Type": "application/merge-patch+json"}
    for collection, body in province.records.items():
        address = f"{province.path}/{collection}"
        for refused in (
            await client.post(address, json=a_fresh(next(kind for kind in OF_PERSON if kind.collection == collection))),
            await client.patch(f"{address}/{body['id']}", json={}, headers=tag),
            await client.post(f"{address}/{body['id']}/void", json={"reason": "Theirs."}),
            await client.get(f"{address}/{body['id']}"),
        ):
            assert refused.status_code == 404, refused.text
    assert (await client.post(f"{province.path}/void", json={"reason": "Theirs."})).status_code == 404


async def test_nothing_changes_for_us(ours: httpx.AsyncClient, theirs: httpx.AsyncClient, province: Province) -> None:
    before = await answers(ours, province)
    assert {status for status, _, _ in before.values()} == {200, 403, 404, 409}

    await intrude(theirs, province)

    after = await answers(ours, province)
    for question, answer in before.items():
        assert after[question] == answer, question


async def test_and_something_changes_where_we_write_ourselves(ours: httpx.AsyncClient, province: Province) -> None:
    before = await answers(ours, province)

    person = a_person(unit_code=OURS, from_on="2019-01-01")
    await created(ours, "/v1/persons", person)
    await posted_file(ours, person["id"], opened_on=date(2020, 1, 2).isoformat())

    after = await answers(ours, province)
    changed = {question for question in before if after[question] != before[question]}
    assert {
        "/v1/persons",
        "/v1/files?limit=500",
        "a year",
        f"/v1/reports/annual?unit=66&on={TODAY}&year=2020",
    } <= changed
    assert province.path not in changed
