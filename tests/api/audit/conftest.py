"""A manager whose steps are followed."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn

MANAGER = "the manager whose steps are followed"


@pytest.fixture(scope="module")
async def watched(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager of the province and health officer, under a name that the rows can be compared with."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, subject=MANAGER, client_id="an-app")
