"""Of one sender only so much is kept; what comes on top is said not to be, and harms nothing else of the push."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import TESTS
from registry.domain.access import Role
from tests.api.push.disagreeing import late_change, listed
from tests.api.push.pushing import creating, push, statuses
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_record
from tests.factories.posted import pages, posted_person

REJECTIONS = "/v1/sync/rejections"


@pytest.fixture
def three_at_most(app: FastAPI) -> Iterator[None]:
    usual = app.state.settings
    app.state.settings = usual.model_copy(update={"max_kept_operations": 3})
    yield
    app.state.settings = usual


@pytest.mark.usefixtures("three_at_most")
class TestBeyondTheRoom:
    async def test_the_good_ones_are_applied_and_the_others_told(
        self, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        device, person_id = await sign_in(Role.PROVINCE_MANAGER), await posted_person(manager)
        wrong: list[Body] = [creating(TESTS, a_record(TESTS, result="maybe"), of=person_id) for _ in range(5)]

        results = await push(device, *wrong, creating(TESTS, of=person_id))

        assert statuses(results) == ["rejected"] * 5 + ["applied"]
        assert [result["kept"] for result in results] == [True] * 3 + [False] * 2 + [None]
        assert [result["code"] for result in results[:5]] == ["validation_failed"] * 5
        assert {each["ref"] for each in await pages(device, REJECTIONS)} == {each["ref"] for each in wrong[:3]}

    async def test_what_is_kept_already_needs_no_room(self, sign_in: SignIn) -> None:
        device = await sign_in(Role.PROVINCE_MANAGER)
        first: list[Body] = [{"ref": f"wrong-{number}"} for number in range(3)]
        await push(device, *first)

        results = await push(device, {"ref": "wrong-3"}, *first)

        assert [result["kept"] for result in results] == [False, True, True, True]

    async def test_rejections_and_conflicts_share_it(self, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        device = await sign_in(Role.PROVINCE_MANAGER)
        await push(device, *({"ref": f"wrong-{number}"} for number in range(2)))

        kept, beyond = [await late_change(manager, device) for _ in range(2)]

        assert [(each.result["status"], each.result["kept"]) for each in (kept, beyond)] == [
            ("conflict", True), ("conflict", False),
        ]  # fmt: skip
        assert beyond.result["conflict_id"] is None
        mine = [each for each in (await listed(device)).values() if each["person_id"] == kept.person_id]
        assert [each["id"] for each in mine] == [kept.result["conflict_id"]]

    async def test_what_is_settled_makes_room(self, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        device = await sign_in(Role.PROVINCE_MANAGER)
        late = [await late_change(manager, device) for _ in range(3)]
        await manager.post(f"{late[0].address}/settle", json={"decision": "keep"})

        (result,) = await push(device, {"ref": "wrong"})

        assert result["kept"] is True
