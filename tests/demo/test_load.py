"""Loading against a service that is slow to come, refuses, or breaks off; the real one is loaded in tests/api."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date
from uuid import UUID

import httpx
import pytest

from registry.api.schemas.cases import FileIn, TestIn
from registry.api.schemas.persons import PersonIn, ResidenceIn
from registry.api.schemas.situation import OrganisationIn
from registry.demo.dossier import Posting
from registry.demo.load import CONCURRENCY, DemoNotLoaded, post_province
from registry.demo.province import Batch, Province
from registry.domain.access import Role
from registry.domain.health import TestMethod, TestResult
from registry.domain.management import FileCategory
from registry.domain.organisation import OrganisationKind
from registry.domain.person import ResidenceKind

DAY = date(2020, 1, 1)
NAME = "Nguyễn Văn Mẫu"
PERSONS = 30

Answer = Callable[[httpx.Request], httpx.Response]


def numbered(number: int) -> UUID:
    return UUID(int=number, version=4)


def batch(number: int) -> Batch:
    person = numbered(number)
    residence = ResidenceIn(id=person, kind=ResidenceKind.PERMANENT, unit_code="22015", from_on=DAY)
    test = TestIn(id=person, tested_on=DAY, method=TestMethod.BLOOD, result=TestResult.POSITIVE)
    file = FileIn(id=person, category=FileCategory.ILLEGAL_USER, opened_on=DAY)
    return Batch(
        "22015" if number % 2 else "22240",
        (
            Posting("/v1/persons", PersonIn(id=person, full_name=NAME, residence=residence)),
            Posting(f"/v1/persons/{person}/drug-tests", test),
            Posting(f"/v1/persons/{person}/files", file),
        ),
    )


@pytest.fixture
def province() -> Province:
    station = OrganisationIn(
        id=numbered(0), code="X1", name="Trạm", kind=OrganisationKind.HEALTH_STATION, unit_code="22015", opened_on=DAY
    )
    return Province(
        Batch("54", (Posting("/v1/organisations", station),)), tuple(batch(number) for number in range(1, PERSONS + 1))
    )


class Service:
    """Answers posts, and keeps what came."""

    def __init__(self, answer: Answer = lambda _: httpx.Response(201)) -> None:
        self.requests: list[httpx.Request] = []
        self.most_at_once = 0
        self.progress: list[int] = []
        self._answer = answer
        self._at_once = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        self.requests.append(request)
        return self._answer(request)

    async def load(self, province: Province) -> None:
        async with httpx.AsyncClient(base_url="http://service", transport=httpx.MockTransport(self)) as client:
            await post_province(province, client, token_for, lambda percent, _: self.progress.append(percent))


async def token_for(role: Role, unit_code: str) -> str:
    return f"{role}@{unit_code}"


def fails_first(failure: Answer) -> Answer:
    """Fail the first time that a thing is posted; accept it the second time."""
    attempts: Counter[tuple[str, bytes]] = Counter()

    def answer(request: httpx.Request) -> httpx.Response:
        key = request.url.path, request.content
        attempts[key] += 1
        return failure(request) if attempts[key] == 1 and request.url.path == "/v1/persons" else httpx.Response(201)

    return answer


async def test_everything_is_posted_once_and_organisations_first(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert len(service.requests) == province.size == 1 + 3 * PERSONS
    assert service.requests[0].url.path == "/v1/organisations"


async def test_each_record_is_posted_by_the_officer_of_its_unit(province: Province) -> None:
    service = Service()
    await service.load(province)
    officers = Counter(request.headers["Authorization"].removeprefix("Bearer ") for request in service.requests)
    half = 3 * PERSONS // 2
    assert officers == {"province_manager@54": 1, "commune_officer@22015": half, "commune_officer@22240": half}


async def test_a_person_comes_before_what_belongs_to_them(province: Province) -> None:
    service = Service()
    await service.load(province)
    for number in range(1, PERSONS + 1):
        person = str(numbered(number))
        paths = [r.url.path for r in service.requests if person in r.url.path or person in r.content.decode()]
        assert [path.rpartition("/")[2] for path in paths] == ["persons", "drug-tests", "files"]


async def test_several_are_posted_at_once_but_not_too_many(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert 1 < service.most_at_once <= CONCURRENCY


async def test_progress_goes_up_to_all(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert service.progress == sorted(service.progress)
    assert service.progress[-1] == 100


async def test_a_service_that_is_busy_is_asked_again(province: Province) -> None:
    service = Service(fails_first(lambda _: httpx.Response(503)))
    await service.load(province)
    assert len(service.requests) == province.size + PERSONS
    assert service.progress[-1] == 100


async def test_a_connection_that_breaks_is_made_again(province: Province) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("the connection broke", request=request)

    service = Service(fails_first(broken))
    await service.load(province)
    assert len(service.requests) == province.size + PERSONS


async def test_a_refusal_ends_the_load_and_names_operation_and_code_but_nobody(province: Province) -> None:
    fault = {"code": "date_in_future", "pointer": "/opened_on", "detail": NAME}
    problem = {"code": "validation_failed", "detail": f"{NAME} was refused", "errors": [fault]}

    def refusing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(422, json=problem) if request.url.path.endswith("/files") else httpx.Response(201)

    service = Service(refusing)
    with pytest.raises(DemoNotLoaded) as failure:
        await service.load(province)
    said = str(failure.value)
    assert said.startswith("POST /v1/persons/")
    assert said.endswith("/files: 422 validation_failed, date_in_future at /opened_on")
    assert len(service.requests) < province.size


async def test_a_refusal_that_is_no_problem_is_told_by_its_status(province: Province) -> None:
    with pytest.raises(DemoNotLoaded, match=r"^POST /v1/organisations: status 502$"):
        await Service(lambda _: httpx.Response(502, text="<html>")).load(province)
