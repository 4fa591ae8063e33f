from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from registry.api.app import create_app
from registry.demo.issuer import DemoIssuer
from registry.settings import Settings
from tests.conftest import NOW
from tests.factories.tokens import signed


@pytest.fixture(scope="session")
def key(issuer: DemoIssuer) -> ECKey:
    """The issuer's own key."""
    return issuer._key()


@pytest.fixture(scope="module")
async def strict(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """The application as it runs in production: for registered clients only."""
    application = create_app(
        settings.model_copy(update={"clients": "registered"}), database_url=database_url, clock=lambda: NOW
    )
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="module")
def holder() -> ECKey:
    """The key of whoever the token was issued to."""
    return ECKey.generate_key("P-256", private=True)


@pytest.fixture
def token(key: ECKey, holder: ECKey) -> str:
    """A token that is bound to the holder's key."""
    return signed(key, cnf={"jkt": holder.thumbprint()})
