"""Tokens and grants: who is let in, as whom, and with which reach."""

import base64
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from sqlmodel import select

from registry.api.auth.issuer_keys import IssuerKeys
from registry.api.refusals import Unavailable
from registry.db.engine import transaction
from registry.db.tables.trail import AccessGrantRow
from registry.demo.issuer import AUDIENCE, CLIENT, ISSUER, DemoIssuer
from registry.domain.access import Role, TokenScope
from registry.settings import TrustedIssuer
from tests.conftest import NOW, OLD_PHU_YEN, TODAY, SignIn
from tests.factories.posted import body_of, posted_episode, posted_organisation, posted_person, refused
from tests.factories.trails import audited

SUBJECT = "an officer whose token is tried"
SOMEWHERE = f"/v1/persons/{uuid4()}"


def claims(**over: Any) -> dict[str, Any]:  # noqa: ANN401 - claims are JSON values
    """The claims of a token that is accepted, but for what is named; None takes one away."""
    now = int(NOW.timestamp())
    given = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "client_id": CLIENT, "scope": " ".join(TokenScope),
        "jti": str(uuid4()), "iat": now, "exp": now + 600, **over,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(scope="module")
def key(issuer: DemoIssuer) -> ECKey:
    """The issuer's own key."""
    return issuer._key()


@asynccontextmanager
async def bearer(app: FastAPI, token: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="https://registry.example", headers=headers) as client:
        yield client


async def asked_with(app: FastAPI, token: str) -> httpx.Response:
    async with bearer(app, token) as client:
        return await client.get("/v1/units?limit=1")


def signed(key: ECKey, *, header: dict[str, Any] | None = None, **over: Any) -> str:  # noqa: ANN401 - as above
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}, claims(**over), key)


def unsigned(header: dict[str, Any], payload: object) -> str:
    return ".".join([*(_part(json.dumps(part).encode()) for part in (header, payload)), ""])


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TestAccepted:
    async def test_a_token_of_the_issuer(self, app: FastAPI, key: ECKey) -> None:
        assert (await asked_with(app, signed(key))).status_code == 200

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
    async def test_the_types_of_an_access_token(self, app: FastAPI, key: ECKey, typ: str) -> None:
        assert (await asked_with(app, signed(key, header={"typ": typ}))).status_code == 200

    async def test_an_audience_among_several(self, app: FastAPI, key: ECKey) -> None:
        assert (await asked_with(app, signed(key, aud=["another", AUDIENCE]))).status_code == 200

    async def test_the_clocks_may_differ_by_a_minute(self, app: FastAPI, key: ECKey) -> None:
        assert (await asked_with(app, signed(key, exp=int(NOW.timestamp()) - 30))).status_code == 200


NOW_SECONDS = int(NOW.timestamp())
HEADER = b'{"alg": "ES256", "typ": "at+jwt", "kid": "1"}'


