"""The checks of a resource server (RFC 9068), each by a token that fails it alone."""

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from registry.demo.issuer import AUDIENCE, ISSUER
from tests.conftest import NOW
from tests.factories.posted import refused
from tests.factories.tokens import ANYWHERE, NOW_SECONDS, asked_with, bearer, claims, part, reason_in, signed, unsigned

DPOP = 'DPoP algs="ES256 ES384 PS256 PS384 RS256 Ed25519"'
HEADER = b'{"alg": "ES256", "typ": "at+jwt", "kid": "1"}'

Log = pytest.LogCaptureFixture


def check(answer: httpx.Response, log: Log, reason: str) -> None:
    refused(answer, 401, "token_invalid")
    assert answer.headers["www-authenticate"] == f'Bearer realm="registry", error="invalid_token", {DPOP}'
    assert reason_in(log) == reason


class Unchecked(jws.JWSRegistry):
    """An attacker's library checks nothing."""

    def check_header(self, header: dict[str, Any]) -> None:
        pass


class TestAccepted:
    @pytest.mark.parametrize(
        "over",
        [
            pytest.param({}, id="as it is"),
            pytest.param({"aud": ["another", AUDIENCE]}, id="for us among others"),
            pytest.param({"exp": NOW_SECONDS - 59}, id="expired within the minute that clocks may differ"),
            pytest.param({"iat": NOW_SECONDS + 60, "nbf": NOW_SECONDS + 60}, id="from a clock that is ahead"),
            pytest.param({"iat": NOW_SECONDS - 0.5, "exp": NOW_SECONDS + 0.5}, id="with parts of seconds"),
            pytest.param({"acr": "2", "auth_time": NOW_SECONDS - 60}, id="that tells how the officer signed in"),
            pytest.param({"scope": None}, id="without a scope, which then allows nothing"),
        ],
    )
    async def test_claims_that_fit(self, app: FastAPI, key: ECKey, over: dict[str, Any]) -> None:
        answer = await asked_with(app, signed(key, **over))

        assert answer.status_code == (403 if "scope" in over else 200), answer.text

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
    async def test_the_types_of_an_access_token(self, app: FastAPI, key: ECKey, typ: str) -> None:
        assert (await asked_with(app, signed(key, header={"typ": typ}))).status_code == 200

    async def test_keys_that_the_token_brings_or_points_to_are_not_looked_at(self, app: FastAPI, key: ECKey) -> None:
        elsewhere = {"jku": "https://attacker.example/keys", "x5u": "https://attacker.example/certificate"}
        another = ECKey.generate_key("P-256", private=True)

        assert (await asked_with(app, signed(key, header=elsewhere))).status_code == 200
        brought = {"jwk": another.as_dict(private=False)}
        assert (await asked_with(app, signed(key, header=brought))).status_code == 200
        forged = signed(another, header={"kid": key.kid, **brought, **elsewhere})
        refused(await asked_with(app, forged), 401, "token_invalid")


