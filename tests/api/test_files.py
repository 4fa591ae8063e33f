"""Management files: one open of each category, closed once. Tests, determinations and notes are never of tomorrow."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PERSON, a_file, a_record
from tests.factories.posted import body_of, corrected, created, posted_file, posted_person, refused, without_occurrence

CLOSING = {"closed_on": "2021-03-10", "close_reason": "term_ended"}


@pytest.fixture
async def person_id(manager: httpx.AsyncClient) -> str:
    return await posted_person(manager)


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)


class TestCreate:
    async def test_a_file_is_answered_whole(self, manager: httpx.AsyncClient, person_id: str) -> None:
        file_id = str(uuid4())

        file = await created(
            manager,
            f"/v1/persons/{person_id}/files",
            {
                "id": file_id,
                "category": "addicted",
                "opened_on": "2020-03-10",
                "decision_number": "12/QĐ-UBND",
                "decision_on": "2020-03-09",
                "issuer": "Chủ tịch UBND phường 1",
                "closed_on": "2021-03-10",
                "close_reason": "imprisoned",
            },
        )

        assert file == {
            "id": file_id,
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "person_id": person_id,
            "category": "addicted",
            "opened_on": "2020-03-10",
            "decision_number": "12/QĐ-UBND",
            "decision_on": "2020-03-09",
            "issuer": "Chủ tịch UBND phường 1",
            "closed_on": "2021-03-10",
            "close_reason": "imprisoned",
            "warnings": [],
        }

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"opened_on": "2030-01-01"}, "date_in_future", "/opened_on", id="opened tomorrow"),
            pytest.param(CLOSING | {"closed_on": "2030-01-01"}, "date_in_future", "/closed_on", id="closed tomorrow"),
            pytest.param(
                CLOSING | {"closed_on": "2020-03-09"}, "dates_out_of_order", "/closed_on", id="closed before it opened"
            ),
            pytest.param({"closed_on": "2021-03-10"}, "close_incomplete", "/close_reason", id="closed for no reason"),
        ],
    )
    async def test_a_rule_refuses(
        self, manager: httpx.AsyncClient, person_id: str, over: dict[str, str], code: str, pointer: str
    ) -> None:
        answer = await manager.post(f"/v1/persons/{person_id}/files", json=a_file() | over)

        refused(answer, 409, code, pointer)

    async def test_one_open_file_of_each_category(self, manager: httpx.AsyncClient, person_id: str) -> None:
        path = f"/v1/persons/{person_id}/files"
        await created(manager, path, a_file())

        refused(await manager.post(path, json=a_file(opened_on="2020-05-01")), 409, "file_already_open")
        await created(manager, path, a_file(category="addicted"))
        await created(manager, path, a_file(opened_on="2019-01-01") | CLOSING | {"closed_on": "2019-06-01"})

    async def test_a_voided_file_makes_room(self, manager: httpx.AsyncClient, person_id: str) -> None:
        path = f"/v1/persons/{person_id}/files"
        first = await created(manager, path, a_file())
        await manager.post(f"{path}/{first['id']}/void", json={"reason": "Entered twice."})

        await created(manager, path, a_file())

    async def test_of_two_open_files_at_once_one_is_kept(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, person_id: str
    ) -> None:
        path = f"/v1/persons/{person_id}/files"

        answers = await asyncio.gather(*[client.post(path, json=a_file()) for client in (manager, colleague)])

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "file_already_open")


class TestChange:
    async def test_a_closed_file_is_not_opened_beside_another(self, manager: httpx.AsyncClient, person_id: str) -> None:
        path = f"/v1/persons/{person_id}/files"
        closed = await created(manager, path, a_file(**CLOSING))
        await created(manager, path, a_file(opened_on="2022-01-01"))

        answer = await corrected(manager, f"{path}/{closed['id']}", {"closed_on": None, "close_reason": None})

        refused(answer, 409, "file_already_open")


class TestClose:
    @pytest.fixture
    async def address(self, manager: httpx.AsyncClient, person_id: str) -> str:
        """An open file's address."""
        return f"/v1/persons/{person_id}/files/{(await posted_file(manager, person_id))['id']}"

    async def test_a_file_is_closed_with_day_and_reason(self, manager: httpx.AsyncClient, address: str) -> None:
        before = body_of(await manager.get(address))

        answer = await manager.post(f"{address}/close", json=CLOSING)

        assert (answer.status_code, body_of(answer)) == (200, before | CLOSING | {"version": 2, "warnings": []})
        assert answer.headers["etag"] == '"v2-file"'

    async def test_the_same_end_again_is_answered_as_done(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, address: str
    ) -> None:
        first = (await manager.get(address)).headers["etag"]
        done = await manager.post(f"{address}/close", json=CLOSING, headers={"If-Match": first})

        again = await manager.post(f"{address}/close", json=CLOSING, headers={"If-Match": first})
        by_another = await colleague.post(f"{address}/close", json=CLOSING, headers={"If-Match": first})

        assert (again.status_code, body_of(again)) == (200, body_of(done))
        refused(by_another, 412, "version_mismatch")

    async def test_a_file_is_closed_once(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/close", json=CLOSING)

        for other in (CLOSING | {"closed_on": "2021-03-11"}, CLOSING | {"close_reason": "moved_away"}):
            refused(await manager.post(f"{address}/close", json=other), 409, "file_already_closed")

    @pytest.mark.parametrize(
        ("closed_on", "code"),
        [
            pytest.param("2030-01-01", "date_in_future", id="tomorrow"),
            pytest.param("2020-03-09", "dates_out_of_order", id="before it was opened"),
        ],
    )
    async def test_a_rule_refuses(self, manager: httpx.AsyncClient, address: str, closed_on: str, code: str) -> None:
        answer = await manager.post(f"{address}/close", json=CLOSING | {"closed_on": closed_on})

        refused(answer, 409, code, "/closed_on")

    @pytest.mark.parametrize("body", [{}, {"closed_on": "2021-03-10"}, CLOSING | {"close_reason": "lost"}])
    async def test_what_violates_the_schema(
        self, manager: httpx.AsyncClient, address: str, body: dict[str, Any]
    ) -> None:
        refused(await manager.post(f"{address}/close", json=body), 422, "validation_failed")

    async def test_a_voided_file_is_not_closed(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/void", json={"reason": "Entered twice."})

        refused(await manager.post(f"{address}/close", json=CLOSING), 409, "record_voided")

    async def test_out_of_reach_looks_like_absent(
        self, manager: httpx.AsyncClient, sign_in: SignIn, address: str, person_id: str
    ) -> None:
        stranger = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))

        theirs = await stranger.post(f"{address}/close", json=CLOSING)
        absent = await manager.post(f"/v1/persons/{person_id}/files/{uuid4()}/close", json=CLOSING)

        refused(absent, 404, "not_found")
        assert without_occurrence(theirs) == without_occurrence(absent)

    async def test_who_may_not(self, anonymous: httpx.AsyncClient, sign_in: SignIn, address: str) -> None:
        health_officer = await sign_in(Role.HEALTH_OFFICER)

        refused(await anonymous.post(f"{address}/close", json=CLOSING), 401, "unauthenticated")
        refused(await health_officer.post(f"{address}/close", json=CLOSING), 403, "insufficient_scope")


@pytest.mark.parametrize(
    ("collection", "over", "pointer"),
    [
        pytest.param("drug-tests", {"tested_on": "2026-11-22"}, "/tested_on", id="a test"),
        pytest.param("determinations", {"determined_on": "2026-11-22"}, "/determined_on", id="a determination"),
        pytest.param("substance-uses", {"noted_on": "2026-11-22"}, "/noted_on", id="a note"),
        pytest.param("substance-uses", {"first_used_year": 2027}, "/first_used_year", id="a first use"),
    ],
)
async def test_nothing_is_known_of_tomorrow(
    manager: httpx.AsyncClient, person_id: str, collection: str, over: dict[str, Any], pointer: str
) -> None:
    kind = next(kind for kind in OF_PERSON if kind.collection == collection)

    answer = await manager.post(f"/v1/persons/{person_id}/{collection}", json=a_record(kind) | over)

    refused(answer, 409, "date_in_future", pointer)
