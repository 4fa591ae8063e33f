"""Bodies that would take long to cut: they are given up early, for nobody knows yet who sent them."""

import httpx
import pytest

from registry.api.schemas.push import MOST_OPERATIONS
from registry.api.sync.push.body import MOST_TOKENS, split
from tests.api.push.pushing import ADDRESS
from tests.factories.posted import refused


def test_no_more_operations_are_cut_than_refuse_the_push() -> None:
    assert len(split(b'{"operations": [' + b"," * 10_000 + b"]}")["operations"]) == MOST_OPERATIONS + 1


@pytest.mark.parametrize("brackets", ["[],", "["])
async def test_a_push_of_brackets_is_refused_as_a_whole(anonymous: httpx.AsyncClient, brackets: str) -> None:
    content = f'{{"operations": [[{brackets * MOST_TOKENS}'

    refused(
        await anonymous.post(ADDRESS, content=content, headers={"Content-Type": "application/json"}),
        413,
        "body_too_large",
    )
