"""Who plans in Hà Nội and in what was Phú Yên."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn


@pytest.fixture(scope="module")
async def ha_noi(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of Hà Nội, where plans of its former districts are kept."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def dak_lak(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of today's Đắk Lắk, where the plans of old Phú Yên are kept."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
