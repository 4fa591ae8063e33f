"""Who works with what communes set up."""

from uuid import UUID

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_club
from tests.factories.posted import created


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    """An officer of one commune, 22015 on today's map."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))


@pytest.fixture
async def club(manager: httpx.AsyncClient) -> str:
    """A new club; its id."""
    return str((await created(manager, "/v1/clubs", a_club()))["id"])


@pytest.fixture
async def chair(sign_in: SignIn, club: str) -> httpx.AsyncClient:
    """The officer of the club."""
    return await sign_in(Role.NETWORK_OFFICER, organisation=UUID(club))
