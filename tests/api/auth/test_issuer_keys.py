"""The issuers' keys: found when they are new, given up when they are withdrawn, and never mixed up."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey, KeySet

from registry.api.app import create_app
from registry.api.auth.issuer_keys import LIFETIME_SECONDS, LONGEST_SECONDS, IssuerKeys
from registry.api.refusals import Unavailable
from registry.db import standing
from registry.db.context import closed_transaction
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.client import RevocationReason
from registry.settings import Settings, TrustedIssuer
from registry.usecases import revocations
from registry.usecases.revocations import NewRevocation
from tests.conftest import NOW, TODAY
from tests.factories.clients import host
from tests.factories.posted import refused
from tests.factories.tokens import asked_with, reason_in, signed

OTHER = "https://other.example"
NOWHERE = Path("/nowhere/keys.json")


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": kid}, private=True)


def publish(file: Path, *keys: ECKey) -> None:
    file.write_text(json.dumps(KeySet(list(keys)).as_dict(private=False)), encoding="utf-8")


def spoil(file: Path, published: str) -> None:
    file.write_text(published, encoding="utf-8")


@pytest.fixture
def keys(app: FastAPI) -> IssuerKeys:
    """The keys of the test issuer, as the application keeps them."""
    kept: IssuerKeys = app.state.tokens._issuers[ISSUER]
    return kept


@pytest.fixture
def file(keys: IssuerKeys) -> Iterator[Path]:
    """Where the issuer publishes its keys."""
    file = keys.trusted.jwks_file
    assert file is not None
    before = file.read_text(encoding="utf-8")
    yield file
    file.write_text(before, encoding="utf-8")
    keys.forget()


class TestRotation:
    async def test_a_key_that_the_issuer_adds_is_found(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path
    ) -> None:
        assert (await asked_with(app, signed(key))).status_code == 200
        added = a_key("added")
        publish(file, key, added)
        keys._tried_at = -math.inf
        assert (await asked_with(app, signed(added))).status_code == 200
        assert (await asked_with(app, signed(key))).status_code == 200

    async def test_unknown_keys_do_not_make_us_ask_again_and_again(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path
    ) -> None:
        """Once a minute at most: or anybody could make us hammer the issuer."""
        assert (await asked_with(app, signed(key))).status_code == 200
        added = a_key("added in the same minute")
        publish(file, key, added)
        tried = keys._tried_at
        refused(await asked_with(app, signed(added)), 401, "token_invalid")
        assert keys._tried_at == tried

    async def test_a_key_that_the_issuer_withdraws_is_given_up_with_the_tokens_it_vouched_for(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        token = signed(key)
        assert (await asked_with(app, token)).status_code == 200
        publish(file, a_key("next"))
        assert (await asked_with(app, token)).status_code == 200, "remembered while the keys are young"
        keys._fetched_at, keys._tried_at = time.monotonic() - 2 * LIFETIME_SECONDS, -math.inf
        refused(await asked_with(app, token), 401, "token_invalid")
        assert reason_in(caplog) == "key"

    @pytest.mark.parametrize("published", ['{"keys": []}', '{"keys": [{"kty": "EC"}]}'])
    async def test_an_issuer_that_withdraws_its_only_key_is_taken_at_its_word(
        self,
        app: FastAPI,
        key: ECKey,
        keys: IssuerKeys,
        file: Path,
        published: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """It answers: who holds a key that was stolen must not go on for a day as if it were away."""
        token = signed(key)
        assert (await asked_with(app, token)).status_code == 200
        spoil(file, published)
        keys._fetched_at, keys._tried_at = time.monotonic() - 2 * LIFETIME_SECONDS, -math.inf
        for either in (token, signed(key)):
            refused(await asked_with(app, either), 503, "unavailable")
        assert "issuer.keys_withdrawn" in caplog.messages
        assert "issuer.unreachable" not in caplog.messages

    @pytest.mark.parametrize("published", ["", "{}", "[]", '{"keys": null}', '{"keys": {}}', '{"keys": ""}', "<html>"])
    async def test_known_keys_go_on_where_the_issuer_publishes_no_set_of_keys(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path, published: str
    ) -> None:
        assert (await asked_with(app, signed(key))).status_code == 200
        spoil(file, published)
        keys._fetched_at, keys._tried_at = time.monotonic() - 2 * LIFETIME_SECONDS, -math.inf
        assert (await asked_with(app, signed(key))).status_code == 200
        keys.forget()
        refused(await asked_with(app, signed(key)), 503, "unavailable")

    @pytest.mark.parametrize(("silent_for", "status"), [(LONGEST_SECONDS - 60, 200), (LONGEST_SECONDS + 60, 503)])
    async def test_known_keys_go_on_for_a_day_where_the_issuer_is_silent(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path, silent_for: int, status: int
    ) -> None:
        """Whoever keeps us from the issuer must not keep a withdrawn key alive for ever."""
        token = signed(key)
        assert (await asked_with(app, token)).status_code == 200
        spoil(file, "")
        keys._fetched_at, keys._tried_at = time.monotonic() - silent_for, -math.inf
        assert (await asked_with(app, token)).status_code == status
        assert (await asked_with(app, signed(key))).status_code == status

    @pytest.mark.parametrize(
        "useless",
        [
            {"kty": "EC", "crv": "of tomorrow", "x": "AQAB", "y": "AQAB"},
            {"kty": "ML-DSA", "pub": "AQAB"},
            {"kty": ["RSA"]},
            "no key",
        ],
        ids=str,
    )
    async def test_a_key_of_no_use_does_not_take_the_others_away(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path, useless: object
    ) -> None:
        keys.forget()
        spoil(file, json.dumps({"keys": [useless, key.as_dict(private=False)]}))
        assert (await asked_with(app, signed(key))).status_code == 200

    @pytest.mark.parametrize(
        "jwk",
        [
            pytest.param({"kty": "RSA", "n": "AAAA" * 86 + "_" * 170, "e": "AQAB"}, id="too short"),
            pytest.param(a_key("public").as_dict(private=True), id="its private part as well"),
            pytest.param({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}, id="a shared secret"),
        ],
    )
    async def test_a_key_that_proves_nothing_is_ignored(
        self,
        app: FastAPI,
        key: ECKey,
        keys: IssuerKeys,
        file: Path,
        jwk: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Others could sign with it, too: they have it, or can compute it."""
        keys.forget()
        spoil(file, json.dumps({"keys": [{**jwk, "kid": "proves nothing"}, key.as_dict(private=False)]}))
        assert (await asked_with(app, signed(key))).status_code == 200
        assert not keys._knows("proves nothing")
        assert "issuer.key_ignored" in caplog.messages

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


