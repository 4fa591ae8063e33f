"""An officer in an emergency, and a person in another province."""

from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_document
from tests.factories.posted import created, posted_person

HERE, THERE = ("22015", TODAY), "00004"
NUMBER = "001092999555"


@pytest.fixture(scope="module")
async def elsewhere(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of the province where the person is."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def person(elsewhere: httpx.AsyncClient) -> str:
    """Somebody in a commune of Hà Nội, with a document."""
    posted = await posted_person(elsewhere, unit_code=THERE, from_on="2025-07-01")
    document = a_document(document_type="cccd", number=NUMBER)
    await created(elsewhere, f"/v1/persons/{posted}/identity-documents", document)
    return posted


@pytest.fixture
def subject() -> str:
    return f"commune_officer-{uuid4()}"


@pytest.fixture
async def officer(sign_in: SignIn, subject: str) -> httpx.AsyncClient:
    """An officer of a commune of Đắk Lắk who has asked for nothing yet."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=HERE, subject=subject)
