"""A referral that no service has answered in time: the person's commune is told, once."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.clock import Clock
from tests.factories.counselling import a_point_set_up, offered, referred
from tests.factories.posted import corrected, pages
from tests.worker.conftest import Hire
from tests.worker.test_jobs import run_all

QUARTER = timedelta(minutes=15)
"""After which the worker looks again."""


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))


async def waiting(officer: httpx.AsyncClient, state: str = "open") -> dict[str, Body]:
    """The reminders in the inbox, by the address of the referral."""
    found = await pages(officer, f"/v1/tasks?kind=referral_unanswered&state={state}&limit=500")
    return {f"/v1/persons/{each['person_id']}/referrals/{each['record_id']}": each for each in found}


async def test_a_reminder_waits_until_the_service_answers(
    officer: httpx.AsyncClient, sign_in: SignIn, hire: Hire, clock: Clock
) -> None:
    point, service = await a_point_set_up(officer, sign_in), await offered(officer)
    late, voided, lost = [await referred(officer, point, service, made_on="2026-11-02") for _ in range(3)]
    await referred(officer, point, service, made_on="2026-11-16")

    await run_all(hire)
    clock.move(QUARTER)
    await run_all(hire)

    tasks = await waiting(officer)
    assert tasks.keys() == {late, voided, lost}
    assert {(task["role"], task["due_at"]) for task in tasks.values()} == {("commune_officer", "2026-11-23T17:00:00Z")}
    await corrected(officer, late, {"accepted_on": "2026-11-20"})
    await corrected(officer, lost, {"lost_on": "2026-11-20"})
    await officer.post(f"{voided}/void", json={"reason": "Entered twice."})
    assert await waiting(officer) == {}
    assert (await waiting(officer, "done")).keys() == {late, lost}
    assert (await waiting(officer, "cancelled")).keys() == {voided}


async def test_two_people_whose_referrals_have_one_id_are_told_of_apart(
    officer: httpx.AsyncClient, sign_in: SignIn, hire: Hire
) -> None:
    point, service, id_ = await a_point_set_up(officer, sign_in), await offered(officer), str(uuid4())
    first, second = [await referred(officer, point, service, made_on="2026-11-02", id=id_) for _ in range(2)]
    await run_all(hire)
    assert {first, second} <= (await waiting(officer)).keys()

    await corrected(officer, first, {"accepted_on": "2026-11-20"})

    assert first not in await waiting(officer)
    assert second in await waiting(officer)


async def test_nobody_is_reminded_of_a_person_who_was_a_mistake(
    officer: httpx.AsyncClient, sign_in: SignIn, hire: Hire, clock: Clock
) -> None:
    point, service = await a_point_set_up(officer, sign_in), await offered(officer)
    before, after = [await referred(officer, point, service, made_on="2026-11-02") for _ in range(2)]
    await _voided_with_their_person(officer, before)
    await run_all(hire)
    assert before not in await waiting(officer)
    assert after in await waiting(officer)

    await _voided_with_their_person(officer, after)
    clock.move(QUARTER)
    await run_all(hire)

    assert after not in await waiting(officer)


async def _voided_with_their_person(officer: httpx.AsyncClient, referral: str) -> None:
    answer = await officer.post(f"{referral.partition('/referrals')[0]}/void", json={"reason": "Entered twice."})
    assert answer.status_code == 200, answer.text


async def test_one_whose_term_was_corrected_is_taken_back(
    officer: httpx.AsyncClient, sign_in: SignIn, hire: Hire, clock: Clock
) -> None:
    point, service = await a_point_set_up(officer, sign_in), await offered(officer)
    address = await referred(officer, point, service, made_on="2026-11-02")
    await run_all(hire)
    assert address in await waiting(officer)

    await corrected(officer, address, {"made_on": "2026-11-16"})
    clock.move(QUARTER)
    await run_all(hire)

    assert address not in await waiting(officer)
