"""Who orders an erasure, and whom it concerns."""

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from tests.api.erasure.erasing import SECRETS, erase
from tests.api.push.pushing import changing, creating, push, statuses
from tests.factories.bodies import OF_PERSON, RESTING, Body, a_document, a_fresh, a_person, an_organisation
from tests.factories.posted import corrected, created
from tests.factories.shelf import put_foundation


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def facility(manager: httpx.AsyncClient) -> str:
    return str((await created(manager, "/v1/organisations", an_organisation()))["id"])


@pytest.fixture
async def person(manager: httpx.AsyncClient, facility: str) -> Body:
    """The body of a person with a record of every kind, former states, a voided file, an open stay, refused pushes."""
    body = a_person(
        full_name=SECRETS["full_name"],
        aliases=[SECRETS["alias"]],
        birth_date=SECRETS["birth_date"],
        birthplace=SECRETS["birthplace"],
        ethnicity=SECRETS["ethnicity"],
        occupation=SECRETS["occupation"],
        phone=SECRETS["phone"],
    )
    body["residence"]["address"] = SECRETS["address"]
    await created(manager, "/v1/persons", body)
    path = f"/v1/persons/{body['id']}"
    for kind in OF_PERSON:
        over: Body = (
            {"provider_id": facility, "decision_number": SECRETS["decision"]} if kind.singular == "episode" else {}
        )
        await created(manager, f"{path}/{kind.collection}", a_fresh(kind) | over)
    for kind in RESTING:
        await put_foundation(manager, kind, body["id"])
        await created(manager, f"{path}/{kind.collection}", a_fresh(kind))
    document = await created(manager, f"{path}/identity-documents", a_document(number=SECRETS["number"]))
    address = f"{path}/identity-documents/{document['id']}"
    await corrected(manager, address, {"number": SECRETS["other_number"]})
    await manager.post(f"{address}/void", json={"reason": SECRETS["reason"]})
    await corrected(manager, path, {"occupation": "Thợ may"})
    wrong = creating(TESTS, a_fresh(TESTS) | {"result": SECRETS["reason"]}, of=body["id"])
    late = changing(PERSONS, body["id"], {"occupation": SECRETS["reason"]}, base=9)
    assert statuses(await push(manager, wrong, late)) == ["rejected", "conflict"]
    return body


@pytest.fixture
async def erased(app: FastAPI, person: Body) -> Body:
    await erase(app, person["id"])
    return person
