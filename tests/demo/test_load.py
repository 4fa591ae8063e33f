"""Loading against a service that is slow to come, refuses, or breaks off; the real one is loaded in tests/api."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from registry.api.schemas.cases import FileIn, TestIn
from registry.api.schemas.persons import PersonIn, ResidenceIn
from registry.api.schemas.situation import OrganisationIn
from registry.demo.batches import Batch, Posting, Province
from registry.demo.load import CONCURRENCY, TOGETHER, DemoNotLoaded, post_province
from registry.domain.access import Role
from registry.domain.health import TestMethod, TestResult
from registry.domain.management import FileCategory
from registry.domain.organisation import OrganisationKind
from registry.domain.person import ResidenceKind
from registry.domain.sync import SyncKind

DAY = date(2020, 1, 1)
NAME = "Nguyễn Văn Mẫu"
PERSONS = 80

Answer = Callable[[httpx.Request], httpx.Response]
Operation = dict[str, Any]


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
            Posting(SyncKind.PERSON, PersonIn(id=person, full_name=NAME, residence=residence)),
            Posting(SyncKind.DRUG_TEST, test, person),
            Posting(SyncKind.FILE, file, person),
        ),
    )


@pytest.fixture
def province() -> Province:
    station = OrganisationIn(
        id=numbered(0), code="X1", name="Trạm", kind=OrganisationKind.HEALTH_STATION, unit_code="22015", opened_on=DAY
    )
    return Province(
        Batch("54", (Posting(SyncKind.ORGANISATION, station),)),
        tuple(batch(number) for number in range(1, PERSONS + 1)),
    )


def applied(request: httpx.Request) -> httpx.Response:
    """Answer a push of which everything was applied."""
    return answering(request, lambda _: {"status": "applied", "code": None, "errors": []})


def answering(request: httpx.Request, result: Callable[[Operation], dict[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json={"results": [result(operation) for operation in operations_in(request)]})


def operations_in(request: httpx.Request) -> list[Operation]:
    operations: list[Operation] = json.loads(request.content)["operations"]
    return operations


class Service:
    """Answers pushes, and keeps what came."""

    def __init__(self, answer: Answer = applied) -> None:
        self.requests: list[httpx.Request] = []
        self.most_at_once = 0
        self.progress: list[int] = []
        self._answer = answer
        self._at_once = 0

    @property
    def operations(self) -> list[Operation]:
        return [operation for request in self.requests for operation in operations_in(request)]

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
    """Fail the first time that something is pushed; accept it the second time."""
    attempts: Counter[bytes] = Counter()

    def answer(request: httpx.Request) -> httpx.Response:
        attempts[request.content] += 1
        return failure(request) if attempts[request.content] == 1 else applied(request)

    return answer


async def test_everything_is_pushed_once_and_organisations_first(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert len(service.operations) == province.size == 1 + 3 * PERSONS
    assert service.operations[0]["kind"] == "organisation"
    assert {request.url.path for request in service.requests} == {"/v1/sync/push"}


async def test_each_record_is_pushed_by_the_officer_of_its_unit(province: Province) -> None:
    service = Service()
    await service.load(province)
    officers: Counter[str] = Counter()
    for request in service.requests:
        officers[request.headers["Authorization"].removeprefix("Bearer ")] += len(operations_in(request))
    half = 3 * PERSONS // 2
    assert officers == {"province_manager@54": 1, "commune_officer@22015": half, "commune_officer@22240": half}


async def test_a_request_is_not_long_and_splits_no_person(province: Province) -> None:
    service = Service()
    await service.load(province)
    pushed = [operations_in(request) for request in service.requests[1:]]
    assert max(map(len, pushed)) == TOGETHER - TOGETHER % 3
    for operations in pushed:
        assert [operation["kind"] for operation in operations[:3]] == ["person", "drug_test", "file"]
        assert len(operations) % 3 == 0


async def test_a_person_comes_before_what_belongs_to_them(province: Province) -> None:
    service = Service()
    await service.load(province)
    for number in range(1, PERSONS + 1):
        person = str(numbered(number))
        of_person = [o for o in service.operations if person in (o["person_id"], o["id"])]
        assert [operation["kind"] for operation in of_person] == ["person", "drug_test", "file"]
        assert [operation["person_id"] for operation in of_person] == [None, person, person]


async def test_several_are_pushed_at_once_but_not_too_many(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert 1 < service.most_at_once <= CONCURRENCY


async def test_progress_goes_up_to_all(province: Province) -> None:
    service = Service()
    await service.load(province)
    assert service.progress == sorted(service.progress)
    assert service.progress[-1] == 100


async def test_what_is_there_already_is_no_refusal(province: Province) -> None:
    service = Service(lambda request: answering(request, lambda _: {"status": "duplicate", "code": None, "errors": []}))
    await service.load(province)
    assert service.progress[-1] == 100


async def test_a_service_that_is_busy_is_asked_again(province: Province) -> None:
    service = Service(fails_first(lambda _: httpx.Response(503)))
    await service.load(province)
    assert len(service.operations) == 2 * province.size
    assert service.progress[-1] == 100


async def test_a_connection_that_breaks_is_made_again(province: Province) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("the connection broke", request=request)

    service = Service(fails_first(broken))
    await service.load(province)
    assert len(service.operations) == 2 * province.size


async def test_a_refused_record_ends_the_load_and_names_kind_and_code_but_nobody(province: Province) -> None:
    fault = {"code": "date_in_future", "pointer": "/opened_on", "detail": NAME}

    def result(operation: Operation) -> dict[str, Any]:
        if operation["kind"] == "file":
            return {"status": "rejected", "code": "validation_failed", "errors": [fault]}
        return {"status": "applied", "code": None, "errors": []}

    service = Service(lambda request: answering(request, result))
    with pytest.raises(DemoNotLoaded) as failure:
        await service.load(province)
    assert str(failure.value) == "file: rejected validation_failed, date_in_future at /opened_on"


async def test_a_refused_request_ends_the_load_and_names_its_code(province: Province) -> None:
    problem = {"code": "insufficient_scope", "detail": NAME, "errors": []}
    service = Service(lambda _: httpx.Response(403, json=problem))
    with pytest.raises(DemoNotLoaded, match=r"^POST /v1/sync/push: 403 insufficient_scope$"):
        await service.load(province)
    assert len(service.requests) == 1


async def test_a_refusal_that_is_no_problem_is_told_by_its_status(province: Province) -> None:
    with pytest.raises(DemoNotLoaded, match=r"^POST /v1/sync/push: status 502$"):
        await Service(lambda _: httpx.Response(502, text="<html>")).load(province)
