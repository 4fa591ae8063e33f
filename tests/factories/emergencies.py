"""Officers in an emergency: bodies, clients with a fresh sign-in, a clock that moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from pydantic import JsonValue

from tests.conftest import NOW
from tests.factories.bodies import Body
from tests.factories.posted import body_of

ACCESSES = "/v1/emergency-accesses"


def an_emergency(**over: JsonValue) -> Body:
    reason = {"reason_code": "medical_emergency", "reason_text": "Ngất ở bến xe, không có người thân."}
    return {"id": str(uuid4()), **reason, **over}


async def asked(client: httpx.AsyncClient, **over: JsonValue) -> Body:
    """Ask for an access that must be given; the answer."""
    answer = await client.post(ACCESSES, json=an_emergency(**over))
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def under(access: Body) -> dict[str, str]:
    """The header that names an access."""
    return {"Registry-Emergency-Access": str(access["id"])}


@contextmanager
def set_to(app: FastAPI, **over: Any) -> Iterator[None]:  # noqa: ANN401 - settings
    """Let the service have other settings."""
    before = app.state.settings
    app.state.settings = before.model_copy(update=over)
    try:
        yield
    finally:
        app.state.settings = before


@contextmanager
def later(app: FastAPI, by: timedelta) -> Iterator[None]:
    """Let the service's clock show a later time."""
    clock: Any = app.state.clock
    app.state.clock = lambda: NOW + by
    try:
        yield
    finally:
        app.state.clock = clock