class TestRefused:
    @pytest.mark.parametrize(
        "over",
        [
            pytest.param({"exp": NOW_SECONDS - 61}, id="expired"),
            pytest.param({"exp": None}, id="without an end"),
            pytest.param({"exp": "tomorrow"}, id="with an end that is no time"),
            pytest.param({"nbf": NOW_SECONDS + 600}, id="not valid yet"),
            pytest.param({"iat": None}, id="without a beginning"),
            pytest.param({"aud": "another"}, id="for another service"),
            pytest.param({"aud": None}, id="for nobody"),
            pytest.param({"iss": "https://another.example"}, id="of another issuer"),
            pytest.param({"iss": None}, id="of nobody"),
            pytest.param({"sub": None}, id="without a subject"),
            pytest.param({"client_id": None}, id="without a client"),
            pytest.param({"jti": None}, id="without an id"),
            pytest.param({"act": {"client_id": "a vendor"}}, id="with an actor who has no name"),
        ],
    )
    async def test_claims_that_do_not_fit(self, app: FastAPI, key: ECKey, over: dict[str, Any]) -> None:
        self.check(await asked_with(app, signed(key, **over)))

    @pytest.mark.parametrize(
        "header",
        [
            pytest.param({"typ": "JWT"}, id="an identity token"),
            pytest.param({"typ": "dpop+jwt"}, id="a proof"),
            pytest.param({"kid": "unknown"}, id="a key that nobody knows"),
        ],
    )
    async def test_headers_that_do_not_fit(self, app: FastAPI, key: ECKey, header: dict[str, Any]) -> None:
        self.check(await asked_with(app, signed(key, header=header)))

    async def test_a_token_without_a_type(self, app: FastAPI, key: ECKey) -> None:
        self.check(await asked_with(app, jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), key)))

    async def test_a_token_without_a_signature(self, app: FastAPI, key: ECKey) -> None:
        for algorithm in ("none", "None", "ES256"):
            header = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid}
            self.check(await asked_with(app, unsigned(header, claims())))

    async def test_a_signature_with_the_public_key_as_a_shared_secret(self, app: FastAPI, key: ECKey) -> None:
        public = OctKey.import_key(json.dumps(key.as_dict(private=False)))
        token = jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": key.kid}, claims(), public)

        self.check(await asked_with(app, token))

    async def test_a_signature_with_another_key_of_the_same_name(self, app: FastAPI, key: ECKey) -> None:
        another = ECKey.generate_key("P-256", parameters={"kid": key.kid or ""}, private=True)

        self.check(await asked_with(app, signed(another)))

    async def test_claims_changed_after_they_were_signed(self, app: FastAPI, key: ECKey) -> None:
        header, _, signature = signed(key).split(".")

        self.check(await asked_with(app, f"{header}.{_part(json.dumps(claims(sub='another')).encode())}.{signature}"))

    @pytest.mark.parametrize(
        "token",
        [
            pytest.param("a", id="one letter"),
            pytest.param("a.b.c", id="three letters"),
            pytest.param("...", id="dots"),
            pytest.param("a" * 9000, id="too long"),
            pytest.param(unsigned({"alg": "ES256", "typ": 1, "kid": 1}, {"iss": ISSUER}), id="numbers as names"),
            pytest.param(unsigned({"alg": "ES256", "typ": "at+jwt"}, ["iss"]), id="a list of claims"),
            pytest.param(f"{_part(HEADER)}.{_part(b'[' * 5000)}.", id="deep nesting"),
            pytest.param(f"{_part(b'[' * 5000)}.{_part(b'{}')}.", id="a deeply nested header"),
            pytest.param(f"{_part(bytes([255, 254]))}.{_part(b'{}')}.", id="bytes that are no text"),
        ],
    )
    async def test_what_is_no_token(self, app: FastAPI, token: str) -> None:
        self.check(await asked_with(app, token))

    async def test_a_token_that_expires_while_it_is_remembered(self, app: FastAPI, key: ECKey) -> None:
        token = signed(key)
        assert (await asked_with(app, token)).status_code == 200
        clock, app.state.clock = app.state.clock, lambda: NOW + timedelta(seconds=700)
        try:
            self.check(await asked_with(app, token))
        finally:
            app.state.clock = clock

    @pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer"])
    async def test_no_token_at_all(self, app: FastAPI, header: str) -> None:
        async with bearer(app, "") as client:
            client.headers["Authorization"] = header
            answer = await client.get("/v1/units?limit=1")

        refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == 'Bearer realm="registry"'

    @staticmethod
    def check(answer: httpx.Response) -> None:
        refused(answer, 401, "token_invalid")
        assert answer.headers["www-authenticate"] == 'Bearer realm="registry", error="invalid_token"'


class TestKeys:
    async def test_a_key_that_the_issuer_adds_is_found(self, app: FastAPI) -> None:
        """The issuer's keys are read again when a token names one that is not known, once a minute at most."""
        verifier = app.state.tokens
        file = verifier._issuers[ISSUER].trusted.jwks_file
        before = file.read_text(encoding="utf-8")
        added = ECKey.generate_key("P-256", parameters={"kid": "added"}, private=True)
        both = [*json.loads(before)["keys"], *KeySet([added]).as_dict(private=False)["keys"]]
        file.write_text(json.dumps({"keys": both}), encoding="utf-8")
        try:
            verifier._issuers[ISSUER]._tried_at = -math.inf
            assert (await asked_with(app, signed(added))).status_code == 200
        finally:
            file.write_text(before, encoding="utf-8")

    async def test_an_issuer_that_cannot_be_reached_is_our_failure(self) -> None:
        """Nobody's token is called bad, and the next caller does not wait for another attempt at once."""
        nowhere = {"issuer": "https://away.example", "audience": "registry", "jwks_url": "http://127.0.0.1:9/keys"}
        keys = IssuerKeys(TrustedIssuer.model_validate(nowhere))
        with pytest.raises(Unavailable):
            await keys.having("any")
        tried = keys._tried_at
        with pytest.raises(Unavailable):
            await keys.having("any")
        assert keys._tried_at == tried


