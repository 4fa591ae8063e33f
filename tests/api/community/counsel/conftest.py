"""A point that counsels, in commune 22015."""

import httpx
import pytest

from tests.conftest import SignIn
from tests.factories.counselling import Point, a_point_set_up


@pytest.fixture(scope="module")
async def point(officer: httpx.AsyncClient, sign_in: SignIn) -> Point:
    return await a_point_set_up(officer, sign_in)
