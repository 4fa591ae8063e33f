"""Proofs of possession (RFC 9449), and clients that send one with every request."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from joserfc import jws, jwt
from joserfc.jwk import Key

from tests.factories.tokens import ANYWHERE, NOW_SECONDS, PUBLIC_URL, bearer, part

Claims = Mapping[str, Any]


class Unchecked(jws.JWSRegistry):
    """A library that writes any header: an attacker's."""

    max_header_length = 10_000

    def check_header(self, header: dict[str, Any]) -> None:
        pass


UNCHECKED = Unchecked(algorithms=list(jws.JWSRegistry.algorithms))


def a_proof(
    key: Key,
    token: str,
    url: str,
    *,
    method: str = "GET",
    signer: Key | None = None,
    header: Claims | None = None,
    **over: Any,  # noqa: ANN401 - claims are JSON values
) -> str:
    """Sign a proof that is accepted, but for what is named; None takes one away."""
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False), **(header or {})}
    claims = {
        "jti": str(uuid4()), "htm": method, "htu": url, "iat": NOW_SECONDS,
        "ath": part(hashlib.sha256(token.encode()).digest()), **over,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None},
        kept,
        signer or key,
        registry=UNCHECKED,
        default_type=None,
    )


class Prover(httpx.Auth):
    """Signs a new proof for every request, with the nonce that the service gave last."""

    def __init__(self, key: Key, token: str) -> None:
        self._key, self._token = key, token
        self.nonce: str | None = None

    def auth_flow(self, request: httpx.Request) -> Any:  # noqa: ANN401 - httpx's generator
        url = str(request.url.copy_with(query=None, fragment=None))
        request.headers["Authorization"] = f"DPoP {self._token}"
        request.headers["DPoP"] = a_proof(self._key, self._token, url, method=request.method, nonce=self.nonce)
        answer = yield request
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)


@asynccontextmanager
async def proving(app: FastAPI, key: Key, token: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    auth = Prover(key, token)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, auth=auth) as client:
        yield client


async def sent(app: FastAPI, token: str, *given: str, scheme: str = "DPoP") -> httpx.Response:
    """Send a token with any number of proofs."""
    async with bearer(app, token) as client:
        client.headers["Authorization"] = f"{scheme} {token}"
        headers = [("DPoP", proof) for proof in given]
        return await client.get(ANYWHERE, headers=httpx.Headers([*client.headers.items(), *headers]))
