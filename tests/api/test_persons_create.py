"""A new person: the first residence and who is responsible, names, years."""

import unicodedata
from typing import Any
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_person, a_residence
from tests.factories.posted import body_of, created, posted_person, refused, without_occurrence


class TestCreate:
    async def test_a_person_is_answered_with_all_that_was_sent(self, manager: httpx.AsyncClient) -> None:
        person_id = str(uuid4())

        answer = await manager.post(
            "/v1/persons",
            json={
                "id": person_id,
                "full_name": "  Đặng Thị Hoà ",
                "aliases": ["Bảy Hòa"],
                "sex": "female",
                "birth_date": "1992-05-17",
                "birthplace": "Phú Yên",
                "ethnicity": "Ê Đê",
                "nationality": "VN",
                "occupation": "Ngư dân",
                "education": "primary",
                "phone": "0900 000 001",
                "residence": {"id": str(uuid4()), "kind": "permanent", "unit_code": "22015", "from_on": "2019-01-01"},
            },
        )

        assert (answer.status_code, body_of(answer)) == (
            201,
            {
                "id": person_id,
                "version": 1,
                "state": "active",
                "void_reason": None,
                "recorded_at": "2026-11-21T03:00:00Z",
                "root_id": person_id,
                "merged_into": None,
                "unit_certainty": "whole",
                "processing": "unrestricted",
                "full_name": "Đặng Thị Hoà",
                "aliases": ["Bảy Hòa"],
                "sex": "female",
                "birth_date": "1992-05-17",
                "birth_year": 1992,
                "birthplace": "Phú Yên",
                "ethnicity": "Ê Đê",
                "nationality": "VN",
                "occupation": "Ngư dân",
                "education": "primary",
                "phone": "0900 000 001",
                "warnings": [],
            },
        )

    async def test_a_name_and_a_residence_are_enough(self, manager: httpx.AsyncClient) -> None:
        body = a_person()
        known = {name: body[name] for name in ("id", "full_name", "residence")}

        person = await created(manager, "/v1/persons", known)

        assert (person["sex"], person["birth_year"], person["nationality"], person["education"], person["aliases"]) == (
            "unknown", None, "VN", "unknown", [],
        )  # fmt: skip

    async def test_the_first_residence_is_a_record_of_its_own(self, manager: httpx.AsyncClient) -> None:
        body = a_person()
        await created(manager, "/v1/persons", body)

        answer = await manager.get(f"/v1/persons/{body['id']}/residences/{body['residence']['id']}")

        assert body_of(answer) == {
            "id": body["residence"]["id"],
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "person_id": body["id"],
            "kind": "permanent",
            "unit_code": "22015",
            "address": None,
            "from_on": "2019-01-01",
            "to_on": None,
        }

    async def test_a_year_that_disagrees_with_the_date_gives_way_with_a_warning(
        self, manager: httpx.AsyncClient
    ) -> None:
        person = await created(manager, "/v1/persons", a_person(birth_date="1992-05-17", birth_year=1991))

        assert person["birth_year"] == 1992
        assert person["warnings"] == [
            {
                "code": "birth_year_taken_from_date",
                "detail": "The year of birth disagrees with the date of birth; the date's year was taken.",
                "pointer": "/birth_year",
            }
        ]

    @pytest.mark.parametrize(
        ("over", "code", "status", "pointer"),
        [
            pytest.param({"birth_date": "2030-01-01"}, "date_in_future", 409, "/birth_date", id="born tomorrow"),
            pytest.param(
                {"from_on": "2030-01-01"}, "date_in_future", 409, "/residence/from_on", id="resident tomorrow"
            ),
            pytest.param({"unit_code": "99999"}, "unit_unknown", 404, "/residence/unit_code", id="nowhere"),
            pytest.param(
                {"from_on": "2026-01-01", "unit_code": "22018"},
                "unit_not_in_force",
                404,
                "/residence/unit_code",
                id="where nothing is any more",
            ),
            pytest.param({"unit_code": "00001"}, "unit_not_granted", 403, "/residence/unit_code", id="in Hà Nội"),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, over: dict[str, Any], code: str, status: int, pointer: str
    ) -> None:
        body = a_person(**over)

        refused(await manager.post("/v1/persons", json=body), status, code, pointer)
        refused(await manager.get(f"/v1/persons/{body['id']}"), 404, "not_found")

    async def test_a_unit_that_was_not_in_force_is_named_with_its_periods_and_successors(
        self, manager: httpx.AsyncClient
    ) -> None:
        answer = await manager.post("/v1/persons", json=a_person(unit_code="22018", from_on="2026-01-01"))

        problem = refused(answer, 404, "unit_not_in_force")
        assert (problem["unit"], problem["on"]) == ("22018", "2026-01-01")
        assert problem["periods"] == [
            {"code": "22018", "name": "Phường 8", "valid_from": None, "valid_to": "2025-01-01"},
            {"code": "22018", "name": "Phường 2", "valid_from": "2025-01-01", "valid_to": "2025-07-01"},
        ]
        assert problem["successors"] == [
            {
                "code": "22015", "name": "Phường Tuy Hòa", "valid_from": "2025-07-01", "valid_to": None,
                "kind": "whole", "is_default": True,
            }
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("over", "pointer"),
        [
            pytest.param({"id": "018f3f2e-7c42-7a96-9b0e-2f61c8d0a714"}, "/id", id="an id that tells the time"),
            pytest.param({"full_name": "   "}, "/full_name", id="no name"),
            pytest.param({"full_name": "a" * 201}, "/full_name", id="a name too long"),
            pytest.param({"full_name": "a\u0007"}, "/full_name", id="a bell in the name"),
            pytest.param({"birth_date": "1992-02-30"}, "/birth_date", id="a day that never was"),
            pytest.param({"birth_date": 706060800}, "/birth_date", id="a day as a number"),
            pytest.param({"birth_date": "1992-05-17T00:00:00"}, "/birth_date", id="a day as an instant"),
            pytest.param({"birth_year": 1899}, "/birth_year", id="a year too early"),
            pytest.param({"birth_year": "1992"}, "/birth_year", id="a year as text"),
            pytest.param({"sex": "other"}, "/sex", id="a code that is none"),
            pytest.param({"nationality": "Việt Nam"}, "/nationality", id="a country in words"),
            pytest.param({"aliases": ["a"] * 11}, "/aliases", id="too many aliases"),
            pytest.param({"phone": "call me"}, "/phone", id="a phone without digits"),
            pytest.param({"residence": None}, "/residence", id="no residence"),
        ],
    )
    async def test_what_violates_the_schema_is_refused(
        self, manager: httpx.AsyncClient, over: Body, pointer: str
    ) -> None:
        refused(await manager.post("/v1/persons", json=a_person() | over), 422, "validation_failed", pointer)

    async def test_a_commune_without_a_successor_on_file_leaves_the_person_to_the_province(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        body = a_person(unit_code="22021")
        province = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))

        refused(await manager.post("/v1/persons", json=body), 403, "unit_not_granted")
        person = await created(province, "/v1/persons", body)

        assert person["unit_certainty"] == "unplaced"
        refused(await manager.get(f"/v1/persons/{body['id']}"), 404, "not_found")

    async def test_a_divided_commune_leaves_its_default_successor_in_charge(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        body = a_person(unit_code="22024")

        person = await created(manager, "/v1/persons", body)

        assert person["unit_certainty"] == "part"
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))
        assert (await officer.get(f"/v1/persons/{body['id']}")).status_code == 200


