"""Every operation on personal data leaves its row, allowed or denied: the walk fails on one that nobody thought of."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt

from registry import logs
from registry.api.operations import operations_of
from registry.db.engine import transaction
from registry.demo.issuer import AUDIENCE, ISSUER, DemoIssuer
from registry.domain.access import Role, TokenScope
from registry.domain.policy import POLICY
from tests.api.audit.desk import CALLS, Desk
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import a_person, a_status, an_episode
from tests.factories.posted import MERGE_PATCH, posted_person, refused
from tests.factories.specification import APP
from tests.factories.trails import audited, placed

VENDOR = "a vendor's software"
WORKING = [role for role in Role if not role.acts_for_organisation]

PERSONAL = {each.id: each for each in operations_of(APP) if each.access and each.access.shows}
"""The operations whose answers may show fields of people."""

every_operation = pytest.mark.parametrize("operation", PERSONAL)


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def outsider(sign_in: SignIn) -> httpx.AsyncClient:
    """Somebody whose role opens no field of anybody."""
    return await sign_in(Role.AUDITOR, subject="an outsider")


def with_vendor(issuer: DemoIssuer, subject: str) -> str:
    """A token of an officer that a vendor's software has exchanged (RFC 8693)."""
    now = int(NOW.timestamp())
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": "an-app", "scope": " ".join(TokenScope),
        "jti": str(uuid4()), "iat": now, "exp": now + 600, "act": {"sub": VENDOR},
    }  # fmt: skip
    key = issuer._key()
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)


def test_the_walk_sees_every_operation_on_people_and_no_other() -> None:
    assert len(PERSONAL) > 50
    assert set(CALLS) == set(PERSONAL)


@every_operation
async def test_what_is_allowed_leaves_a_row(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient, issuer: DemoIssuer, operation: str
) -> None:
    access = PERSONAL[operation].access
    assert access is not None
    role = next(role for role in WORKING if access.admits(role))
    officer = await sign_in(role, unit=("66", TODAY), subject=(subject := f"{operation} {uuid4()}"))
    officer.headers["Authorization"] = f"Bearer {with_vendor(issuer, subject)}"
    desk = Desk(officer, manager)

    answer = await CALLS[operation](desk)

    assert answer.is_success, answer.text
    row = (await audited(app, answer))[0]
    assert (row["issuer"], row["subject"], row["on_behalf_of"], row["client_id"]) == (ISSUER, VENDOR, subject, "an-app")
    assert (row["purpose"], row["operation"], row["decision"]) == (
        POLICY[role][access.permission],
        operation,
        "allowed",
    )
    assert row["person_ids"] == [] if desk.person is None else UUID(desk.person) in row["person_ids"]
    assert row["field_groups"]
    ((grants, units), *_) = await placed(app, answer)
    assert len(grants) == 1
    assert units


@every_operation
async def test_what_is_denied_leaves_a_row(app: FastAPI, outsider: httpx.AsyncClient, operation: str) -> None:
    asked = PERSONAL[operation]
    assert asked.access is not None
    ids = {name: uuid4() for name in ("person_id", "id")}
    path = asked.path.format(**ids)
    method = asked.method
    content = {"Content-Type": MERGE_PATCH if method == "PATCH" else "application/json", "If-Match": '"v1-any"'}

    answer = await outsider.request(method, path, headers=content, content=None if method == "GET" else "{}")

    refused(answer, 403, "insufficient_scope")
    (row,) = await audited(app, answer)
    assert row == {
        "issuer": ISSUER, "subject": "an outsider", "on_behalf_of": None, "client_id": "test-app", "purpose": None,
        "operation": operation, "person_ids": [ids["person_id"]] if "{person_id}" in asked.path else [],
        "entity": None, "record_id": ids["id"] if "{id}" in asked.path else None,
        "field_groups": sorted(asked.access.shows), "decision": "denied",
    }  # fmt: skip


async def test_a_denial_lies_where_the_person_is_and_not_where_the_caller_is(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
) -> None:
    person_id = await posted_person(manager, unit_code="22015")
    stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

    answer = await stranger.get(f"/v1/persons/{person_id}")

    refused(answer, 404, "not_found")
    (row,) = await audited(app, answer)
    assert (row["person_ids"], row["field_groups"]) == ([UUID(person_id)], ["person"])
    assert [units for _, units in await placed(app, answer)] == [[app.state.atlas.resolve("22015", TODAY).unit_id]]


async def test_what_names_nobody_lies_where_the_caller_acts(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
) -> None:
    analyst = await sign_in(Role.ANALYST, unit=("66", TODAY))
    commune_status = a_status(unit_code="22015")

    for answer, code in (
        (await analyst.get("/v1/reports/annual", params={"unit": "66", "year": 2025, "on": "2026-11-21"}), "66"),
        (await manager.post("/v1/commune-statuses", json=commune_status), "22015"),
    ):
        assert answer.is_success, answer.text
        unit_id = app.state.atlas.resolve(code, TODAY).unit_id
        assert [units for _, units in await placed(app, answer)] == [[unit_id]]


async def test_what_is_no_id_does_not_get_into_the_log(app: FastAPI, outsider: httpx.AsyncClient) -> None:
    answer = await outsider.get(f"/v1/persons/{uuid4()}/files/054092999777")

    assert answer.status_code in {403, 422}
    assert [row["record_id"] for row in await audited(app, answer)] in ([None], [])


async def test_without_the_right_to_add_rows_nothing_is_shown(app: FastAPI, manager: httpx.AsyncClient) -> None:
    person_id, body = await posted_person(manager), an_episode()
    await administer(app, "REVOKE INSERT ON audit_event FROM registry_units")
    try:
        seen = await manager.get(f"/v1/persons/{person_id}")
        listed = await manager.get("/v1/persons")
        denied = await manager.get(f"/v1/persons/{uuid4()}")
        written = await manager.post(f"/v1/persons/{person_id}/episodes", json=body)
    finally:
        await administer(app, "GRANT INSERT ON audit_event TO registry_units")

    for answer in (seen, listed, denied, written):
        refused(answer, 503, "unavailable")
        assert answer.headers["retry-after"]
    refused(await manager.get(f"/v1/persons/{person_id}/episodes/{body['id']}"), 404, "not_found")


async def administer(app: FastAPI, statement: str) -> None:
    async with transaction(app.state.sessions) as session:
        await (await session.connection()).exec_driver_sql(statement)


FORGED = "an officer\r\n12:00:00 INFO    request route=/forged status=200\x1b[2K\x85\u2028forged"


async def test_a_name_forges_no_line(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A subject comes from the issuer's directory, where somebody chose it, and a name from whoever posts it."""
    officer = await sign_in(Role.PROVINCE_MANAGER, subject=FORGED)

    answer = await officer.get(f"/v1/persons/{uuid4()}")
    refused(await manager.post("/v1/persons", json=a_person(full_name=FORGED)), 422, "validation_failed")

    refused(answer, 401, "token_invalid")
    assert await audited(app, answer) == []
    lines = [form.format(record) for record in caplog.records for form in (logs.JsonLines(), logs.ConsoleLines())]
    assert not [line for line in lines if "forged" in line]
