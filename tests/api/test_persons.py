"""People: the first residence and who is responsible, names, years, and what of them a facility sees."""

import unicodedata
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from registry.db.engine import transaction
from registry.db.tables.persons import PersonNameTokenRow, PersonRow
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_person, a_residence
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_episode,
    posted_file,
    posted_person,
    refused,
    without_occurrence,
)


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


class TestChange:
    async def test_the_year_follows_the_date(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, birth_date='1992-05-17')}"

        changed = body_of(await corrected(manager, address, {"birth_date": "1993-01-01"}))
        taken_away = body_of(await corrected(manager, address, {"birth_date": None}))
        forgotten = body_of(await corrected(manager, address, {"birth_year": None}))

        assert (changed["birth_year"], changed["warnings"]) == (1993, [])
        assert (taken_away["birth_date"], taken_away["birth_year"]) == (None, 1993)
        assert forgotten["birth_year"] is None

    async def test_a_year_against_the_date_gives_way_with_a_warning(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, birth_date='1992-05-17')}"

        person = body_of(await corrected(manager, address, {"birth_year": 1980}))

        assert person["birth_year"] == 1992
        assert [warning["code"] for warning in person["warnings"]] == ["birth_year_taken_from_date"]

    async def test_a_list_is_replaced_as_a_whole_and_null_empties_it(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, aliases=['Tư'])}"

        assert body_of(await corrected(manager, address, {"aliases": ["Năm", "Sáu"]}))["aliases"] == ["Năm", "Sáu"]
        assert body_of(await corrected(manager, address, {"aliases": None}))["aliases"] == []

    async def test_the_words_to_search_by_follow_the_names(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, full_name="Đỗ Văn Hoà", aliases=["Tư"])

        await corrected(manager, f"/v1/persons/{person_id}", {"full_name": "Đỗ Văn Bình", "aliases": None})

        async with transaction(app.state.sessions) as session:
            tokens = select(PersonNameTokenRow.token).where(PersonNameTokenRow.person_id == UUID(person_id))
            row = (await session.exec(select(PersonRow).where(PersonRow.id == UUID(person_id)))).one()
            assert sorted((await session.exec(tokens)).all()) == ["binh", "do", "van"]
        assert row.folded_name == "do van binh"

    async def test_the_residence_is_not_changed_here(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        refused(await corrected(manager, address, {"residence": None}), 422, "validation_failed", "/residence")

    async def test_a_weak_or_foreign_tag_fits_no_version(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        refused(await corrected(manager, address, {"phone": "0900 000 003"}, if_match='"abc"'), 412, "version_mismatch")

    async def test_one_of_several_tags_or_any_is_enough(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        several = await corrected(manager, address, {"phone": "0900 000 003"}, if_match='"v7-person", "v1-person"')
        anything = await corrected(manager, address, {"phone": None}, if_match="*")

        assert [(answer.status_code, body_of(answer)["version"]) for answer in (several, anything)] == [
            (200, 2),
            (200, 3),
        ]

    async def test_former_versions_come_the_oldest_first(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, occupation='Ngư dân')}"
        for occupation in ("Thợ hồ", "Thợ may"):
            await corrected(manager, address, {"occupation": occupation})

        former = body_of(await manager.get(f"{address}/versions"))["items"]

        assert [(state["version"], state["state"]["occupation"]) for state in former] == [
            (1, "Ngư dân"),
            (2, "Thợ hồ"),
        ]
        kept_to_itself = {"fingerprint", "number_index", "unit_id"}
        assert kept_to_itself.isdisjoint(former[0]["state"])


class TestVoid:
    async def test_a_voided_person_is_in_no_list(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        person_id = await posted_person(manager, unit_code="22240")
        await posted_file(manager, person_id)
        await posted_episode(manager, person_id)
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))
        lists = ("/v1/persons", "/v1/files", "/v1/episodes")
        assert [len(body_of(await officer.get(path))["items"]) for path in lists] == [1, 1, 1]

        await manager.post(f"/v1/persons/{person_id}/void", json={"reason": "Entered twice."})

        assert [body_of(await officer.get(path))["items"] for path in lists] == [[], [], []]
        assert body_of(await officer.post("/v1/persons/search", json={"name": "mau"}))["items"] == []


async def test_a_name_typed_letter_by_letter_is_kept_as_one_spelling(manager: httpx.AsyncClient) -> None:
    typed = unicodedata.normalize("NFD", "Đặng Thị Hoà")
    answer = await manager.post("/v1/persons", json=a_person(full_name=typed))
    assert answer.status_code == 201
    assert answer.json()["full_name"] == unicodedata.normalize("NFC", typed) != typed
