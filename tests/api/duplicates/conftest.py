"""Who writes in one commune, and who oversees its province."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))


@pytest.fixture(scope="module")
async def neighbour(sign_in: SignIn) -> httpx.AsyncClient:
    """An officer of another commune of the same province."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22258", TODAY))


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def supervisor(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of the province of both communes."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