class TestGrants:
    async def test_a_subject_without_a_grant_may_see_the_map_and_no_more(self, app: FastAPI, key: ECKey) -> None:
        async with bearer(app, signed(key, sub="a stranger")) as client:
            assert (await client.get("/v1/units?limit=1")).status_code == 200
            refused(await client.get("/v1/organisations"), 403, "insufficient_scope")
            refused(await client.get(SOMEWHERE), 403, "insufficient_scope")

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            pytest.param({}, 404, id="in force"),
            pytest.param({"from_on": TODAY, "to_on": TODAY}, 404, id="for today only"),
            pytest.param({"from_on": TODAY + timedelta(days=1)}, 403, id="from tomorrow on"),
            pytest.param({"to_on": TODAY - timedelta(days=1)}, 403, id="until yesterday"),
            pytest.param({"revoked_at": NOW, "revoked_by": "tests"}, 403, id="revoked"),
            pytest.param({"issuer": "https://another.example"}, 403, id="of the same name at another issuer"),
        ],
    )
    async def test_a_grant_counts_while_it_is_in_force(
        self, app: FastAPI, sign_in: SignIn, changes: dict[str, Any], status: int
    ) -> None:
        subject = f"officer-{uuid4()}"
        client = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        assert (await client.get(SOMEWHERE)).status_code == 404
        async with transaction(app.state.sessions) as session:
            grant = (await session.exec(select(AccessGrantRow).where(AccessGrantRow.subject == subject))).one()
            grant.sqlmodel_update(changes)
            session.add(grant)

        assert (await client.get(SOMEWHERE)).status_code == status

    @pytest.mark.parametrize(
        ("scope", "path", "status"),
        [
            (TokenScope.READ, SOMEWHERE, 404),
            (TokenScope.WRITE, SOMEWHERE, 403),
            (TokenScope.REPORT, SOMEWHERE, 403),
            (TokenScope.ADMIN, SOMEWHERE, 403),
        ],
    )
    async def test_a_right_takes_the_scope_of_the_token_and_the_grant(
        self, sign_in: SignIn, scope: TokenScope, path: str, status: int
    ) -> None:
        client = await sign_in(Role.PROVINCE_MANAGER, scopes=(scope,))

        assert (await client.get(path)).status_code == status


