"""A client of the small application."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.api.edge import build, client_of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as client:
        yield client
