"""Counselling points: organisations that communes set up, in a collection of their own and in the directory."""

import asyncio
from uuid import UUID

import httpx
import pytest
from pydantic import JsonValue

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import a_point, an_organisation
from tests.factories.devices import Device
from tests.factories.posted import body_of, corrected, created, pages, refused

POINTS = "/v1/counselling-points"


def entry_of(point_id: str) -> str:
    return f"/v1/organisations/{point_id}"


class TestDirectory:
    async def test_a_commune_sets_up_a_point_and_the_directory_shows_it(self, officer: httpx.AsyncClient) -> None:
        point = await created(officer, POINTS, a_point())

        entry = body_of(await officer.get(entry_of(point["id"])))

        assert entry["kind"] == "counselling_point"
        shown = ("id", "code", "name", "unit_code", "opened_on", "closed_on", "state")
        assert {name: entry[name] for name in shown} == {name: point[name] for name in shown}

    async def test_the_directory_follows_a_correction_and_not_what_it_does_not_show(
        self, officer: httpx.AsyncClient
    ) -> None:
        point = await created(officer, POINTS, a_point())
        address = f"{POINTS}/{point['id']}"

        assert (await corrected(officer, address, {"place": "Nhà văn hóa"})).status_code == 200
        assert body_of(await officer.get(entry_of(point["id"])))["version"] == 1
        assert (await corrected(officer, address, {"name": "Điểm tư vấn số 1"})).status_code == 200

        entry = body_of(await officer.get(entry_of(point["id"])))
        assert (entry["version"], entry["name"]) == (2, "Điểm tư vấn số 1")
        (former,) = body_of(await officer.get(f"{entry_of(point['id'])}/versions"))["items"]
        assert former["state"]["name"] == point["name"]

    async def test_a_voided_point_is_out_of_the_directory(self, officer: httpx.AsyncClient) -> None:
        point = await created(officer, POINTS, a_point())

        answer = await officer.post(f"{POINTS}/{point['id']}/void", json={"reason": "Entered twice."})

        assert answer.status_code == 200
        entry = body_of(await officer.get(entry_of(point["id"])))
        assert (entry["state"], entry["void_reason"]) == ("voided", "Entered twice.")
        await created(officer, POINTS, a_point(code=point["code"]))

    async def test_a_code_is_one_organisation_s_in_both_collections(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        clinic = await created(manager, "/v1/organisations", an_organisation())

        refused(await officer.post(POINTS, json=a_point(code=clinic["code"])), 409, "organisation_code_taken")

    async def test_the_id_of_another_organisation_is_taken(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        clinic = await created(manager, "/v1/organisations", an_organisation())

        refused(await officer.post(POINTS, json=a_point(id=clinic["id"])), 409, "record_id_conflict", "/id")
        refused(await officer.get(f"{POINTS}/{clinic['id']}"), 404, "not_found")

    async def test_of_two_equal_posts_at_once_one_creates(self, officer: httpx.AsyncClient) -> None:
        body = a_point()

        answers = await asyncio.gather(*[officer.post(POINTS, json=body) for _ in range(2)])

        assert sorted(answer.status_code for answer in answers) == [200, 201]


class TestElsewhere:
    @pytest.mark.parametrize("kind", ["counselling_point", "aftercare_club", "volunteer_team"])
    async def test_the_directory_takes_no_organisation_of_a_commune(
        self, manager: httpx.AsyncClient, kind: str
    ) -> None:
        answer = await manager.post("/v1/organisations", json=an_organisation(kind=kind))

        refused(answer, 409, "organisation_kept_elsewhere", "/kind")

    async def test_nor_corrects_or_voids_one(self, officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
        address = entry_of((await created(officer, POINTS, a_point()))["id"])

        refused(await corrected(manager, address, {"name": "Trạm y tế"}), 409, "organisation_kept_elsewhere")
        refused(await corrected(manager, address, {"kind": "health_station"}), 409, "organisation_kept_elsewhere")
        voided = await manager.post(f"{address}/void", json={"reason": "Entered twice."})
        refused(voided, 409, "organisation_kept_elsewhere")

    async def test_nor_makes_one_of_another(self, manager: httpx.AsyncClient) -> None:
        clinic = await created(manager, "/v1/organisations", an_organisation())

        answer = await corrected(manager, entry_of(clinic["id"]), {"kind": "counselling_point"})

        refused(answer, 409, "organisation_kept_elsewhere", "/kind")


class TestRules:
    @pytest.mark.parametrize(
        ("over", "status", "code", "pointer"),
        [
            pytest.param({"unit_code": "00001"}, 403, "unit_not_granted", "/unit_code", id="in Hà Nội"),
            pytest.param({"closed_on": "2020-06-25"}, 409, "dates_out_of_order", "/closed_on", id="closed before"),
            pytest.param(
                {"opening_hours": [{"weekday": "monday", "opens": "11:00", "closes": "11:00"}]},
                *(409, "opening_hours_invalid", "/opening_hours"),
                id="open for no time",
            ),
            pytest.param(
                {"opening_hours": [{"weekday": "monday", "opens": "8:00", "closes": "11:00"}]},
                *(422, "validation_failed", "/opening_hours/0/opens"),
                id="with a time that is none",
            ),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, officer: httpx.AsyncClient, over: dict[str, JsonValue], status: int, code: str, pointer: str
    ) -> None:
        refused(await officer.post(POINTS, json=a_point(**over)), status, code, pointer)


class TestList:
    async def test_by_unit_and_day(self, manager: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
        first, second = [
            await created(manager, POINTS, a_point(unit_code="22258", opened_on=since, closed_on=until, name=name))
            for since, until, name in (("2020-06-01", "2020-08-31", "Ân"), ("2020-09-01", None, "An"))
        ]

        async def listed(on: str) -> list[str]:
            return [each["id"] for each in await pages(manager, f"{POINTS}?unit=22258&limit=1&on={on}")]

        assert await listed("2020-05-31") == []
        assert await listed("2020-08-31") == [first["id"]]
        assert await listed("2020-09-01") == [second["id"]]
        assert [each["id"] for each in await pages(manager, f"{POINTS}?unit=22258")] == [second["id"], first["id"]]
        assert await pages(stranger, POINTS) == []
        refused(await stranger.get(f"{POINTS}?unit=22258"), 403, "unit_not_granted")


class TestOwnOfficers:
    async def test_read_their_point_and_set_up_or_end_none(self, sign_in: SignIn, officer: httpx.AsyncClient) -> None:
        own, other = [await created(officer, POINTS, a_point()) for _ in range(2)]
        counsellor = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(own["id"]))

        assert [each["id"] for each in await pages(counsellor, POINTS)] == [own["id"]]
        refused(await counsellor.get(f"{POINTS}/{other['id']}"), 404, "not_found")
        refused(await counsellor.post(POINTS, json=a_point()), 403, "unit_not_granted", "/unit_code")
        address = f"{POINTS}/{own['id']}"
        refused(await corrected(counsellor, address, {"name": "Khác"}), 403, "unit_not_granted")
        refused(await counsellor.post(f"{address}/void", json={"reason": "x"}), 403, "unit_not_granted")

    async def test_their_device_holds_it(self, sign_in: SignIn, officer: httpx.AsyncClient) -> None:
        point = await created(officer, POINTS, a_point())
        await created(officer, POINTS, a_point())
        device = Device(await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point["id"])))

        await device.pull()
        assert list(device.held) == [("counselling_point", None, point["id"])]
        await corrected(officer, f"{POINTS}/{point['id']}", {"place": "Nhà văn hóa"})
        (told,) = await device.pull()

        assert (told["op"], told["record"]["place"]) == ("upsert", "Nhà văn hóa")
        digests = {each["kind"]: (each["count"], each["sha256"]) for each in (await device.compared())["kinds"]}
        assert digests["counselling_point"] == device.digest()["counselling_point"]


async def test_a_device_sets_up_a_point_by_one_operation(officer: httpx.AsyncClient) -> None:
    body = a_point()
    operation = {"ref": "p", "op": "create", "kind": "counselling_point", "id": body["id"], "body": body}

    answer = await officer.post("/v1/sync/push", json={"operations": [operation]})

    assert [each["status"] for each in body_of(answer)["results"]] == ["applied"]
    assert (await officer.get(entry_of(body["id"]))).status_code == 200
