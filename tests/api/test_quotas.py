"""How often callers may call: what they are told, when they are refused, and who is counted with whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import http_sf
import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from registry.api.app import create_app
from registry.api.quotas import network_of
from registry.db.engine import transaction
from registry.demo.issuer import DemoIssuer
from registry.domain.access import Role
from registry.domain.quota import Quota
from registry.settings import Quotas, Settings
from tests.conftest import SignIn
from tests.factories.clock import Clock
from tests.factories.proofs import a_proof, sent
from tests.factories.tokens import PUBLIC_URL, signed

QUOTAS = Quotas(officer=Quota(4), server=Quota(6), client=Quota(9), search=Quota(2, 30), address=Quota(3))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _everything_is_there_again(clock: Clock) -> None:
    clock.move(timedelta(minutes=2))


@pytest.fixture(scope="module")
def tight(settings: Settings) -> Settings:
    return settings.model_copy(update={"quotas": QUOTAS, "pool_size": 1, "pool_timeout_seconds": 0.1})


@pytest.fixture(scope="module")
async def app(database_url: str, tight: Settings, clock: Clock) -> AsyncIterator[FastAPI]:
    application = create_app(tight, database_url=database_url, clock=clock)
    async with application.router.lifespan_context(application):
        yield application


def client_from(app: FastAPI, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 50_000))
    return httpx.AsyncClient(
        transport=transport, base_url="https://registry.example", headers={"Accept-Language": "en", **headers}
    )


def told(answer: httpx.Response, field: str) -> dict[str, dict[str, int]]:
    """Read one of the fields as a program does that knows Structured Fields."""
    items: Any = http_sf.parse(answer.headers[field].encode(), tltype="list")
    return {name: dict(parameters) for name, parameters in items}


class TestAnOfficer:
    async def test_is_told_what_is_left(self, sign_in: SignIn, clock: Clock) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, client_id="told")
        await officer.get("/v1/codes")
        clock.move(timedelta(seconds=20, milliseconds=500))
        answer = await officer.get("/v1/codes")

        assert answer.status_code == 200
        assert told(answer, "RateLimit-Policy") == {"officer": {"q": 4, "w": 60}, "client": {"q": 9, "w": 60}}
        assert told(answer, "RateLimit") == {"officer": {"r": 2, "t": 40}, "client": {"r": 7, "t": 40}}

    async def test_is_refused_beyond_the_quota_until_the_time_that_is_told(self, sign_in: SignIn, clock: Clock) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, client_id="beyond")
        served = [(await officer.get("/v1/codes")).status_code for _ in range(4)]
        clock.move(timedelta(seconds=10))
        refused = await officer.get("/v1/codes")

        assert served == [200] * 4
        assert refused.status_code == 429
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json() == {
            "type": "https://registry.example/problems/quota_exceeded",
            "title": "Too many requests",
            "status": 429,
            "detail": "Beyond the quota: officer. Try again in 50 seconds.",
            "instance": f"urn:uuid:{refused.headers['X-Request-ID']}",
            "code": "quota_exceeded",
            "errors": [],
            "violated_policies": ["officer"],
            "retry_after": 50,
        }
        standing = told(refused, "RateLimit")["officer"]
        assert standing == {"r": 0, "t": 50}
        assert int(refused.headers["Retry-After"]) >= standing["t"]
        clock.move(timedelta(seconds=49))
        assert (await officer.get("/v1/codes")).status_code == 429
        clock.move(timedelta(seconds=1))
        assert (await officer.get("/v1/codes")).status_code == 200

    async def test_spends_for_nobody_else(self, sign_in: SignIn) -> None:
        busy = await sign_in(Role.COMMUNE_OFFICER, client_id="busy")
        for _ in range(5):
            await busy.get("/v1/codes")
        other = await sign_in(Role.COMMUNE_OFFICER, client_id="busy")

        assert (await other.get("/v1/codes")).status_code == 200

    async def test_spends_from_one_quota_with_every_client(self, sign_in: SignIn) -> None:
        phone = await sign_in(Role.COMMUNE_OFFICER, subject="twice", client_id="phone")
        desktop = await sign_in(Role.COMMUNE_OFFICER, subject="twice", client_id="desktop")
        answers = [await client.get("/v1/codes") for client in (phone, desktop) * 3]

        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert answers[-1].json()["violated_policies"] == ["officer"]


class TestAClient:
    async def test_is_refused_for_all_its_officers_together(self, sign_in: SignIn) -> None:
        officers = [await sign_in(Role.COMMUNE_OFFICER, client_id="wild") for _ in range(4)]
        answers = [await officer.get("/v1/codes") for officer in officers * 3]

        assert [answer.status_code for answer in answers] == [200] * 9 + [429] * 3
        assert answers[-1].json()["violated_policies"] == ["client"]

    async def test_is_not_used_up_by_what_one_officer_is_refused(self, sign_in: SignIn) -> None:
        wild = await sign_in(Role.COMMUNE_OFFICER, client_id="one wild officer")
        for _ in range(9):
            await wild.get("/v1/codes")
        other = await sign_in(Role.COMMUNE_OFFICER, client_id="one wild officer")
        answer = await other.get("/v1/codes")

        assert answer.status_code == 200
        assert told(answer, "RateLimit")["client"]["r"] == 9 - 4 - 1

    async def test_without_an_officer_has_a_quota_of_its_own(self, sign_in: SignIn) -> None:
        server = await sign_in(Role.PROVINCE_SYSTEM, subject="province", client_id="province")
        answers = [await server.get("/v1/codes") for _ in range(7)]

        assert [answer.status_code for answer in answers] == [200] * 6 + [429]
        assert set(told(answers[0], "RateLimit")) == {"server", "client"}


class TestSearching:
    async def test_searches_and_lists_share_a_smaller_quota(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.PROVINCE_MANAGER, client_id="searching")
        found = await officer.post("/v1/persons/search", json={"name": "nguyen"})
        listed = await officer.get("/v1/episodes")
        refused = await officer.get("/v1/files")

        assert (found.status_code, listed.status_code, refused.status_code) == (200, 200, 429)
        assert refused.json()["violated_policies"] == ["search"]
        assert told(refused, "RateLimit-Policy")["search"] == {"q": 2, "w": 30}
        assert (await officer.get("/v1/codes")).status_code == 200


class TestBeforeTheDatabase:
    async def test_a_request_beyond_the_quota_takes_no_connection(self, sign_in: SignIn, app: FastAPI) -> None:
        busy = await sign_in(Role.COMMUNE_OFFICER, client_id="no database")
        fresh = await sign_in(Role.COMMUNE_OFFICER, client_id="no database")
        for _ in range(4):
            await busy.get("/v1/codes")
        async with transaction(app.state.sessions) as work:
            await work.connection()
            refused, unserved = await busy.get("/v1/codes"), await fresh.get("/v1/codes")

        assert (refused.status_code, unserved.status_code) == (429, 503)

    async def test_nor_does_the_proof_of_a_bound_token(self, app: FastAPI, issuer: DemoIssuer, clock: Clock) -> None:
        holder, at = ECKey.generate_key("P-256", private=True), int(clock.now.timestamp())
        token = signed(issuer._key(), iat=at, exp=at + 600, cnf={"jkt": holder.thumbprint()})
        proofs = [a_proof(holder, token, f"{PUBLIC_URL}/v1/units", iat=at) for _ in range(5)]
        served = [(await sent(app, token, proof)).status_code for proof in proofs[:4]]
        async with transaction(app.state.sessions) as work:
            await work.connection()
            refused = await sent(app, token, proofs[4])

        assert (served, refused.status_code) == ([200] * 4, 429)


class TestAStranger:
    async def test_is_refused_by_address_and_told_so(self, app: FastAPI) -> None:
        async with client_from(app, "203.0.113.7") as stranger, client_from(app, "203.0.113.8") as neighbour:
            tokens: list[dict[str, str]] = [{}, {"Authorization": "Bearer nonsense"}] * 2
            answers = [await stranger.get("/v1/persons", headers=token) for token in tokens]

            assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
            assert told(answers[0], "RateLimit") == {"address": {"r": 2, "t": 60}}
            assert answers[-1].json()["violated_policies"] == ["address"]
            assert (await neighbour.get("/v1/persons")).status_code == 401

    async def test_never_locks_out_an_officer_behind_the_same_address(self, app: FastAPI, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, client_id="same address")
        token = officer.headers["Authorization"]
        async with client_from(app, "203.0.113.9") as stranger:
            for _ in range(5):
                await stranger.get("/v1/persons")

            assert (await stranger.get("/v1/codes", headers={"Authorization": token})).status_code == 200

    async def test_gains_nothing_by_naming_another_address(self, app: FastAPI) -> None:
        async with client_from(app, "127.0.0.1") as stranger:
            statuses = [
                (await stranger.get("/v1/persons", headers={name: f"198.51.100.{place}"})).status_code
                for place, name in enumerate(("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-For"))
            ]

        assert statuses == [401, 401, 401, 429]

    async def test_health_and_problems_are_not_counted(self, app: FastAPI) -> None:
        async with client_from(app, "203.0.113.10") as monitor:
            answers = [await monitor.get(path) for path in ("/health/live", "/problems/not_found") * 3]

        assert {answer.status_code for answer in answers} == {200}
        assert not any("RateLimit" in answer.headers for answer in answers)

    @pytest.mark.parametrize(
        ("host", "counted"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
            ("/run/registry.sock", "/run/registry.sock"),
        ],
    )
    def test_an_address_stands_for_its_customer(self, host: str, counted: str) -> None:
        assert network_of(host) == counted


@pytest.fixture(scope="module")
async def behind(database_url: str, tight: Settings, clock: Clock) -> AsyncIterator[FastAPI]:
    """The application behind proxies that are named to it."""
    trusting = tight.model_copy(update={"trusted_proxies": (ip_network("10.0.0.0/8"),)})
    application = create_app(trusting, database_url=database_url, clock=clock)
    async with application.router.lifespan_context(application):
        yield application


class TestBehindAProxy:
    async def test_a_proxy_that_is_named_is_believed(self, behind: FastAPI) -> None:
        async with client_from(behind, "10.1.2.3") as proxy:
            first = [await proxy.get("/v1/persons", headers={"X-Forwarded-For": "203.0.113.7"}) for _ in range(4)]
            second = await proxy.get("/v1/persons", headers={"X-Forwarded-For": "203.0.113.8"})

        assert [answer.status_code for answer in first] == [401, 401, 401, 429]
        assert second.status_code == 401

    async def test_what_the_caller_wrote_before_it_is_not(self, behind: FastAPI) -> None:
        async with client_from(behind, "10.1.2.3") as proxy:
            forged = [f"198.51.100.{place}, 203.0.113.20, 10.9.9.9" for place in range(4)]
            answers = [await proxy.get("/v1/persons", headers={"X-Forwarded-For": forwarded}) for forwarded in forged]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]

    async def test_nobody_else_is(self, behind: FastAPI) -> None:
        async with client_from(behind, "203.0.113.30") as stranger:
            answers = [
                await stranger.get("/v1/persons", headers={"X-Forwarded-For": f"198.51.100.{place}"})
                for place in range(4)
            ]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
