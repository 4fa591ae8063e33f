"""Requests of people, recorded and granted."""

import httpx

from tests.factories.bodies import a_request
from tests.factories.posted import created

GRANTED = {"answered_on": "2026-11-20", "decision": "granted"}


async def asked(client: httpx.AsyncClient, person: str, **over: str) -> str:
    """Record a request; its address."""
    body = a_request(**over)
    await created(client, f"{person}/subject-requests", body)
    return f"{person}/subject-requests/{body['id']}"


async def restricted(client: httpx.AsyncClient, person: str, kind: str = "restriction") -> str:
    """Record a restriction and grant it; its address."""
    address = await asked(client, person, kind=kind)
    assert (await client.post(f"{address}/answer", json=GRANTED)).status_code == 200
    return address
