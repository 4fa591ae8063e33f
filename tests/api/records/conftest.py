"""Who writes, who reads, and a shelf of the kind that a test is asked about."""

import httpx
import pytest

from registry.domain.access import Role, TokenScope
from tests.conftest import TODAY, SignIn
from tests.factories.shelf import Shelf, shelf_of


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture
async def shelf(request: pytest.FixtureRequest, manager: httpx.AsyncClient) -> Shelf:
    return await shelf_of(request.param, manager)


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER)


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def auditor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.AUDITOR)


@pytest.fixture(scope="module")
async def reading(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager whose token does not allow writing."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, scopes=(TokenScope.READ,))