class TestRefused:
    @pytest.mark.parametrize(
        ("over", "reason"),
        [
            pytest.param({"exp": NOW_SECONDS - 60}, "expired", id="expired"),
            pytest.param({"exp": None}, "claims", id="without an end"),
            pytest.param({"exp": "tomorrow"}, "claims", id="with an end that is no time"),
            pytest.param({"exp": True}, "claims", id="with a truth for an end"),
            pytest.param({"nbf": NOW_SECONDS + 61}, "claims", id="not valid yet"),
            pytest.param({"iat": None}, "claims", id="without a beginning"),
            pytest.param({"iat": NOW_SECONDS + 61}, "claims", id="issued in the future"),
            pytest.param({"aud": "another"}, "claims", id="for another service"),
            pytest.param({"aud": f"{AUDIENCE}2"}, "claims", id="for a service whose name begins like ours"),
            pytest.param({"aud": []}, "claims", id="for an empty list"),
            pytest.param({"aud": None}, "claims", id="for nobody"),
            pytest.param({"iss": "https://another.example"}, "issuer", id="of another issuer"),
            pytest.param({"iss": f"{ISSUER}/"}, "issuer", id="of an issuer whose name is nearly ours"),
            pytest.param({"iss": [ISSUER]}, "issuer", id="of a list of issuers"),
            pytest.param({"iss": None}, "issuer", id="of nobody"),
            pytest.param({"sub": None}, "claims", id="without a subject"),
            pytest.param({"sub": ""}, "claims", id="of an empty subject"),
            pytest.param({"sub": 7}, "claims", id="of a number for a subject"),
            pytest.param({"sub": "a\nb"}, "claims", id="of a subject with control characters"),
            pytest.param({"sub": "a" * 256}, "claims", id="of a subject that is too long"),
            pytest.param({"client_id": None}, "claims", id="without a client"),
            pytest.param({"client_id": ["a"]}, "claims", id="of a list of clients"),
            pytest.param({"jti": None}, "claims", id="without an id"),
            pytest.param({"jti": 1}, "claims", id="with a number for an id"),
            pytest.param({"scope": ["registry.read"]}, "claims", id="with a list of scopes"),
            pytest.param({"auth_time": "now"}, "claims", id="with a sign-in at no time"),
            pytest.param({"acr": 2}, "claims", id="with a number for the way of signing in"),
            pytest.param({"act": {"client_id": "a vendor"}}, "claims", id="with an actor who has no name"),
            pytest.param({"act": "a vendor"}, "claims", id="with an actor who is no object"),
            pytest.param({"cnf": {"x5t#S256": "a"}}, "claims", id="bound in a way that is not understood"),
        ],
    )
    async def test_claims_that_do_not_fit(
        self, app: FastAPI, key: ECKey, caplog: Log, over: dict[str, Any], reason: str
    ) -> None:
        check(await asked_with(app, signed(key, **over)), caplog, reason)

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            pytest.param({"typ": "JWT"}, "type", id="an identity token"),
            pytest.param({"typ": "dpop+jwt"}, "type", id="a proof"),
            pytest.param({"typ": "logout+jwt"}, "type", id="a token that ends a session"),
            pytest.param({"kid": "unknown"}, "key", id="a key that nobody knows"),
            pytest.param({"kid": "../../../dev/null"}, "key", id="a path for a key"),
            pytest.param({"kid": "' OR 1=1 --"}, "key", id="a query for a key"),
            pytest.param({"kid": None}, "key", id="no key, though there is only one"),
            pytest.param({"crit": ["exp"], "exp": 1}, "header", id="an extension that is not understood"),
            pytest.param({"crit": ["b64"], "b64": True}, "header", id="an extension for payloads that are no claims"),
        ],
    )
    async def test_headers_that_do_not_fit(
        self, app: FastAPI, key: ECKey, caplog: Log, header: dict[str, Any], reason: str
    ) -> None:
        registry = Unchecked()
        given = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **header}
        kept = {name: value for name, value in given.items() if value is not None}
        check(await asked_with(app, jwt.encode(kept, claims(), key, registry=registry)), caplog, reason)

    async def test_a_token_without_a_type(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), key, default_type=None)

        check(await asked_with(app, token), caplog, "type")

    @pytest.mark.parametrize(
        ("algorithm", "reason"),
        [("none", "algorithm"), ("None", "algorithm"), ("nOnE", "algorithm"), ("ES256", "signature")],
    )
    async def test_a_token_without_a_signature(
        self, app: FastAPI, key: ECKey, caplog: Log, algorithm: str, reason: str
    ) -> None:
        header = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid}
        check(await asked_with(app, unsigned(header, claims())), caplog, reason)

    @pytest.mark.parametrize("form", ["jwk", "pem", "der"])
    async def test_a_signature_with_the_public_key_as_a_shared_secret(
        self, app: FastAPI, key: ECKey, caplog: Log, form: str
    ) -> None:
        public = {
            "jwk": json.dumps(key.as_dict(private=False)).encode(),
            "pem": key.as_pem(private=False),
            "der": key.as_der(private=False),
        }[form]
        payload = ".".join(
            part(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "at+jwt", "kid": key.kid}, claims())
        )
        mac = hmac.digest(public, payload.encode(), hashlib.sha256)
        check(await asked_with(app, f"{payload}.{part(mac)}"), caplog, "algorithm")

    async def test_a_signature_with_another_key_of_the_same_name(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        another = ECKey.generate_key("P-256", parameters={"kid": key.kid or ""}, private=True)

        check(await asked_with(app, signed(another)), caplog, "signature")

    async def test_a_signature_by_a_key_of_another_kind(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        another = RSAKey.generate_key(2048, parameters={"kid": key.kid or ""}, private=True)

        refused(await asked_with(app, signed(another, header={"alg": "RS256"})), 401, "token_invalid")
        assert reason_in(caplog) in {"malformed", "key", "algorithm"}

    async def test_claims_changed_after_they_were_signed(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        header, _, signature = signed(key).split(".")
        changed = f"{header}.{part(json.dumps(claims(sub='another')).encode())}.{signature}"

        check(await asked_with(app, changed), caplog, "signature")

    @pytest.mark.parametrize(
        "token",
        [
            pytest.param("a", id="one letter"),
            pytest.param("a.b.c", id="three letters"),
            pytest.param("...", id="dots"),
            pytest.param("a" * 9000, id="too long"),
            pytest.param(unsigned({"alg": "ES256", "typ": "at+jwt"}, ["iss"]), id="a list of claims"),
            pytest.param(f"{part(HEADER)}.{part(b'[' * 5000)}.", id="deep nesting"),
            pytest.param(f"{part(b'[' * 5000)}.{part(b'{}')}.", id="a deeply nested header"),
            pytest.param(f"{part(bytes([255, 254]))}.{part(b'{}')}.", id="bytes that are no text"),
            pytest.param(f"{part(b'[1]')}.{part(b'{}')}.", id="a list for a header"),
        ],
    )
    async def test_what_is_no_token(self, app: FastAPI, caplog: Log, token: str) -> None:
        check(await asked_with(app, token), caplog, "malformed")

    async def test_a_token_that_expires_while_it_is_remembered(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        token = signed(key)
        assert (await asked_with(app, token)).status_code == 200
        clock, app.state.clock = app.state.clock, lambda: NOW + timedelta(seconds=700)
        try:
            check(await asked_with(app, token), caplog, "expired")
        finally:
            app.state.clock = clock


class TestNoToken:
    @pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "DPoP", "Digest a"])
    async def test_is_told_how_to_come_back(self, app: FastAPI, caplog: Log, header: str) -> None:
        caplog.set_level(logging.INFO)
        async with bearer(app, "") as client:
            client.headers["Authorization"] = header
            answer = await client.get(ANYWHERE)

        refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == f'Bearer realm="registry", {DPOP}'
        assert reason_in(caplog) == "no_token"

    async def test_every_refusal_is_counted_by_its_reason(self, app: FastAPI, key: ECKey) -> None:
        def counted() -> float:
            found = app.state.counters.registry.get_sample_value(
                "registry_unauthenticated_total", {"reason": "expired"}
            )
            return found or 0.0

        before = counted()
        await asked_with(app, signed(key, exp=NOW_SECONDS - 3600))
        assert counted() == before + 1

    async def test_no_log_line_holds_anything_of_the_token(self, app: FastAPI, key: ECKey, caplog: Log) -> None:
        token = signed(key, sub="CANARY-SUBJECT", client_id="CANARY-CLIENT", exp=NOW_SECONDS - 3600)
        await asked_with(app, token)

        told = "\n".join(str(vars(record)) for record in caplog.records)
        assert "auth.refused" in told
        assert "CANARY" not in told
        assert token not in told
        assert token.split(".")[2] not in told
