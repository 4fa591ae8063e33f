"""Groups in which duplicates are looked for: made where there are none, without anybody asking."""

from datetime import timedelta

import httpx
import pytest

from registry.domain.access import Role
from registry.worker import duplicates
from tests.conftest import SignIn
from tests.factories.clock import Clock
from tests.factories.posted import posted_person
from tests.worker.conftest import Ask, Hire
from tests.worker.test_jobs import run_all

GROUPS = "SELECT person_id, key FROM person_match_key ORDER BY person_id, key"
PASS = "SELECT people, found, begun_at, finished_at IS NOT NULL FROM match_pass"


@pytest.fixture
async def groups(sign_in: SignIn, ask: Ask) -> list[tuple[object, ...]]:
    """Take away the groups of people who were recorded; what they were."""
    officer: httpx.AsyncClient = await sign_in(Role.PROVINCE_MANAGER)
    for _ in range(3):
        await posted_person(officer)
    held = await ask(GROUPS)
    await ask("DELETE FROM person_match_key")
    await ask("DELETE FROM match_pass")
    return held


async def test_the_worker_makes_them_by_itself_and_once(
    groups: list[tuple[object, ...]], ask: Ask, hire: Hire, clock: Clock
) -> None:
    await run_all(hire)

    assert await ask(GROUPS) == groups
    (done,) = await ask(PASS)
    assert (done[0], done[3]) == (done[1], True)
    clock.move(timedelta(minutes=2))
    await run_all(hire)
    assert await ask(PASS) == [done]


async def test_what_one_run_does_not_reach_the_next_one_does(
    groups: list[tuple[object, ...]], ask: Ask, hire: Hire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "BATCHES", 1)
    await run_all(hire)
    assert await ask(GROUPS) == groups
    assert [row[3] for row in await ask(PASS)] == [False]

    clock.move(timedelta(minutes=2))
    await run_all(hire)

    assert [row[3] for row in await ask(PASS)] == [True]
