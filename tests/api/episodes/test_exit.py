"""Treatment over HTTP: how an episode ends, once."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.api.episodes.stays import COMPLETED
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import an_episode
from tests.factories.posted import body_of, created, refused, without_occurrence


class TestExit:
    @pytest.fixture
    async def address(self, manager: httpx.AsyncClient, path: str) -> str:
        """An open episode's address."""
        return f"{path}/{(await created(manager, path, an_episode()))['id']}"

    async def test_an_episode_ends_with_day_and_outcome(self, manager: httpx.AsyncClient, address: str) -> None:
        before = body_of(await manager.get(address))

        answer = await manager.post(f"{address}/exit", json=COMPLETED)

        assert (answer.status_code, body_of(answer)) == (200, before | COMPLETED | {"version": 2, "warnings": []})
        assert answer.headers["etag"] == '"v2-treatment"'
        former = body_of(await manager.get(f"{address}/versions"))["items"]
        assert [(state["version"], state["state"]["ended_on"]) for state in former] == [(1, None)]

    async def test_the_same_end_again_is_answered_as_done(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, address: str
    ) -> None:
        first = (await manager.get(address)).headers["etag"]
        done = await manager.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})

        again = await manager.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})
        by_another = await colleague.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})

        assert (again.status_code, body_of(again)) == (200, body_of(done))
        refused(by_another, 412, "version_mismatch")

    async def test_an_episode_ends_once(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/exit", json=COMPLETED)

        for other in (COMPLETED | {"ended_on": "2020-09-17"}, COMPLETED | {"outcome": "custody"}):
            refused(await manager.post(f"{address}/exit", json=other), 409, "episode_already_closed")

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"ended_on": "2030-01-01"}, "date_in_future", "/ended_on", id="tomorrow"),
            pytest.param({"ended_on": "2020-03-15"}, "dates_out_of_order", "/ended_on", id="before it began"),
            pytest.param(
                {"outcome": "declined_before_start"}, "outcome_does_not_fit", "/outcome", id="declined after it began"
            ),
        ],
    )
    async def test_a_rule_refuses(
        self, manager: httpx.AsyncClient, address: str, over: dict[str, str], code: str, pointer: str
    ) -> None:
        refused(await manager.post(f"{address}/exit", json=COMPLETED | over), 409, code, pointer)

    async def test_two_ends_at_once_make_one(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, address: str
    ) -> None:
        answers = await asyncio.gather(
            manager.post(f"{address}/exit", json=COMPLETED),
            colleague.post(f"{address}/exit", json=COMPLETED | {"outcome": "custody"}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "episode_already_closed")

    @pytest.mark.parametrize("body", [{}, {"ended_on": "2020-09-16"}, COMPLETED | {"outcome": "cured"}])
    async def test_what_violates_the_schema(
        self, manager: httpx.AsyncClient, address: str, body: dict[str, str]
    ) -> None:
        refused(await manager.post(f"{address}/exit", json=body), 422, "validation_failed")

    async def test_a_voided_episode_does_not_end(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/void", json={"reason": "Entered twice."})

        refused(await manager.post(f"{address}/exit", json=COMPLETED), 409, "record_voided")

    async def test_out_of_reach_looks_like_absent(
        self, manager: httpx.AsyncClient, sign_in: SignIn, address: str, path: str
    ) -> None:
        stranger = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))

        theirs = await stranger.post(f"{address}/exit", json=COMPLETED)
        absent = await manager.post(f"{path}/{uuid4()}/exit", json=COMPLETED)

        refused(absent, 404, "not_found")
        assert without_occurrence(theirs) == without_occurrence(absent)

    async def test_who_may_not(self, anonymous: httpx.AsyncClient, sign_in: SignIn, address: str) -> None:
        system = await sign_in(Role.PROVINCE_SYSTEM)

        refused(await anonymous.post(f"{address}/exit", json=COMPLETED), 401, "unauthenticated")
        refused(await system.post(f"{address}/exit", json=COMPLETED), 403, "insufficient_scope")
