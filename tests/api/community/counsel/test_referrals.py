"""Referrals: the directory of services, the steps with their results, and who sees them."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from tests.factories.bodies import Body
from tests.factories.counselling import DIRECTORY, Point, a_referral, held, offered, referred
from tests.factories.posted import body_of, corrected, pages, posted_person, refused
from tests.factories.stored import rows


class TestDirectory:
    async def test_it_is_read_from_everywhere_and_kept_where_the_service_lies(
        self, officer: httpx.AsyncClient, stranger: httpx.AsyncClient, point: Point
    ) -> None:
        service = f"{DIRECTORY}/{await offered(officer)}"

        for reader in (stranger, point.staff):
            assert (await reader.get(service)).status_code == 200
            assert (await reader.get(f"{service}/versions")).status_code == 200
            refused(await corrected(reader, service, {"capacity": 5}), 403, "unit_not_granted")

    async def test_by_unit_kind_and_day(self, manager: httpx.AsyncClient) -> None:
        place: dict[str, JsonValue] = {"unit_code": "22258", "from_on": "2020-01-01"}
        loan = await offered(manager, **place, kind="loan", to_on="2022-01-01")
        legal = await offered(manager, **{**place, "from_on": "2021-01-01"}, kind="legal_aid")

        async def listed(query: str) -> list[str]:
            return [each["id"] for each in await pages(manager, f"{DIRECTORY}?unit=22258&limit=1{query}")]

        assert await listed("") == [loan, legal]
        assert await listed("&kind=loan") == [loan]
        assert await listed("&on=2020-06-01") == [loan]
        assert await listed("&on=2021-12-31") == [loan, legal]
        assert await listed("&on=2022-01-01") == [legal]

    async def test_its_kind_stays(self, officer: httpx.AsyncClient) -> None:
        service = await offered(officer, kind="job_placement")

        refused(
            await corrected(officer, f"{DIRECTORY}/{service}", {"kind": "loan"}), 409, "service_kind_fixed", "/kind"
        )


class TestSteps:
    async def test_from_the_referral_to_a_job(self, officer: httpx.AsyncClient, point: Point) -> None:
        address = await referred(officer, point, await offered(officer, kind="job_placement"))
        result = {"employer_sector": "industry", "result": "Thợ hàn"}
        way: list[tuple[Body, str]] = [
            ({"accepted_on": "2026-11-17"}, "accepted"),
            ({"started_on": "2026-11-18"}, "started"),
            ({"completed_on": "2026-11-20", **result}, "completed"),
        ]

        steps = [(body_of(await corrected(officer, address, step)), status) for step, status in way]

        assert [answer["status"] for answer, _ in steps] == [status for _, status in steps]
        assert steps[-1][0].items() >= {**result, "made_on": "2026-11-16"}.items()

    async def test_the_words_of_a_result_are_sealed(
        self, app: FastAPI, officer: httpx.AsyncClient, point: Point
    ) -> None:
        address = await referred(
            officer,
            point,
            await offered(officer),
            accepted_on="2026-11-17",
            started_on="2026-11-18",
            completed_on="2026-11-20",
            result="Hàn điện",
            note="Gọi",
        )

        ((result, note),) = await rows(
            app, "SELECT result, note FROM referral WHERE id = :id", id=address.rpartition("/")[2]
        )
        assert b"H\xc3\xa0n" not in result
        assert b"G\xe1\xbb\x8di" not in note

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"started_on": "2026-11-17"}, "referral_step_missing", "/accepted_on", id="never accepted"),
            pytest.param(
                {"accepted_on": "2026-11-17", "declined_on": "2026-11-17"},
                "referral_steps_exclude",
                "/declined_on",
                id="accepted and declined",
            ),
            pytest.param({"accepted_on": "2026-11-22"}, "date_in_future", "/accepted_on", id="accepted tomorrow"),
            pytest.param({"loan_amount": 1}, "referral_result_does_not_fit", "/loan_amount", id="a loan of a training"),
            pytest.param({"made_on": "2019-12-31"}, "service_not_offered", "/made_on", id="before it was offered"),
            pytest.param({"service_id": str(uuid4())}, "named_record_unknown", "/service_id", id="no service"),
            pytest.param(
                {"organisation_id": str(uuid4())}, "organisation_unknown", "/organisation_id", id="no organisation"
            ),
        ],
    )
    async def test_what_cannot_be(
        self, officer: httpx.AsyncClient, point: Point, over: dict[str, JsonValue], code: str, pointer: str
    ) -> None:
        path = f"/v1/persons/{await posted_person(officer)}/referrals"

        refused(await officer.post(path, json=a_referral(point, await offered(officer)) | over), 409, code, pointer)

    async def test_what_was_referred_in_time_goes_on_after_the_service_is_corrected(
        self, officer: httpx.AsyncClient, point: Point
    ) -> None:
        service = await offered(officer)
        address = await referred(officer, point, service)
        await corrected(officer, f"{DIRECTORY}/{service}", {"to_on": "2026-11-01"})

        assert (await corrected(officer, address, {"accepted_on": "2026-11-17"})).status_code == 200
        refused(await corrected(officer, address, {"made_on": "2026-11-17"}), 409, "service_not_offered", "/made_on")

    async def test_another_service_is_another_referral(self, officer: httpx.AsyncClient, point: Point) -> None:
        address = await referred(officer, point, await offered(officer))

        answer = await corrected(officer, address, {"service_id": await offered(officer)})

        refused(answer, 409, "referral_service_fixed", "/service_id")


class TestListOfAService:
    async def test_each_sees_those_in_reach(
        self, officer: httpx.AsyncClient, stranger: httpx.AsyncClient, point: Point
    ) -> None:
        service, client_of_point = await offered(officer), await posted_person(officer)
        await held(officer, point.id, client_of_point)
        mine = await referred(officer, point, service, person_id=client_of_point)
        unreached = await referred(officer, point, service)

        async def listed(reader: httpx.AsyncClient, query: str = "") -> set[str]:
            items = await pages(reader, f"{DIRECTORY}/{service}/referrals?limit=1{query}")
            return {f"/v1/persons/{each['person']['id']}/referrals/{each['id']}" for each in items}

        assert await listed(officer) == {mine, unreached}
        assert await listed(officer, "&status=accepted") == set()
        assert await listed(point.staff) == {mine}
        assert await listed(stranger) == set()
        refused(await officer.get(f"{DIRECTORY}/{uuid4()}/referrals"), 404, "not_found")


class TestListAcrossPeople:
    async def test_what_waits_for_an_answer_by_whom_where(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient, stranger: httpx.AsyncClient, point: Point
    ) -> None:
        service = await offered(officer)
        client_of_point = await posted_person(officer)
        await held(officer, point.id, client_of_point)
        waiting = await referred(officer, point, service, person_id=client_of_point)
        answered = await referred(officer, point, service)
        await corrected(officer, answered, {"accepted_on": "2026-11-17"})

        async def listed(reader: httpx.AsyncClient, query: str) -> set[str]:
            items = await pages(reader, f"/v1/referrals?limit=1&service_id={service}{query}")
            return {f"/v1/persons/{each['person']['id']}/referrals/{each['id']}" for each in items}

        assert await listed(officer, "") == await listed(officer, "&unit=22015") == {waiting, answered}
        assert await listed(officer, f"&status=made&organisation_id={point.id}") == {waiting}
        assert await listed(point.staff, "") == {waiting}
        assert await listed(officer, "&status=accepted") == {answered}
        assert await listed(officer, f"&organisation_id={uuid4()}") == await listed(manager, "&unit=22045") == set()
        assert await listed(stranger, "") == set()
        refused(await stranger.get("/v1/referrals?unit=22015"), 403, "unit_not_granted")