class TestReach:
    @pytest.mark.parametrize(
        ("unit", "status"),
        [
            pytest.param(("22015", TODAY), 200, id="the commune in charge today"),
            pytest.param(("22015", date(2020, 12, 31)), 200, id="the commune that was in charge"),
            pytest.param(("22018", date(2020, 12, 31)), 200, id="a commune that became part of it"),
            pytest.param(OLD_PHU_YEN, 200, id="the province that was"),
            pytest.param(("555", date(2020, 12, 31)), 200, id="the district that was"),
            pytest.param(("66", TODAY), 200, id="the province that is"),
            pytest.param(("22240", TODAY), 404, id="the commune beside it"),
            pytest.param(("01", TODAY), 404, id="another province"),
        ],
    )
    async def test_a_grant_reaches_the_units_that_its_own_became(
        self, manager: httpx.AsyncClient, sign_in: SignIn, unit: tuple[str, date], status: int
    ) -> None:
        person_id = await posted_person(manager)
        client = await sign_in(Role.COMMUNE_OFFICER, unit=unit)

        assert (await client.get(f"/v1/persons/{person_id}")).status_code == status

    async def test_several_grants_add_up(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        here, there = [await posted_person(manager, unit_code=code) for code in ("22015", "22240")]
        subject = f"officer-{uuid4()}"
        await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        client = await sign_in(Role.HEALTH_OFFICER, unit=("22240", TODAY), subject=subject)

        assert [(await client.get(f"/v1/persons/{person}")).status_code for person in (here, there)] == [200, 200]
        assert (await client.get(f"/v1/persons/{here}/files")).status_code == 200
        assert (await client.get(f"/v1/persons/{there}/files")).status_code == 404


class TestRegistryGrant:
    @pytest.fixture
    async def both(self, app: FastAPI, manager: httpx.AsyncClient, sign_in: SignIn) -> "Both":
        """Someone who holds a commune and works for a facility, a person of each, and the grants' ids."""
        facility = await posted_organisation(manager, kind="rehab_facility_public")
        resident = await posted_person(manager, unit_code="22015")
        patient = await posted_person(manager, unit_code="22240")
        await posted_episode(manager, patient, modality="facility", provider_id=facility)
        subject = f"officer-{uuid4()}"
        await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
        client = await sign_in(Role.FACILITY_OFFICER, organisation=facility, subject=subject)
        async with transaction(app.state.sessions) as session:
            rows = (await session.exec(select(AccessGrantRow).where(AccessGrantRow.subject == subject))).all()
        return Both(client, resident, patient, {row.role: str(row.id) for row in rows})

    async def test_without_it_units_are_acted_under(self, both: "Both", app: FastAPI) -> None:
        answer = await both.client.get(f"/v1/persons/{both.resident}")

        assert answer.status_code == 200
        assert [row["purpose"] for row in await audited(app, answer)] == ["case_management"]
        refused(await both.client.get(f"/v1/persons/{both.patient}"), 404, "not_found")

    async def test_it_picks_the_organisation(self, both: "Both", app: FastAPI) -> None:
        headers = {"Registry-Grant": both.grants["facility_officer"]}

        answer = await both.client.get(f"/v1/persons/{both.patient}", headers=headers)

        assert set(body_of(answer)) == {"id", "version", "full_name", "birth_year", "phone"}
        assert [row["purpose"] for row in await audited(app, answer)] == ["treatment"]
        refused(await both.client.get(f"/v1/persons/{both.resident}", headers=headers), 404, "not_found")

    async def test_it_narrows_the_permissions_too(self, both: "Both") -> None:
        headers = {"Registry-Grant": both.grants["facility_officer"]}

        refused(await both.client.get("/v1/files", headers=headers), 403, "insufficient_scope")

    async def test_a_grant_that_is_not_held(self, both: "Both") -> None:
        headers = {"Registry-Grant": str(uuid4())}

        refused(await both.client.get(f"/v1/persons/{both.resident}", headers=headers), 403, "grant_not_held")

    async def test_what_is_no_id(self, both: "Both") -> None:
        answer = await both.client.get(f"/v1/persons/{both.resident}", headers={"Registry-Grant": "mine"})

        refused(answer, 422, "validation_failed")


class Both:
    """What `TestRegistryGrant` works with."""

    def __init__(self, client: httpx.AsyncClient, resident: str, patient: str, grants: dict[str, str]) -> None:
        self.client, self.resident, self.patient, self.grants = client, resident, patient, grants


class TestServers:
    async def test_a_server_without_an_officer_has_no_officer_s_rights(self, sign_in: SignIn) -> None:
        client = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject="a-server", client_id="a-server")

        refused(await client.get(SOMEWHERE), 403, "officer_required")

    async def test_a_province_s_own_system_is_let_in(self, sign_in: SignIn) -> None:
        client = await sign_in(Role.PROVINCE_SYSTEM, subject="a-system", client_id="a-system")

        refused(await client.get(SOMEWHERE), 404, "not_found")

    async def test_an_officer_s_grant_adds_nothing_to_a_system_s(self, sign_in: SignIn) -> None:
        await sign_in(Role.COMMUNE_OFFICER, subject="two-grants", client_id="two-grants")
        client = await sign_in(Role.PROVINCE_SYSTEM, subject="two-grants", client_id="two-grants")

        refused(await client.get(SOMEWHERE), 404, "not_found")
        refused(await client.post("/v1/persons/search", json={"unit_code": "01"}), 403, "unit_not_granted")
        refused(await client.post(f"{SOMEWHERE}/void", json={"reason": "None."}), 403, "officer_required")

    async def test_an_exchanged_token_acts_for_the_officer(
        self, app: FastAPI, key: ECKey, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        address, reason = f"/v1/persons/{await posted_person(manager)}/void", {"reason": "Entered twice."}
        answers = []
        for officer in ("officer-with-an-app", "colleague-with-the-same-app"):
            await sign_in(Role.PROVINCE_MANAGER, subject=officer)
            token = signed(key, sub=officer, client_id="app", act={"sub": "vendor"})
            async with bearer(app, token) as client:
                answers += [await client.post(address, json=reason) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200, 409, 409]
        (row,) = await audited(app, answers[0])
        assert (row["subject"], row["on_behalf_of"], row["client_id"]) == ("vendor", "officer-with-an-app", "app")

    async def test_a_vendor_without_an_officer_is_refused(self, app: FastAPI, key: ECKey, sign_in: SignIn) -> None:
        await sign_in(Role.COMMUNE_OFFICER, subject="vendor-server")
        token = signed(key, sub="vendor-server", client_id="vendor-server", act={"sub": "vendor"})

        async with bearer(app, token) as client:
            refused(await client.get(SOMEWHERE), 403, "officer_required")


async def test_a_purpose_that_the_role_does_not_have_is_not_taken(manager: httpx.AsyncClient) -> None:
    named = {"Registry-Purpose": "health_care"}
    refused(await manager.get("/v1/persons", headers=named), 403, "insufficient_scope")
    assert (await manager.get("/v1/persons", headers={"Registry-Purpose": "supervision"})).status_code == 200
