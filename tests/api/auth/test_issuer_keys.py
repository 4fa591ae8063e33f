"""The issuers' keys: found when they are new, given up when they are withdrawn, and never mixed up."""

import json
import math
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey, KeySet

from registry.api.app import create_app
from registry.api.auth.issuer_keys import IssuerKeys
from registry.api.refusals import Unavailable
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.settings import Settings, TrustedIssuer
from tests.conftest import NOW
from tests.factories.posted import refused
from tests.factories.tokens import asked_with, reason_in, signed

OTHER = "https://other.example"


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
        keys._fetched_at = keys._tried_at = -math.inf
        refused(await asked_with(app, token), 401, "token_invalid")
        assert reason_in(caplog) == "key"

    @pytest.mark.parametrize("published", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "EC"}]}', "<html>"])
    async def test_known_keys_go_on_where_the_issuer_publishes_nothing_of_use(
        self, app: FastAPI, key: ECKey, keys: IssuerKeys, file: Path, published: str
    ) -> None:
        assert (await asked_with(app, signed(key))).status_code == 200
        spoil(file, published)
        keys._fetched_at = keys._tried_at = -math.inf
        assert (await asked_with(app, signed(key))).status_code == 200
        keys.forget()
        refused(await asked_with(app, signed(key)), 503, "unavailable")

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
