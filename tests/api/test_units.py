"""The map over HTTP: what a unit was on a date, and what became of it."""

from typing import Any

import httpx
import pytest

from registry.domain.access import Role
from registry.domain.vietnamese import sort_key
from tests.conftest import SignIn

THEN = "2020-12-31"
TODAY = "2026-11-21"


@pytest.fixture(scope="module")
async def client(sign_in: SignIn) -> httpx.AsyncClient:
    """Sign in an auditor, who sees no personal data: the map is open to every caller."""
    return await sign_in(Role.AUDITOR)


async def names_of_all_pages(client: httpx.AsyncClient, path: str, **query: str) -> list[str]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200
    page = answer.json()
    names = [item["name"] for item in page["items"]]
    while page["next"]:
        page = (await client.get(page["next"])).json()
        assert page["items"][0]["name"] not in names[:1], "the list began anew"
        names += [item["name"] for item in page["items"]]
    return names


async def read(client: httpx.AsyncClient, path: str, status: int = 200, **query: str) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == status
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("path", ["", "/54", "/54/children", "/54/successors"])
async def test_the_map_is_for_authenticated_callers(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.get(f"/v1/units{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


class TestListUnits:
    async def test_all_communes_of_a_province_of_then_come_in_vietnamese_order(self, client: httpx.AsyncClient) -> None:
        names = await names_of_all_pages(client, "/v1/units", level="commune", parent="54", on=THEN, limit="25")
        assert len(names) == 110
        assert names == sorted(names, key=sort_key)

    async def test_an_item_is_a_whole_unit(self, client: httpx.AsyncClient) -> None:
        page = await read(client, "/v1/units", q="THANH LANG", level="commune", parent="26", on=THEN)
        assert page == {
            "items": [
                {
                    "code": "08968",
                    "name": "Thị trấn Thanh Lãng",
                    "level": "commune",
                    "type": "thi_tran",
                    "parent_code": "249",
                    "valid_from": None,
                    "valid_to": "2025-07-01",
                    "lat": 21.243458,
                    "lon": 105.623659,
                    "area_km2": None,
                }
            ],
            "next": None,
        }

    @pytest.mark.parametrize("text", ["hoa", "Hòa", "Hoà", "HÒA"])
    async def test_spellings_find_the_same(self, client: httpx.AsyncClient, text: str) -> None:
        names = await names_of_all_pages(client, "/v1/units", q=text, level="district", parent="54", on=THEN)
        assert names == [
            "Huyện Phú Hòa",
            "Huyện Sơn Hòa",
            "Huyện Tây Hòa",
            "Thành phố Tuy Hòa",
            "Thị xã Đông Hòa",
        ]

    async def test_without_a_date_todays_map_answers(self, client: httpx.AsyncClient) -> None:
        assert len(await names_of_all_pages(client, "/v1/units", level="province")) == 34
        assert len(await names_of_all_pages(client, "/v1/units", level="commune", limit="500")) == 3_321
        assert await names_of_all_pages(client, "/v1/units", level="district") == []

    async def test_a_parent_of_another_time_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await read(client, "/v1/units", 404, parent="54"))["code"] == "unit_not_in_force"

    async def test_a_cursor_belongs_to_its_list(self, client: httpx.AsyncClient) -> None:
        page = await read(client, "/v1/units", level="province", limit="1")
        foreign = page["next"].replace("level=province", "level=commune")
        assert foreign != page["next"]
        assert (await client.get(foreign)).json()["code"] == "cursor_invalid"

    @pytest.mark.parametrize(
        "query",
        [{"level": "ward"}, {"parent": "5"}, {"parent": "xx"}, {"on": "31/12/2020"}, {"q": ""}, {"limit": "501"}],
        ids=str,
    )
    async def test_what_the_schema_does_not_know_is_refused(
        self, client: httpx.AsyncClient, query: dict[str, str]
    ) -> None:
        assert (await read(client, "/v1/units", 422, **query))["code"] == "validation_failed"


class TestGetUnit:
    async def test_a_unit_comes_with_its_ancestors_and_the_periods_of_its_code(self, client: httpx.AsyncClient) -> None:
        unit = await read(client, "/v1/units/00004", on=THEN)
        assert {name: unit[name] for name in ("code", "name", "parent_code", "valid_from", "valid_to", "on")} == {
            "code": "00004",
            "name": "Phường Trúc Bạch",
            "parent_code": "001",
            "valid_from": None,
            "valid_to": "2025-07-01",
            "on": THEN,
        }
        assert unit["ancestors"] == [
            {"code": "001", "name": "Quận Ba Đình", "level": "district", "type": "quan"},
            {"code": "01", "name": "Thành phố Hà Nội", "level": "province", "type": "thanh_pho"},
        ]
        assert unit["periods"] == [
            {
                "name": "Phường Trúc Bạch",
                "type": "phuong",
                "valid_from": None,
                "valid_to": "2025-07-01",
                "is_same_unit": True,
            },
            {
                "name": "Phường Ba Đình",
                "type": "phuong",
                "valid_from": "2025-07-01",
                "valid_to": None,
                "is_same_unit": False,
            },
        ]

    async def test_without_a_date_it_is_todays(self, client: httpx.AsyncClient) -> None:
        unit = await read(client, "/v1/units/75")
        assert (unit["name"], unit["type"], unit["on"], unit["parent_code"]) == (
            "Thành phố Đồng Nai",
            "thanh_pho",
            TODAY,
            None,
        )
        assert [period["is_same_unit"] for period in unit["periods"]] == [False, True, True]

    async def test_a_code_not_in_force_names_its_periods_and_successors(self, client: httpx.AsyncClient) -> None:
        problem = await read(client, "/v1/units/54", 404)
        assert problem["code"] == "unit_not_in_force"
        assert (problem["unit"], problem["on"]) == ("54", TODAY)
        assert problem["periods"] == [
            {"code": "54", "name": "Tỉnh Phú Yên", "valid_from": None, "valid_to": "2025-07-01"}
        ]
        assert problem["successors"] == [
            {
                "code": "66",
                "name": "Tỉnh Đắk Lắk",
                "valid_from": "2025-07-01",
                "valid_to": None,
                "kind": "whole",
                "is_default": True,
            }
        ]

    async def test_a_code_that_never_was_is_unknown(self, client: httpx.AsyncClient) -> None:
        assert (await read(client, "/v1/units/99999", 404))["code"] == "unit_unknown"

    @pytest.mark.parametrize("code", ["5", "0896", "abcde", "\uff15\uff14"])
    async def test_what_is_no_code_is_refused(self, client: httpx.AsyncClient, code: str) -> None:
        assert (await read(client, f"/v1/units/{code}", 422))["code"] == "validation_failed"

    @pytest.mark.parametrize("on", ["1900-01-01", "9999-12-31"])
    async def test_dates_beyond_the_lists_are_read_on_the_nearest(self, client: httpx.AsyncClient, on: str) -> None:
        assert (await read(client, "/v1/units/66", on=on))["name"] == "Tỉnh Đắk Lắk"


class TestListChildren:
    async def test_a_district_had_wards(self, client: httpx.AsyncClient) -> None:
        assert len(await names_of_all_pages(client, "/v1/units/007/children", on="2019-03-27", limit="7")) == 20

    async def test_a_province_of_today_has_communes(self, client: httpx.AsyncClient) -> None:
        page = await read(client, "/v1/units/66/children", limit="500")
        assert len(page["items"]) == 102
        assert {(item["level"], item["parent_code"]) for item in page["items"]} == {("commune", "66")}

    async def test_a_commune_has_none(self, client: httpx.AsyncClient) -> None:
        assert await read(client, "/v1/units/08971/children") == {"items": [], "next": None}


class TestGetSuccessors:
    async def test_thanh_lang_went_wholly_to_xuan_lang(self, client: httpx.AsyncClient) -> None:
        successor = {"code": "08971", "name": "Xã Xuân Lãng", "level": "commune", "type": "xa"}
        assert await read(client, "/v1/units/08968/successors", on=THEN) == {
            "code": "08968",
            "name": "Thị trấn Thanh Lãng",
            "level": "commune",
            "type": "thi_tran",
            "ended_on": "2025-07-01",
            "successors": [{**successor, "kind": "whole", "is_default": True}],
            "counted_in": {**successor, "on": TODAY, "certainty": "whole"},
        }

    async def test_a_divided_commune_names_the_default_first(self, client: httpx.AsyncClient) -> None:
        became = await read(client, "/v1/units/22246/successors", on=THEN)
        assert [(s["code"], s["kind"], s["is_default"]) for s in became["successors"]] == [
            ("22261", "part", True),
            ("22240", "part", False),
        ]
        assert (became["counted_in"]["code"], became["counted_in"]["certainty"]) == ("22261", "part")

    async def test_a_commune_without_a_successor_on_file_is_unplaced_in_the_province(
        self, client: httpx.AsyncClient
    ) -> None:
        became = await read(client, "/v1/units/22021/successors", on=THEN)
        assert (became["ended_on"], became["successors"]) == ("2025-01-01", [])
        assert (became["counted_in"]["code"], became["counted_in"]["certainty"]) == ("66", "unplaced")

    async def test_a_unit_of_today_is_counted_in_itself(self, client: httpx.AsyncClient) -> None:
        became = await read(client, "/v1/units/08971/successors")
        assert (became["ended_on"], became["successors"]) == (None, [])
        assert (became["counted_in"]["code"], became["counted_in"]["certainty"]) == ("08971", "same")
