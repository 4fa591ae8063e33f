"""The caller's own rights: what an application asks at its start."""

import httpx
import pytest
from fastapi import FastAPI

from registry.demo.issuer import ISSUER
from registry.domain.access import Role, TokenScope
from tests.conftest import TODAY, SignIn
from tests.factories.posted import body_of, posted_organisation, refused

COMMUNE = ("22015", TODAY)
FOR_EVERYBODY = {
    *("get_me", "get_meta", "list_indicators", "list_code_lists", "get_code_list"),
    *("list_units", "get_unit", "list_unit_children", "get_unit_successors"),
}


async def test_an_officer_is_told_of_grants_scopes_and_operations(sign_in: SignIn, app: FastAPI) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=COMMUNE, subject="officer-of-tuy-hoa")

    me = body_of(await officer.get("/v1/me"))

    (grant,) = me["grants"]
    assert me | {"grants": [], "operations": []} == {
        "issuer": ISSUER,
        "subject": "officer-of-tuy-hoa",
        "client_id": "test-app",
        "scopes": ["registry.read", "registry.write", "registry.report", "registry.admin"],
        "grants": [],
        "operations": [],
    }
    assert grant | {"id": ""} == {
        "id": "",
        "role": "commune_officer",
        "unit_code": "22015",
        "unit_name": "Phường Tuy Hòa",
        "organisation_id": None,
        "from_on": "2026-01-01",
        "to_on": None,
    }
    assert set(me["operations"]) == {
        operation.id for operation in app.state.operations if Role.COMMUNE_OFFICER in operation.roles
    }
    assert "give_grant" not in me["operations"]


async def test_an_organisation_s_officer_has_no_unit(sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    organisation = await posted_organisation(manager)
    officer = await sign_in(Role.FACILITY_OFFICER, organisation=organisation)

    (grant,) = body_of(await officer.get("/v1/me"))["grants"]

    assert (grant["organisation_id"], grant["unit_code"], grant["unit_name"]) == (organisation, None, None)


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ((TokenScope.READ,), FOR_EVERYBODY | {"get_person"}),
        ((TokenScope.WRITE,), {"get_me", "create_person"}),
        ((TokenScope.REPORT,), {"get_me", "get_annual_report"}),
        ((), {"get_me"}),
    ],
    ids=["read", "write", "report", "nothing"],
)
async def test_what_the_token_does_not_allow_is_not_offered(
    sign_in: SignIn, scopes: tuple[TokenScope, ...], may: set[str]
) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=COMMUNE, scopes=scopes)

    operations = set(body_of(await officer.get("/v1/me"))["operations"])

    assert operations >= may
    assert operations.isdisjoint({"get_person", "create_person", "get_annual_report", "get_unit"} - may)


async def test_a_caller_without_grants_is_told_so(sign_in: SignIn) -> None:
    nobody = await sign_in(Role.ANALYST, unit=COMMUNE)
    (grant,) = body_of(await nobody.get("/v1/me"))["grants"]
    administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY))
    assert (await administrator.post(f"/v1/grants/{grant['id']}/revoke")).status_code == 200

    me = body_of(await nobody.get("/v1/me"))

    assert (me["grants"], set(me["operations"])) == ([], FOR_EVERYBODY)


async def test_a_stranger_is_told_nothing(anonymous: httpx.AsyncClient) -> None:
    refused(await anonymous.get("/v1/me"), 401, "unauthenticated")
