"""Proofs of possession (RFC 9449): the twelve checks, each by a proof that fails it alone."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from registry.api.auth.dpop import normalised
from tests.factories.posted import refused
from tests.factories.proofs import a_proof, proving, sent
from tests.factories.tokens import NOW_SECONDS, PUBLIC_URL, part, reason_in, signed

URL = f"{PUBLIC_URL}/v1/units"
ALGORITHMS = 'algs="ES256 ES384 PS256 PS384 RS256 Ed25519"'

Log = pytest.LogCaptureFixture


def check(answer: httpx.Response, log: Log, reason: str) -> None:
    refused(answer, 401, "dpop_proof_invalid")
    challenge = f'Bearer realm="registry", DPoP {ALGORITHMS}, error="invalid_dpop_proof"'
    assert answer.headers["www-authenticate"] == challenge
    assert reason_in(log) == reason


class TestAccepted:
    @pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
    async def test_a_bound_token_with_its_proof(self, app: FastAPI, token: str, holder: ECKey, scheme: str) -> None:
        assert (await sent(app, token, a_proof(holder, token, URL), scheme=scheme)).status_code == 200

    @pytest.mark.parametrize(
        "over",
        [
            pytest.param({"iat": NOW_SECONDS - 60}, id="a minute old"),
            pytest.param({"iat": NOW_SECONDS + 60}, id="a minute ahead"),
            pytest.param(
                {"htu": "HTTPS://Registry.Example:443/v1/%75nits?limit=1#top"}, id="the address in other words"
            ),
            pytest.param({"nonce": "of another service"}, id="with a nonce that nobody asked for"),
        ],
    )
    async def test_proofs_that_fit(self, app: FastAPI, token: str, holder: ECKey, over: dict[str, Any]) -> None:
        assert (await sent(app, token, a_proof(holder, token, URL, **over))).status_code == 200

    @pytest.mark.parametrize(
        ("held", "algorithm"),
        [
            (ECKey.generate_key("P-384", private=True), "ES384"),
            (RSAKey.generate_key(2048, private=True), "PS256"),
            (RSAKey.generate_key(2048, private=True), "RS256"),
            (OKPKey.generate_key("Ed25519", private=True), "Ed25519"),
        ],
        ids=["ES384", "PS256", "RS256", "Ed25519"],
    )
    async def test_keys_of_every_kind(
        self, app: FastAPI, key: ECKey, held: ECKey | RSAKey | OKPKey, algorithm: str
    ) -> None:
        token = signed(key, cnf={"jkt": held.thumbprint()})
        assert (await sent(app, token, a_proof(held, token, URL, header={"alg": algorithm}))).status_code == 200

    async def test_writes_too(self, app: FastAPI, token: str, holder: ECKey) -> None:
        async with proving(app, holder, token) as client:
            refused(await client.post("/v1/persons/search", json={}), 403, "insufficient_scope")


class TestRefused:
    @pytest.mark.parametrize("count", [0, 2])
    async def test_there_is_exactly_one(self, app: FastAPI, token: str, holder: ECKey, caplog: Log, count: int) -> None:
        given = [a_proof(holder, token, URL) for _ in range(count)]
        check(await sent(app, token, *given), caplog, "proof_count")

    @pytest.mark.parametrize(
        "proof",
        [
            pytest.param("a", id="one letter"),
            pytest.param("a.b.c", id="three letters"),
            pytest.param(f"{part(b'[' * 500)}.{part(b'{}')}.", id="deep nesting"),
            pytest.param("a" * 5000, id="too long"),
        ],
    )
    async def test_it_is_well_formed(self, app: FastAPI, token: str, caplog: Log, proof: str) -> None:
        check(await sent(app, token, proof), caplog, "proof_malformed")

    @pytest.mark.parametrize(
        "over",
        [
            *({name: None} for name in ("jti", "htm", "htu", "iat", "ath")),
            *({name: 1} for name in ("jti", "htm", "htu", "ath")),
            {"jti": ""},
            {"jti": "a" * 201},
            {"iat": str(NOW_SECONDS)},
            {"iat": True},
        ],
        ids=str,
    )
    async def test_it_has_its_claims(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log, over: dict[str, Any]
    ) -> None:
        check(await sent(app, token, a_proof(holder, token, URL, **over)), caplog, "proof_claims")

    @pytest.mark.parametrize("typ", [None, "JWT", "at+jwt", "dpop"])
    async def test_it_is_of_its_type(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log, typ: str | None
    ) -> None:
        check(await sent(app, token, a_proof(holder, token, URL, header={"typ": typ})), caplog, "proof_type")

    async def test_its_algorithm_is_asymmetric(self, app: FastAPI, token: str, holder: ECKey, caplog: Log) -> None:
        secret = OctKey.import_key({"kty": "oct", "k": part(b"a secret that both sides would know")})
        proof = a_proof(holder, token, URL, signer=secret, header={"alg": "HS256"})
        check(await sent(app, token, proof), caplog, "proof_algorithm")
        caplog.clear()
        unsigned = a_proof(holder, token, URL).split(".")
        none = part(b'{"typ": "dpop+jwt", "alg": "none"}')
        check(await sent(app, token, f"{none}.{unsigned[1]}."), caplog, "proof_algorithm")

    async def test_it_is_signed_with_the_key_that_it_brings(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log
    ) -> None:
        thief = ECKey.generate_key("P-256", private=True)
        check(await sent(app, token, a_proof(holder, token, URL, signer=thief)), caplog, "proof_signature")

    @pytest.mark.parametrize("extension", [{"crit": ["alg"]}, {"b64": True}, {"crit": ["exp"], "exp": 1}], ids=str)
    async def test_it_asks_for_no_extension(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log, extension: dict[str, Any]
    ) -> None:
        check(await sent(app, token, a_proof(holder, token, URL, header=extension)), caplog, "proof_malformed")

    async def test_its_key_is_public_asymmetric_and_long_enough(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log
    ) -> None:
        secret = {"kty": "oct", "k": part(b"a secret that both sides would know")}
        short = {"kty": "RSA", "n": part(b"\xff" * 128), "e": "AQAB"}
        part_of_private = {**RSAKey.generate_key(2048).as_dict(private=False), "p": "AQAB"}
        nowhere = {**holder.as_dict(private=False), "x": part(b"\1" * 32)}
        for jwk in (holder.as_dict(private=True), secret, short, part_of_private, nowhere, {}, None, "a key"):
            caplog.clear()
            check(await sent(app, token, a_proof(holder, token, URL, header={"jwk": jwk})), caplog, "proof_key")

    @pytest.mark.parametrize("method", ["POST", "get", "HEAD", ""])
    async def test_it_is_for_the_method(
        self, app: FastAPI, token: str, holder: ECKey, caplog: Log, method: str
    ) -> None:
        reason = "proof_method" if method else "proof_claims"
        check(await sent(app, token, a_proof(holder, token, URL, htm=method)), caplog, reason)

    @pytest.mark.parametrize(
        "url",
        [
            f"{PUBLIC_URL}/v1/codes",
            f"{PUBLIC_URL}/v1/units/",
            f"{PUBLIC_URL}/V1/units",
            f"{PUBLIC_URL}:8443/v1/units",
            "http://registry.example/v1/units",
            "https://registry.example.attacker.example/v1/units",
            "https://user@registry.example/v1/units",
            "https://attacker.example/v1/units",
            "/v1/units",
            "https://[registry.example/v1/units",
        ],
    )
    async def test_it_is_for_the_address(self, app: FastAPI, token: str, holder: ECKey, caplog: Log, url: str) -> None:
        check(await sent(app, token, a_proof(holder, token, url)), caplog, "proof_url")

    @pytest.mark.parametrize("seconds", [-61, 61, -(10**6), 10**20])
    async def test_it_is_of_now(self, app: FastAPI, token: str, holder: ECKey, caplog: Log, seconds: int) -> None:
        check(await sent(app, token, a_proof(holder, token, URL, iat=NOW_SECONDS + seconds)), caplog, "proof_time")

    async def test_it_is_for_the_token(self, app: FastAPI, key: ECKey, token: str, holder: ECKey, caplog: Log) -> None:
        another = signed(key, cnf={"jkt": holder.thumbprint()})
        check(await sent(app, token, a_proof(holder, another, URL)), caplog, "proof_token")

    async def test_its_key_is_the_token_s(self, app: FastAPI, token: str, caplog: Log) -> None:
        thief = ECKey.generate_key("P-256", private=True)
        check(await sent(app, token, a_proof(thief, token, URL)), caplog, "proof_binding")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://a.example", "https://a.example:443/"),
        ("https://A.example:443/x?y#z", "https://a.example:443/x"),
        ("http://a.example:80/%7euser/%2f", "http://a.example:80/~user/%2F"),
        ("https://a.example:8443/", "https://a.example:8443/"),
        ("ftp://a.example/", None),
        ("https://a.example:port/", None),
        ("https:///x", None),
    ],
)
def test_addresses_are_compared_as_addresses(given: str, expected: str | None) -> None:
    assert normalised(given) == expected