class TestAfterARevocation:
    """A process that learns of one gives the keys up in the middle of a request: that request must not hold on."""

    @pytest.fixture
    async def alone(self, service_url: str, settings: Settings, key: ECKey) -> AsyncIterator[FastAPI]:
        """An application with one connection, whose issuer answers only while that one is free."""
        published = json.dumps(KeySet([key]).as_dict(private=False)).encode()

        async def publish_once_free(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            async with closed_transaction(application.state.sessions):
                writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + published)
            writer.close()

        server = await asyncio.start_server(publish_once_free, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
        trusted = TrustedIssuer.model_validate({"issuer": ISSUER, "audience": "registry", "jwks_url": url})
        only = {"issuers": (trusted,), "pool_size": 1, "pool_timeout_seconds": 3}
        application = create_app(settings.model_copy(update=only), database_url=service_url, clock=lambda: NOW)
        async with server, application.router.lifespan_context(application):
            yield application

    async def revoke_something(self, app: FastAPI) -> int:
        async with host(app) as office:
            new = NewRevocation(uuid4(), ISSUER, "anybody", RevocationReason.OTHER)
            await revocations.revoke(office, new)
        nobody = dict.fromkeys(("issuer", "subject", "client_id", "vendor"), "nobody")
        async with closed_transaction(app.state.sessions) as session:
            return (await standing.of(session, **nobody, today=TODAY)).epoch

    async def test_no_connection_is_held_while_keys_are_fetched(self, alone: FastAPI, key: ECKey) -> None:
        token = signed(key)
        assert (await asked_with(alone, token)).status_code == 200
        await self.revoke_something(alone)
        assert (await asked_with(alone, token)).status_code == 200

    async def test_a_request_that_waited_meanwhile_is_verified_anew(
        self, alone: FastAPI, app: FastAPI, key: ECKey
    ) -> None:
        """Its token was good when it came; another request learned of the revocation before it did."""
        token, verifier = signed(key), alone.state.tokens
        assert (await asked_with(alone, signed(key))).status_code == 200
        async with closed_transaction(alone.state.sessions):
            waiting = asyncio.create_task(asked_with(alone, token))
            for _ in range(100):  # until nothing but the connection is missing
                await asyncio.sleep(0)
            assert token in verifier._verified
            epoch = await self.revoke_something(app)
            verifier.vouches_for("another's", epoch=epoch)
            trusted = verifier._issuers[ISSUER].trusted
            verifier._issuers[ISSUER] = IssuerKeys(trusted.model_copy(update={"jwks_url": None, "jwks_file": NOWHERE}))
        refused(await waiting, 503, "unavailable")


class TestTwoIssuers:
    @pytest.fixture
    async def both(
        self, database_url: str, settings: Settings, issuer: DemoIssuer, key: ECKey, tmp_path: Path
    ) -> AsyncIterator[tuple[FastAPI, ECKey]]:
        """An application that trusts two issuers whose keys have one name, and the other issuer's key."""
        namesake = a_key(key.kid or "")
        publish(tmp_path / "keys.json", namesake)
        other = TrustedIssuer(issuer=OTHER, audience="registry", jwks_file=tmp_path / "keys.json")
        issuers = settings.model_copy(update={"issuers": (issuer.trusted(), other)})
        application = create_app(issuers, database_url=database_url, clock=lambda: NOW)
        async with application.router.lifespan_context(application):
            yield application, namesake

    async def test_each_signs_for_itself(self, both: tuple[FastAPI, ECKey], key: ECKey) -> None:
        app, namesake = both
        assert (await asked_with(app, signed(key))).status_code == 200
        assert (await asked_with(app, signed(namesake, iss=OTHER))).status_code == 200

    async def test_and_not_for_the_other(
        self, both: tuple[FastAPI, ECKey], key: ECKey, caplog: pytest.LogCaptureFixture
    ) -> None:
        app, namesake = both
        refused(await asked_with(app, signed(key, iss=OTHER)), 401, "token_invalid")
        assert reason_in(caplog) == "signature"
        caplog.clear()
        refused(await asked_with(app, signed(namesake)), 401, "token_invalid")
        assert reason_in(caplog) == "signature"
