"""People who are alike, and what is said of it."""

from uuid import uuid4

import httpx
from pydantic import JsonValue

from tests.factories.bodies import Body, a_person
from tests.factories.posted import body_of, pages

REMARK = "possible_duplicate"


def twins(**over: JsonValue) -> tuple[Body, Body]:
    """Two entries of somebody whose name nobody else has: the second without accents and without a day of birth."""
    given = uuid4().hex
    first = a_person(full_name=f"Đặng Hoà {given}", birth_date="1988-04-03", birthplace="Phú Yên", aliases=[])
    second = a_person(full_name=f"DANG HOA {given}", birth_year=1988, birthplace="phu yen", aliases=[])
    del second["birth_date"]
    return first, second | over


def remarks(written: Body) -> list[tuple[str, str]]:
    return [(warning["code"], warning["pointer"]) for warning in written["warnings"]]


async def listed(client: httpx.AsyncClient, person_id: str) -> list[Body]:
    answer = await client.get(f"/v1/persons/{person_id}/duplicates")
    assert answer.status_code == 200, answer.text
    items: list[Body] = body_of(answer)["items"]
    return items


async def reviews(client: httpx.AsyncClient, *people: Body, state: str = "open") -> list[Body]:
    """The reviews in an inbox that concern these people."""
    ids = {person["id"] for person in people}
    found = await pages(client, f"/v1/tasks?kind=duplicate_review&state={state}")
    return [task for task in found if task["person_id"] in ids]
