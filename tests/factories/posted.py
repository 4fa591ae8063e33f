"""Records posted through the API, and what every test asks of an answer."""

import httpx
from pydantic import JsonValue

from tests.factories.bodies import Body, a_file, a_person, an_episode, an_organisation

MERGE_PATCH = "application/merge-patch+json"
OF_THE_OCCASION = frozenset({"x-request-id", "date", "ratelimit"})


async def created(client: httpx.AsyncClient, path: str, body: Body) -> Body:
    """Post a record that must be accepted; the answer."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


async def posted_person(
    client: httpx.AsyncClient, *, unit_code: str = "22015", from_on: str = "2019-01-01", **over: JsonValue
) -> str:
    """Post a person; the id."""
    body = a_person(unit_code=unit_code, from_on=from_on, **over)
    return str((await created(client, "/v1/persons", body))["id"])


async def posted_file(client: httpx.AsyncClient, person_id: str, **over: JsonValue) -> Body:
    return await created(client, f"/v1/persons/{person_id}/files", a_file(**over))


async def posted_episode(client: httpx.AsyncClient, person_id: str, **over: JsonValue) -> Body:
    return await created(client, f"/v1/persons/{person_id}/episodes", an_episode(**over))


async def posted_organisation(client: httpx.AsyncClient, **over: JsonValue) -> str:
    """Post an organisation; the id."""
    return str((await created(client, "/v1/organisations", an_organisation(**over)))["id"])


async def corrected(
    client: httpx.AsyncClient, address: str, fields: Body, *, if_match: str | None = None
) -> httpx.Response:
    """Send a merge patch, made from the present version unless another is named."""
    tag = if_match or (await client.get(address)).headers["etag"]
    return await client.patch(address, json=fields, headers={"If-Match": tag, "Content-Type": MERGE_PATCH})


async def pages(client: httpx.AsyncClient, address: str) -> list[Body]:
    """Follow a list to its end; all items."""
    items: list[Body] = []
    following: str | None = address
    while following:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        items += body_of(answer)["items"]
        following = body_of(answer)["next"]
    return items


def body_of(answer: httpx.Response) -> Body:
    body: Body = answer.json()
    return body


def refused(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> Body:
    """Check a refusal; the problem."""
    problem = body_of(answer)
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if pointer is not None:
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    return problem


def without_occurrence(answer: httpx.Response) -> tuple[int, dict[str, str], Body]:
    """Strip of an answer what belongs to this very request: its id, the date, what is left of the quotas."""
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_OCCASION}
    return answer.status_code, headers, {name: value for name, value in body_of(answer).items() if name != "instance"}
