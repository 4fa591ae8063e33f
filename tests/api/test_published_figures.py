"""The figures published for Phú Yên in 2020 come out of the report, from records that were all posted through the API.

The numbers are those of the press article; the demo's own targets are not read here.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api import sheets
from registry.api.kinds.accompaniments import ACCOMPANIMENTS
from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.commune import POPULATIONS
from registry.api.kinds.counselling import SESSIONS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.plans import PLANS
from registry.api.kinds.referrals import SERVICES
from registry.api.kinds.staffing import WORKERS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from registry.api.schemas.plans import ApprovalIn
from registry.api.sync.kinds import is_of_person
from registry.demo.load import TokenFor, load_demo, make_province, post_province
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn, clone
from tests.factories.bodies import ALL_KINDS
from tests.factories.demo import tokens_of_the_demo
from tests.factories.posted import corrected, pages
from tests.factories.specification import SPEC
from tests.openapi_rules import operations

ADDRESS = "https://registry.example"
REPORT = "/v1/reports/annual?unit=54&year=2020"

PUBLISHED = {
    "persons_on_file": 1229,
    "addicted_persons": 301,
    "communes_affected": 88,
    "communes_total": 110,
    "communes_affected_pct": 80.0,
    "hotspot_communes": 0,
    "rehab_persons": 108,
    "rehab_persons_facility_compulsory": 13,
    "rehab_persons_facility_voluntary": 60,
    "rehab_persons_community": 35,
    "rehab_distinct_persons": 108,
    "methadone_patients": 67,
    "cumulative_community": 144,
    "cumulative_facility_voluntary_registrations": 180,
    "cumulative_methadone_registrations": 67,
}

BUILT_ON = (
    *(PERSONS, ORGANISATIONS, COUNSELLING_POINTS, VOLUNTEER_TEAMS, WORKERS, ACCOMPANIMENTS),
    *(POPULATIONS, PLANS, SESSIONS, SERVICES, CLUBS),
)
"""Kinds of which the demo holds the manual's example."""
TRIED = [kind for kind in ALL_KINDS if kind not in BUILT_ON]


@pytest.fixture(scope="module")
async def database_url(server_url: str, blank_template: str) -> AsyncIterator[str]:
    """A database without what the examples build on: the demo brings it."""
    async with clone(server_url, blank_template) as url:
        yield url


@pytest.fixture(scope="module")
def transport(app: FastAPI) -> httpx.ASGITransport:
    return httpx.ASGITransport(app=app)


@pytest.fixture(scope="module")
def token_for(sign_in: SignIn) -> TokenFor:
    return tokens_of_the_demo(sign_in)


