"""A province that is no more."""

import pytest

from registry.domain.atlas import Atlas
from tests.domain.places import THEN


@pytest.fixture(scope="module")
def phu_yen(atlas: Atlas) -> int:
    return atlas.resolve("54", THEN).unit_id
