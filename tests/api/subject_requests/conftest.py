"""A person who asks."""

import httpx
import pytest

from tests.factories.posted import posted_person as a_posted_person


@pytest.fixture
async def person(manager: httpx.AsyncClient) -> str:
    return f"/v1/persons/{await a_posted_person(manager)}"
