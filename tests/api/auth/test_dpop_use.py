"""Bound tokens at work: no way around the proof, no proof twice, asked for by setting, with nonces."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlalchemy import text

from registry.api.app import create_app
from registry.api.auth.dpop import NONCE_SECONDS
from registry.db import proofs
from registry.db.context import DatabaseRole, closed_transaction
from registry.db.engine import transaction
from registry.domain.client import ClientKind
from registry.settings import Settings
from tests.conftest import NOW
from tests.factories.clients import a_client
from tests.factories.posted import refused
from tests.factories.proofs import a_proof, proving, sent
from tests.factories.tokens import ANYWHERE, NOW_SECONDS, PUBLIC_URL, bearer, reason_in, signed

URL = f"{PUBLIC_URL}/v1/units"
ALGORITHMS = 'algs="ES256 ES384 PS256 PS384 RS256 Ed25519"'

Log = pytest.LogCaptureFixture


@pytest.fixture(scope="module")
async def bound_only(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """An application that asks apps for bound tokens."""
    application = create_app(
        settings.model_copy(update={"dpop": "required"}), database_url=database_url, clock=lambda: NOW
    )
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="module")
async def asking(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """An application that asks for its nonce."""
    nonces = settings.model_copy(update={"dpop_nonce": True})
    application = create_app(nonces, database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


class TestSchemes:
    async def test_a_bound_token_is_no_bearer_token(self, app: FastAPI, token: str, holder: ECKey, caplog: Log) -> None:
        answer = await sent(app, token, a_proof(holder, token, URL), scheme="Bearer")
        refused(answer, 401, "token_invalid")
        assert (
            answer.headers["www-authenticate"] == f'Bearer realm="registry", error="invalid_token", DPoP {ALGORITHMS}'
        )
        assert reason_in(caplog) == "downgraded"

    async def test_a_bearer_token_is_no_bound_token(self, app: FastAPI, key: ECKey, holder: ECKey, caplog: Log) -> None:
        token = signed(key)
        answer = await sent(app, token, a_proof(holder, token, URL))
        refused(answer, 401, "token_invalid")
        assert (
            answer.headers["www-authenticate"] == f'Bearer realm="registry", DPoP {ALGORITHMS}, error="invalid_token"'
        )
        assert reason_in(caplog) == "unbound"

    async def test_a_pinned_client_comes_with_its_key(self, app: FastAPI, key: ECKey, holder: ECKey) -> None:
        await a_client(app, "pinned", key_thumbprint=holder.thumbprint())
        other = ECKey.generate_key("P-256", private=True)
        for held, status in ((holder, 200), (other, 401)):
            token = signed(key, client_id="pinned", cnf={"jkt": held.thumbprint()})
            async with proving(app, held, token) as client:
                assert (await client.get(ANYWHERE)).status_code == status


class TestReplay:
    async def test_a_proof_is_used_once(self, app: FastAPI, token: str, holder: ECKey, caplog: Log) -> None:
        proof = a_proof(holder, token, URL)
        assert (await sent(app, token, proof)).status_code == 200
        refused(await sent(app, token, proof), 401, "dpop_proof_invalid")
        assert reason_in(caplog) == "proof_replayed"

    async def test_in_whichever_process(
        self, app: FastAPI, strict: FastAPI, key: ECKey, holder: ECKey, caplog: Log
    ) -> None:
        await a_client(strict, "in-two-processes")
        token = signed(key, client_id="in-two-processes", cnf={"jkt": holder.thumbprint()})
        proof = a_proof(holder, token, URL)
        assert (await sent(app, token, proof)).status_code == 200
        refused(await sent(strict, token, proof), 401, "dpop_proof_invalid")
        assert reason_in(caplog) == "proof_replayed"

    async def test_of_many_at_once_one_is_first(self, app: FastAPI, token: str, holder: ECKey) -> None:
        proof = a_proof(holder, token, URL)
        answers = await asyncio.gather(*(sent(app, token, proof) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]

    async def test_the_same_id_from_another_key_is_another_proof(self, app: FastAPI, key: ECKey) -> None:
        name = str(uuid4())
        for held in (ECKey.generate_key("P-256", private=True) for _ in range(2)):
            token = signed(key, cnf={"jkt": held.thumbprint()})
            assert (await sent(app, token, a_proof(held, token, URL, jti=name))).status_code == 200

    async def test_a_proof_is_kept_for_as_long_as_it_could_be_used_again(
        self, app: FastAPI, token: str, holder: ECKey
    ) -> None:
        async with transaction(app.state.sessions) as session:
            await (await session.connection()).execute(text("TRUNCATE dpop_proof"))
        assert (await sent(app, token, a_proof(holder, token, URL))).status_code == 200
        async with closed_transaction(app.state.sessions) as session:
            await (await session.connection()).execute(text(f"SET LOCAL ROLE {DatabaseRole.WORKER}"))
            for seconds, gone in ((120, False), (121, True)):
                assert bool(await proofs.purge(session, now=NOW + timedelta(seconds=seconds))) is gone


class TestRequired:
    @pytest.mark.parametrize(
        ("kind", "over", "status"),
        [
            (ClientKind.APP, {}, 401),
            (ClientKind.SERVER, {"sub": "itself"}, 200),
            (ClientKind.VENDOR, {"act": {"sub": "itself"}}, 200),
            (None, {}, 401),
            (None, {"sub": "itself"}, 200),
        ],
        ids=str,
    )
    async def test_an_app_s_token_must_be_bound(
        self, bound_only: FastAPI, key: ECKey, kind: ClientKind | None, over: dict[str, Any], status: int
    ) -> None:
        name = str(uuid4())
        if kind is not None:
            await a_client(bound_only, name, kind)
        own = {"sub": name} if over.get("sub") else {"act": {"sub": name}} if over else {}
        async with bearer(bound_only, signed(key, client_id=name, **own)) as client:
            answer = await client.get(ANYWHERE)
        assert answer.status_code == status, answer.text

    async def test_and_is_then_accepted(self, bound_only: FastAPI, token: str, holder: ECKey) -> None:
        async with proving(bound_only, holder, token) as client:
            assert (await client.get(ANYWHERE)).status_code == 200


class TestNonces:
    async def test_the_first_answer_gives_it_and_the_second_request_is_let_in(
        self, asking: FastAPI, token: str, holder: ECKey, caplog: Log
    ) -> None:
        async with proving(asking, holder, token) as client:
            first = await client.get(ANYWHERE)
            refused(first, 401, "dpop_nonce_required")
            challenge = f'Bearer realm="registry", DPoP {ALGORITHMS}, error="use_dpop_nonce"'
            assert first.headers["www-authenticate"] == challenge
            assert reason_in(caplog) == "proof_nonce"
            assert first.headers["ratelimit"].startswith('"officer"'), "counted as who proved their key, not by address"
            second = await client.get(ANYWHERE)
            assert second.status_code == 200
            assert "dpop-nonce" not in second.headers

    async def test_an_old_one_is_renewed_on_the_way_and_then_refused(
        self, asking: FastAPI, key: ECKey, holder: ECKey
    ) -> None:
        token = signed(key, cnf={"jkt": holder.thumbprint()}, exp=NOW_SECONDS + 3600)
        given = asking.state.reception.proofs.nonces.present(NOW.timestamp())
        for periods, status, is_renewed in ((1, 200, True), (2, 401, True)):
            seconds = NOW_SECONDS + periods * NONCE_SECONDS
            asking.state.clock = lambda seconds=seconds: datetime.fromtimestamp(seconds, UTC)
            answer = await sent(asking, token, a_proof(holder, token, URL, iat=seconds, nonce=given))
            assert answer.status_code == status, answer.text
            assert ("dpop-nonce" in answer.headers) is is_renewed
            assert answer.headers["dpop-nonce"] != given
        asking.state.clock = lambda: NOW

    @pytest.mark.parametrize("nonce", ["", "made up", 7, "é"])
    async def test_one_that_is_not_ours(self, asking: FastAPI, token: str, holder: ECKey, nonce: object) -> None:
        refused(await sent(asking, token, a_proof(holder, token, URL, nonce=nonce)), 401, "dpop_nonce_required")
