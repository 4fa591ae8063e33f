"""Two communes of different provinces, each with its officer."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.moving import HERE, NEIGHBOUR, THERE


@pytest.fixture(scope="module")
async def sender(sign_in: SignIn) -> httpx.AsyncClient:
    """The officer of the commune that has the person."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY), subject="sender")


@pytest.fixture(scope="module")
async def receiver(sign_in: SignIn) -> httpx.AsyncClient:
    """The officer of a commune in another province."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY), subject="receiver")


@pytest.fixture(scope="module")
async def neighbour(sign_in: SignIn) -> httpx.AsyncClient:
    """The officer of another commune of the sender's province."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(NEIGHBOUR, TODAY), subject="neighbour")
