"""Who posts, and who asks for reports."""

from datetime import date
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.reported import PHUONG_1, Json, PostPerson, created


@pytest.fixture(scope="module")
async def dak_lak(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of today's Đắk Lắk, who reaches also what old Phú Yên left unplaced."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", date(2026, 1, 1)))


@pytest.fixture(scope="module")
def post(dak_lak: httpx.AsyncClient) -> PostPerson:
    """Post a person with files and stays; give back the id."""

    async def person(commune: str = PHUONG_1, *, files: tuple[Json, ...] = (), stays: tuple[Json, ...] = ()) -> str:
        residence = {"id": str(uuid4()), "kind": "permanent", "unit_code": commune, "from_on": "2019-06-01"}
        body = {"id": str(uuid4()), "full_name": "Trần Thị Thử", "residence": residence}
        await created(dak_lak, "/v1/persons", body)
        for collection, records in (("files", files), ("episodes", stays)):
            for record in records:
                await created(dak_lak, f"/v1/persons/{body['id']}/{collection}", {"id": str(uuid4())} | record)
        return str(body["id"])

    return person
