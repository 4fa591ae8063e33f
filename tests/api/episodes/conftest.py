"""A person to be treated, and another manager."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.posted import posted_person


@pytest.fixture
async def person_id(manager: httpx.AsyncClient) -> str:
    return await posted_person(manager)


@pytest.fixture
def path(person_id: str) -> str:
    return f"/v1/persons/{person_id}/episodes"


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)
