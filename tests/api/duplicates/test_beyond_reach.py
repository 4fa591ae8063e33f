"""Duplicates whom the writer may not see: not a word to the writer, a task for the province."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.duplicate import MOST_REVIEWS
from tests.api.duplicates.alike import listed, remarks, reviews, twins
from tests.factories.bodies import Body, a_document, a_person
from tests.factories.posted import body_of, corrected, created, without_occurrence
from tests.factories.stored import rows

ELSEWHERE, FAR = "22258", "00004"


def moved(body: Body, unit_code: str) -> Body:
    return body | {"residence": body["residence"] | {"unit_code": unit_code}}


async def test_the_writer_is_answered_as_if_nobody_were_there(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient
) -> None:
    first, second = twins()
    alone = twins()[1] | {"id": a_person()["id"]}
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))

    answers = [await officer.post("/v1/persons", json=body) for body in (second, alone)]

    shown = []
    for answer, body in zip(answers, (second, alone), strict=True):
        status, headers, written = without_occurrence(answer)
        del headers["location"], headers["content-length"]
        shown.append((status, headers, {name: value for name, value in written.items() if value not in body.values()}))
        assert remarks(written) == []
        assert await listed(officer, body["id"]) == []
        assert await reviews(officer, body) == []
    assert shown[0] == shown[1]


async def test_the_province_of_both_is_asked_once(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins()
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))
    await created(officer, "/v1/persons", second)

    (task,) = await reviews(supervisor, first, second)

    assert (task["role"], task["unit_code"], task["person_id"]) == ("province_manager", "66", second["id"])
    assert (task["decisions"], task["entity"]) == (["done", "decline"], "duplicate")
    assert task["opened_by"] == "urn:registry:duplicates|check"
    (found,) = await listed(supervisor, second["id"])
    assert found["person_id"] == first["id"]


@pytest.mark.parametrize("decision", ["done", "decline"])
async def test_what_was_decided_is_not_asked_again(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient, decision: str
) -> None:
    first, second = twins()
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))
    await created(officer, "/v1/persons", second)
    (task,) = await reviews(supervisor, second)
    await supervisor.post(f"/v1/tasks/{task['id']}/settle", json={"decision": decision})

    await corrected(officer, f"/v1/persons/{second['id']}", {"aliases": [first["full_name"]]})

    assert await reviews(supervisor, first, second) == []


async def test_one_number_is_asked_about_though_the_names_were_settled(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins()
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))
    await created(officer, "/v1/persons", second)
    (task,) = await reviews(supervisor, second)
    await supervisor.post(f"/v1/tasks/{task['id']}/settle", json={"decision": "decline"})
    document = a_document(document_type="cmnd")
    await created(neighbour, f"/v1/persons/{first['id']}/identity-documents", document)

    written = await created(officer, f"/v1/persons/{second['id']}/identity-documents", document)

    assert remarks(written) == []
    assert len(await reviews(supervisor, second)) == 1


async def test_two_provinces_are_asked_each_about_its_own(
    officer: httpx.AsyncClient, stranger: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins()
    await created(stranger, "/v1/persons", moved(first, FAR))
    await created(officer, "/v1/persons", second)

    here, there = await reviews(supervisor, first, second), await reviews(stranger, first, second)

    assert [task["person_id"] for task in here] == [second["id"]]
    assert [task["person_id"] for task in there] == [first["id"]]
    assert [task["unit_code"] for task in (*here, *there)] == ["66", "01"]
    assert await listed(supervisor, second["id"]) == []


async def test_a_refused_entry_asks_nobody(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins()
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))

    answer = await officer.post("/v1/persons", json=moved(second, ELSEWHERE))

    assert (answer.status_code, body_of(answer)["code"]) == (403, "unit_not_granted")
    assert await reviews(supervisor, first, second) == []


async def test_a_name_and_a_year_of_birth_alone_bother_no_province(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins(birthplace=None)
    await created(neighbour, "/v1/persons", moved(first, ELSEWHERE))
    await created(officer, "/v1/persons", second)

    assert await reviews(supervisor, first, second) == []
    assert [each["person_id"] for each in await listed(supervisor, second["id"])] == [first["id"]]


async def test_of_many_alike_the_likeliest_few_are_asked_about(
    officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    first, second = twins()
    alike = [moved(first | {"id": str(uuid4())}, ELSEWHERE) for _ in range(MOST_REVIEWS + 1)]
    for body in alike:
        body["residence"] = body["residence"] | {"id": str(uuid4())}
        await created(neighbour, "/v1/persons", body)

    await created(officer, "/v1/persons", second)

    assert len(await reviews(supervisor, second)) == MOST_REVIEWS


async def test_no_name_stands_among_the_keys(app: FastAPI, officer: httpx.AsyncClient) -> None:
    person = a_person(birth_date="1988-04-03")
    await created(officer, "/v1/persons", person)

    held = await rows(app, "SELECT key FROM person_match_key WHERE person_id = :person", person=person["id"])

    assert [len(bytes(key)) for (key,) in held] == [16] * 3
