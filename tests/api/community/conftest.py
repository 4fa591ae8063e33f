"""Who works with what communes set up."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    """An officer of one commune, 22015 on today's map."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))