@pytest.fixture(scope="module")
async def dak_lak(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager of today's province who is its health officer too, and may try every example."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("66", TODAY))


@pytest.fixture(scope="module")
async def demo(transport: httpx.ASGITransport, token_for: TokenFor) -> list[int]:
    """The demo, loaded after a first load that broke off on its way; the progress that was told."""
    province = make_province()
    begun = replace(province, batches=province.batches[:40], closing=())
    async with httpx.AsyncClient(base_url=ADDRESS, transport=transport) as client:
        await post_province(begun, client, token_for, lambda *_: None)
    progress: list[int] = []
    await load_demo(ADDRESS, token_for, lambda percent, _: progress.append(percent), transport=transport)
    return progress


@pytest.fixture(scope="module")
async def published(demo: list[int], manager: httpx.AsyncClient) -> Mapping[str, Any]:
    """The report on the freshly loaded demo."""
    assert demo[-1] == 100
    return await figures(manager)


async def figures(client: httpx.AsyncClient, address: str = REPORT) -> dict[str, Any]:
    response = await client.get(address)
    assert response.status_code == 200, response.text
    return {figure["code"]: figure["value"] for figure in response.json()["figures"]}


async def unaffected_commune(client: httpx.AsyncClient) -> str:
    """A commune of 2020 in which nobody was on file."""
    report = (await client.get(f"{REPORT}&by=commune")).json()
    on_file: dict[str, int] = {
        commune["code"]: figure["value"]
        for commune in report["communes"]
        for figure in commune["figures"]
        if figure["code"] == "persons_on_file"
    }
    free = sorted(code for code, count in on_file.items() if count == 0)
    assert len(on_file) == 110
    return next(code for code in free if code not in {"22021", "22027", "22039", "22048"})


@pytest.mark.parametrize(("code", "value"), PUBLISHED.items(), ids=PUBLISHED.keys())
def test_a_figure_is_as_published(published: Mapping[str, Any], code: str, value: float) -> None:
    assert published[code] == value


async def test_an_analyst_reads_the_same_figures(published: Mapping[str, Any], sign_in: SignIn) -> None:
    analyst = await sign_in(Role.ANALYST)
    assert await figures(analyst) == published


async def test_communes_add_up_to_the_province(published: Mapping[str, Any], manager: httpx.AsyncClient) -> None:
    report = (await manager.get(f"{REPORT}&by=commune")).json()
    parts = [*(commune["figures"] for commune in report["communes"]), report["unplaced"]]
    for code in ("persons_on_file", "addicted_persons", "rehab_persons", "communes_affected", "cumulative_community"):
        assert sum(f["value"] for figures_of in parts for f in figures_of if f["code"] == code) == published[code]


async def test_the_other_years_differ(published: Mapping[str, Any], manager: httpx.AsyncClient) -> None:
    for year in (2019, 2022):
        other = await figures(manager, REPORT.replace("2020", str(year)))
        assert other["persons_on_file"] != published["persons_on_file"]
        assert other["rehab_persons"] != published["rehab_persons"]


async def test_a_person_more_in_an_unaffected_commune_is_one_person_and_one_commune_more(
    published: Mapping[str, Any], manager: httpx.AsyncClient
) -> None:
    person = str(uuid4())
    home = {"id": str(uuid4()), "kind": "permanent", "unit_code": await unaffected_commune(manager)}
    body = {"id": person, "full_name": "Trần Thị Mẫu", "residence": {**home, "from_on": "2015-01-01"}}
    file = {"id": str(uuid4()), "category": "illegal_user", "opened_on": "2020-12-31"}
    assert (await manager.post("/v1/persons", json=body)).status_code == 201
    assert (await manager.post(f"/v1/persons/{person}/files", json=file)).status_code == 201
    after = await figures(manager)
    assert (published["persons_on_file"], after["persons_on_file"]) == (1229, 1230)
    assert (published["communes_affected"], after["communes_affected"]) == (88, 89)
    assert after["addicted_persons"] == published["addicted_persons"]


async def test_a_hotspot_decision_makes_one_hotspot_commune(
    published: Mapping[str, Any], manager: httpx.AsyncClient
) -> None:
    decision = {"id": str(uuid4()), "unit_code": "22015", "status": "hotspot_type_3", "from_on": "2020-06-01"}
    assert (await manager.post("/v1/commune-statuses", json=decision)).status_code == 201
    assert (published["hotspot_communes"], (await figures(manager))["hotspot_communes"]) == (0, 1)


@pytest.mark.parametrize("kind", BUILT_ON, ids=lambda kind: kind.singular)
async def test_what_the_manuals_examples_build_on_is_there(
    demo: list[int], manager: httpx.AsyncClient, kind: Kind
) -> None:
    assert demo
    built_on, *others = kind.examples.values()
    assert (await manager.post(address_of(kind), json=dict(built_on))).status_code == 200
    for example in others:
        assert (await manager.post(address_of(kind), json=dict(example))).status_code == 201


@pytest.mark.parametrize("kind", TRIED, ids=lambda kind: kind.singular)
async def test_an_example_can_be_tried_twice(demo: list[int], dak_lak: httpx.AsyncClient, kind: Kind) -> None:
    assert demo
    for example in kind.examples.values():
        answers = [(await dak_lak.post(address_of(kind), json=dict(example))).status_code for _ in range(2)]
        assert answers == [201, 200]


async def test_so_can_the_sheet_of_a_session(demo: list[int], manager: httpx.AsyncClient) -> None:
    assert demo
    answers = [await manager.post("/v1/sessions", json=sheets.EXAMPLE["sheet"]["value"]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [each["status"] for answer in answers for each in answer.json()["attendances"]] == ["applied", "duplicate"]


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.singular)
async def test_the_example_of_a_correction_is_what_it_says(
    demo: list[int], dak_lak: httpx.AsyncClient, kind: Kind
) -> None:
    assert demo
    answer = await corrected(dak_lak, f"{address_of(kind)}/{kind.example_id}", dict(kind.correction))
    if kind.is_corrected:
        assert answer.status_code == 200, answer.text
        return
    [said] = [operation for _, operation in operations(SPEC) if operation["operationId"] == f"change_{kind.singular}"]
    [media] = said["requestBody"]["content"].values()
    assert (answer.status_code, media["examples"]["correction"]["summary"][:13]) == (409, "refused (409)")


async def test_the_plan_of_the_examples_can_be_approved(demo: list[int], manager: httpx.AsyncClient) -> None:
    assert demo
    [example] = ApprovalIn.model_json_schema()["examples"]
    answer = await manager.post(f"/v1/plans/{examples.PLAN}/approve", json=example)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")


def address_of(kind: Kind) -> str:
    owner = f"/persons/{examples.PERSON}" if is_of_person(kind) else ""
    return f"/v1{owner}/{kind.collection}"


async def test_the_plan_of_the_province_was_reviewed_as_it_stood(demo: list[int], dak_lak: httpx.AsyncClient) -> None:
    assert demo
    reviews = await pages(dak_lak, "/v1/plan-reviews?unit=66")
    [review] = [each for each in reviews if each["kind"] == "year_end"]

    progress = (await dak_lak.get(f"/v1/plans/{review['plan_id']}/progress?on=2021-12-31&by=unit")).json()

    kept = {target["target_id"]: target["status"] for target in review["snapshot"]["targets"]}
    assert kept == {target["target_id"]: target["status"] for target in progress["targets"]}
    assert {"met", "not_met"} <= set(kept.values())
    assert sorted(len(target["parts"]) for target in progress["targets"]) == [0] * 6 + [12, 12]


async def test_the_network_of_the_demo_is_counted_on_the_card_of_the_manuals_commune(
    demo: list[int], manager: httpx.AsyncClient
) -> None:
    assert demo
    card = (await manager.get("/v1/reports/commune-card?unit=22015&on=2020-12-31")).json()
    network = {each["kind"]: each["value"] for each in card["network"]}
    assert network == {"counselling_point": 1, "aftercare_club": 1, "volunteer_team": 1}
    assert (card["population"]["year"], card["population"]["value"]) == (2020, 7350)
