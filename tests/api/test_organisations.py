"""Organisations: a directory that all may read, kept by provinces within their reach."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import an_organisation
from tests.factories.posted import body_of, corrected, created, pages, posted_organisation, refused


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def names(sign_in: SignIn) -> list[str]:
    """Organisations in one commune of their own, in Vietnamese order."""
    province = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
    ordered = ["An Bình", "Ân Nghĩa", "Bình An", "Dân Lập", "Đông Hòa", "Đông Hoà 2", "Ea Bá", "Ê Đê"]
    kinds = ("methadone_clinic", "health_station")
    for place, name in enumerate(reversed(ordered)):
        body = an_organisation(name=name, unit_code="24133", opened_on="2025-08-01", kind=kinds[place % 2])
        await created(province, "/v1/organisations", body)
    voided = await posted_organisation(province, name="Ba Đình", unit_code="24133", opened_on="2025-08-01")
    await province.post(f"/v1/organisations/{voided}/void", json={"reason": "Entered twice."})
    return ordered


class TestCreate:
    async def test_an_organisation_is_answered_whole(self, manager: httpx.AsyncClient) -> None:
        body = {
            "id": str(uuid4()),
            "code": "PY-CSCN-01",
            "name": "Cơ sở cai nghiện ma túy tỉnh Phú Yên",
            "kind": "rehab_facility_public",
            "unit_code": "22015",
            "opened_on": "2015-01-01",
            "closed_on": None,
        }

        organisation = await created(manager, "/v1/organisations", body)

        assert organisation == body | {
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "warnings": [],
        }

    async def test_a_code_is_taken_once(self, manager: httpx.AsyncClient) -> None:
        first = await created(manager, "/v1/organisations", an_organisation(code="PY-01"))

        refused(
            await manager.post("/v1/organisations", json=an_organisation(code="PY-01")), 409, "organisation_code_taken"
        )
        await manager.post(f"/v1/organisations/{first['id']}/void", json={"reason": "Entered twice."})
        await created(manager, "/v1/organisations", an_organisation(code="PY-01"))

    async def test_of_two_with_one_code_at_once_one_is_kept(self, manager: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(
            *[manager.post("/v1/organisations", json=an_organisation(code="PY-02")) for _ in range(2)]
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]

    @pytest.mark.parametrize(
        ("over", "status", "code", "pointer"),
        [
            pytest.param({"unit_code": "00001"}, 403, "unit_not_granted", "/unit_code", id="in Hà Nội"),
            pytest.param({"unit_code": "99999"}, 404, "unit_unknown", "/unit_code", id="nowhere"),
            pytest.param(
                {"unit_code": "22018", "opened_on": "2026-01-01"},
                404,
                "unit_not_in_force",
                "/unit_code",
                id="where nothing is any more",
            ),
            pytest.param({"closed_on": "2009-12-31"}, 409, "dates_out_of_order", "/closed_on", id="closed too early"),
            pytest.param({"code": "py 1"}, 422, "validation_failed", "/code", id="with a code that is none"),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, over: dict[str, str], status: int, code: str, pointer: str
    ) -> None:
        refused(await manager.post("/v1/organisations", json=an_organisation() | over), status, code, pointer)

    async def test_communes_keep_no_directory(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))

        refused(await officer.post("/v1/organisations", json=an_organisation()), 403, "insufficient_scope")


class TestRead:
    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COMMUNE_OFFICER])
    async def test_every_caller_reads_the_directory(
        self, manager: httpx.AsyncClient, sign_in: SignIn, role: Role
    ) -> None:
        address = f"/v1/organisations/{await posted_organisation(manager)}"
        reader = await sign_in(role, unit=("01", TODAY))

        assert body_of(await reader.get(address)) == body_of(await manager.get(address))
        assert (await reader.get(f"{address}/versions")).status_code == 200
        assert len(await pages(reader, "/v1/organisations")) >= 1

    async def test_a_facility_reads_the_directory(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        organisation = await posted_organisation(manager)
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(organisation))

        assert body_of(await officer.get(f"/v1/organisations/{organisation}"))["id"] == organisation


class TestOutOfReach:
    """That an organisation exists is no secret, so the refusal is open."""

    async def test_another_province_s_organisation_is_not_changed(
        self, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        address = f"/v1/organisations/{await posted_organisation(manager)}"

        refused(await corrected(stranger, address, {"name": "Của tôi"}), 403, "unit_not_granted")
        refused(await stranger.post(f"{address}/void", json={"reason": "Mine."}), 403, "unit_not_granted")
        assert body_of(await manager.get(address))["version"] == 1

    async def test_an_organisation_does_not_move_out_of_reach(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/organisations/{await posted_organisation(manager)}"

        refused(await corrected(manager, address, {"unit_code": "00001"}), 403, "unit_not_granted", "/unit_code")

    async def test_the_same_body_again_shows_what_everyone_may_read(
        self, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        body = an_organisation()
        await created(manager, "/v1/organisations", body)

        answer = await stranger.post("/v1/organisations", json=body)

        assert (answer.status_code, body_of(answer)["code"]) == (200, body["code"])


class TestList:
    @pytest.mark.parametrize("limit", [1, 3, 8, 500])
    async def test_pages_joined_are_the_whole_in_vietnamese_order(
        self, stranger: httpx.AsyncClient, names: list[str], limit: int
    ) -> None:
        items = await pages(stranger, f"/v1/organisations?unit=24133&limit={limit}")

        assert [item["name"] for item in items] == names

    async def test_by_kind(self, stranger: httpx.AsyncClient, names: list[str]) -> None:
        items = await pages(stranger, "/v1/organisations?unit=24133&kind=methadone_clinic")

        assert [item["name"] for item in items] == names[1::2]

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("unit=99999", 404, "unit_unknown"),
            ("unit=9", 422, "validation_failed"),
            ("kind=hospital", 422, "validation_failed"),
            ("limit=0", 422, "validation_failed"),
            ("cursor=abc", 400, "cursor_invalid"),
        ],
    )
    async def test_what_is_asked_wrongly(self, manager: httpx.AsyncClient, query: str, status: int, code: str) -> None:
        refused(await manager.get(f"/v1/organisations?{query}"), status, code)

    async def test_a_cursor_opens_for_its_own_caller_only(
        self, manager: httpx.AsyncClient, stranger: httpx.AsyncClient, names: list[str]
    ) -> None:
        following: Any = body_of(await manager.get("/v1/organisations?unit=24133&limit=1"))["next"]

        assert names
        refused(await stranger.get(following), 400, "cursor_invalid")
