"""A person and a document with sealed columns, and what was sealed."""

import httpx
import pytest

from tests.factories.bodies import Body, a_document, a_person
from tests.factories.posted import created

PHONE, ADDRESS, NUMBER, REASON = "0900 111 222", "7 ngõ Mẫu", "054092999077", "Ghi nhầm cho cô Mẫu"
CLEAR = (PHONE, ADDRESS, NUMBER, REASON)


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient) -> Body:
    body = a_person(phone=PHONE)
    body["residence"]["address"] = ADDRESS
    return await created(manager, "/v1/persons", body)


@pytest.fixture
async def document(manager: httpx.AsyncClient, person: Body) -> str:
    """The address of a new document."""
    path = f"/v1/persons/{person['id']}/identity-documents"
    made = await created(manager, path, a_document(number=NUMBER))
    return f"{path}/{made['id']}"