class TestResponsibilities:
    async def test_the_first_residence_makes_its_commune_responsible_from_its_first_day(
        self, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager, unit_code="22018", from_on="2019-01-01")
        await created(manager, f"/v1/persons/{person_id}/residences", a_residence(unit_code="22240"))

        answer = await manager.get(f"/v1/persons/{person_id}/responsibilities")

        (interval,) = body_of(answer)["items"]
        assert {name: value for name, value in interval.items() if name != "id"} == {
            "unit_code": "22018",
            "unit_name": "Phường 8",
            "from_on": "2019-01-01",
            "to_on": None,
        }

    async def test_out_of_reach_looks_like_absent(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        person_id = await posted_person(manager)
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        theirs = await stranger.get(f"/v1/persons/{person_id}/responsibilities")
        absent = await stranger.get(f"/v1/persons/{uuid4()}/responsibilities")

        refused(absent, 404, "not_found")
        assert without_occurrence(theirs) == without_occurrence(absent)


async def test_a_name_typed_letter_by_letter_is_kept_as_one_spelling(manager: httpx.AsyncClient) -> None:
    typed = unicodedata.normalize("NFD", "Đặng Thị Hoà")
    answer = await manager.post("/v1/persons", json=a_person(full_name=typed))
    assert answer.status_code == 201
    assert answer.json()["full_name"] == unicodedata.normalize("NFC", typed) != typed
