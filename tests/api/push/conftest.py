"""Officers of two communes: two of the one, and one of the other."""

import httpx
import pytest

from registry.domain.access import Role
from tests.api.push.disagreeing import HERE, THERE
from tests.conftest import TODAY, SignIn


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    """Another officer of the same commune."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))


@pytest.fixture(scope="module")
async def neighbour(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))
