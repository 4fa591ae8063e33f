"""Access tokens of the test issuer, and clients that send them."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import Key

from registry.demo.issuer import AUDIENCE, CLIENT, ISSUER
from registry.domain.access import TokenScope
from tests.conftest import NOW

SUBJECT = "an officer whose token is tried"
NOW_SECONDS = int(NOW.timestamp())
PUBLIC_URL = "https://registry.example"
ANYWHERE = "/v1/units?limit=1"
"""An operation that asks for a token and for no grant."""


def claims(**over: Any) -> dict[str, Any]:  # noqa: ANN401 - claims are JSON values
    """The claims of a token that is accepted, but for what is named; None takes one away."""
    given = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "client_id": CLIENT, "scope": " ".join(TokenScope),
        "jti": str(uuid4()), "iat": NOW_SECONDS, "exp": NOW_SECONDS + 600, **over,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def signed(key: Key, *, header: Mapping[str, Any] | None = None, **over: Any) -> str:  # noqa: ANN401 - as above
    """Sign a token that is accepted, but for what is named."""
    given = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, claims(**over), key)


def unsigned(header: Mapping[str, Any], payload: object) -> str:
    return ".".join([*(part(json.dumps(each).encode()) for each in (header, payload)), ""])


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@asynccontextmanager
async def bearer(app: FastAPI, token: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as client:
        yield client


async def asked_with(app: FastAPI, token: str) -> httpx.Response:
    async with bearer(app, token) as client:
        return await client.get(ANYWHERE)


def reason_in(caplog: pytest.LogCaptureFixture) -> str:
    """Read off the log which check a refused token failed: the answer does not tell it."""
    (record,) = [record for record in caplog.records if record.getMessage() == "auth.refused"]
    return str(vars(record)["reason"])
