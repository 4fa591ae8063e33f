"""The service's login: which one it may be, how it gets its rights, and that they are enough."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from registry.api.app import create_app
from registry.database import EMBEDDED_LOGIN, Database, address_for_service
from registry.db.roles import Component
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.access import TokenScope
from registry.service import require_bound
from registry.settings import Settings
from tests.cli.commands import PRODUCTION, Commands, Outcome
from tests.cli.logins import execute, quoted, under
from tests.conftest import NOW
from tests.factories.bodies import a_person
from tests.factories.posted import body_of, created, posted_file

ABOVE = "the service's login is above the row policies: name one that is not"
UNABLE = (
    "the service's login cannot act for it: run `registry db roles` for it"
    " (`--for service` where it is the service's alone)"
)


@pytest.fixture
def acting_url(command: Commands, database_url: str, login: str) -> str:
    """Let the login act for the service alone, twice, and give it a grant: by the commands of the host."""
    wanted = ("db", "roles", login, "--for", "service")
    let = command(*wanted, database_url=database_url)
    assert let == Outcome(0, f"{login} may act for the service alone.\n", "")
    again = command(*wanted)
    assert again.code == 0, again.complaint
    url = under(database_url, login)
    grant = ("grants", "add", "--role", "province-manager", "--unit", "54", "--subject", login)
    options = ("--issuer", ISSUER, "--from", "2026-01-01")
    given = command(*grant, *options, database_url=url)
    assert given.code == 0, given.complaint
    return url


async def test_a_login_that_may_act_serves(acting_url: str, login: str, issuer: DemoIssuer, settings: Settings) -> None:
    await require_bound(acting_url, Component.SERVICE)
    app = create_app(settings, database_url=acting_url, clock=lambda: NOW)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    token = {"Authorization": f"Bearer {issuer.token(login, now=NOW, scopes=tuple(TokenScope), client_id='test-app')}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://registry.example", headers=token) as client,
    ):
        person = await created(client, "/v1/persons", a_person())
        await posted_file(client, person["id"])
        assert body_of(await client.get(f"/v1/persons/{person['id']}"))["id"] == person["id"]
        assert [item["id"] for item in body_of(await client.get("/v1/persons"))["items"]] == [person["id"]]
        report = await client.get("/v1/reports/annual", params={"unit": "54", "year": 2020})
        figures = {figure["code"]: figure["value"] for figure in body_of(report)["figures"]}
        assert figures["illegal_users"] == 1
        ready = await client.get("/health/ready")
        assert ready.status_code == 200, ready.text


class TestRefusals:
    def test_no_such_login(self, command: Commands, database_url: str) -> None:
        refused = command("db", "roles", "nobody_at_all", database_url=database_url)
        assert refused == Outcome(1, "", "registry: there is no login nobody_at_all: create it first")

    @pytest.mark.parametrize("option", ["SUPERUSER", "BYPASSRLS"])
    def test_a_login_above_the_policies(self, command: Commands, database_url: str, login: str, option: str) -> None:
        asyncio.run(execute(database_url, f"ALTER ROLE {quoted(login)} {option}"))

        refused = command("db", "roles", login, database_url=database_url)
        assert refused.complaint.startswith(f"registry: {login} is above the row policies: ")
        served = serve(command, under(database_url, login))
        assert served == Outcome(1, "", f"registry: {ABOVE}")

    def test_a_member_of_a_role_above_them(self, command: Commands, database_url: str, login: str) -> None:
        asyncio.run(execute(database_url, f"GRANT registry_backup TO {quoted(login)}"))

        refused = command("db", "roles", login, database_url=database_url)
        assert refused.complaint.startswith(f"registry: {login} is above the row policies: ")

    def test_an_owner(self, command: Commands, database_url: str, login: str) -> None:
        asyncio.run(execute(database_url, "CREATE TABLE owned (id int)", f"ALTER TABLE owned OWNER TO {quoted(login)}"))

        served = serve(command, under(database_url, login))
        assert served.complaint == f"registry: {ABOVE}"

    def test_a_login_without_the_roles(self, command: Commands, database_url: str, login: str) -> None:
        served = serve(command, under(database_url, login))
        assert served == Outcome(1, "", f"registry: {UNABLE}")

    def test_a_login_with_one_of_the_roles(self, command: Commands, database_url: str, login: str) -> None:
        asyncio.run(execute(database_url, f"GRANT registry_units TO {quoted(login)}"))

        served = serve(command, under(database_url, login))
        assert served.complaint == f"registry: {UNABLE}"

    def test_a_login_that_inherits_what_they_may(self, command: Commands, database_url: str, login: str) -> None:
        roles = "registry_units, registry_organisations, registry_statistics"
        asyncio.run(execute(database_url, f"GRANT {roles} TO {quoted(login)}"))
        served = serve(command, under(database_url, login))
        assert served.complaint == f"registry: {UNABLE}"

        let = command("db", "roles", login, database_url=database_url)
        assert let == Outcome(0, f"{login} may act for the service.\n", "")
        for component in (Component.SERVICE, Component.WORKER):
            asyncio.run(require_bound(under(database_url, login), component))

    def test_a_server_that_may_forget(self, command: Commands, acting_url: str, login: str) -> None:
        asyncio.run(execute(acting_url, f"ALTER ROLE {quoted(login)} SET synchronous_commit = off"))
        served = serve(command, acting_url)
        assert served.complaint.startswith(
            "registry: the database may forget what it has acknowledged: turn these on: "
        )
        assert "synchronous_commit" in served.complaint

    def test_the_administrator(self, command: Commands, database_url: str) -> None:
        served = serve(command, database_url)
        assert served.complaint == f"registry: {ABOVE}"


async def test_the_embedded_server_has_a_login_of_its_own_for_the_service(database_url: str, tmp_path: Path) -> None:
    if "host=" not in database_url:
        pytest.skip("the embedded server asks for no password, a named one may")
    url = await address_for_service(Database(database_url, tmp_path))

    assert make_url(url).username == EMBEDDED_LOGIN
    for component in (Component.SERVICE, Component.WORKER):
        await require_bound(url, component)
        await require_bound(await address_for_service(Database(database_url, tmp_path)), component)


def serve(command: Commands, url: str) -> Outcome:
    """Start the service where it will not start."""
    return command("serve", "--port", "0", database_url=url, **PRODUCTION)
