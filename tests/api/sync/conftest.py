"""Officers of two communes, and where backups are kept."""

from pathlib import Path

import httpx
import pytest

from registry.domain.access import Role
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.restoring import Safe
from tests.conftest import TODAY, SignIn


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))


@pytest.fixture(scope="module")
async def neighbour(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))


@pytest.fixture(scope="module")
def safe(database_url: str, client_programs: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Safe:
    return Safe(database_url, tmp_path_factory.mktemp("backups"), client_programs)
