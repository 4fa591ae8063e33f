"""Reports across changes of the map."""

import httpx
import pytest

from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Indicator
from tests.factories.reported import (
    DAK_LAK_TODAY,
    DIVIDED,
    PHU_YEN,
    TODAY,
    WITHOUT_SUCCESSOR,
    Json,
    PostPerson,
    a_file,
    a_stay,
    figures,
    gain,
    report,
    values,
)


class TestMaps:
    async def test_a_divided_commune_goes_to_its_default_successor(
        self, dak_lak: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await report(dak_lak, **DAK_LAK_TODAY, by="commune")
        await post(DIVIDED, files=(a_file(),))
        after = await report(dak_lak, **DAK_LAK_TODAY, by="commune")
        assert gain(values(before["figures"]), values(after["figures"])) == {
            "persons_on_file": 1,
            "illegal_users": 1,
            "new_on_file": 1,
            "communes_affected": 1,
        }
        assert self.grown(before, after) == ["22015 Phường Tuy Hòa"]

    async def test_a_commune_without_a_successor_is_unplaced(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, post: PostPerson
    ) -> None:
        then, now = await figures(manager), await report(dak_lak, **DAK_LAK_TODAY, by="commune")
        await post(WITHOUT_SUCCESSOR, files=(a_file("addicted"),), stays=(a_stay("facility", "2020-02-01"),))
        grown = {
            "persons_on_file": 1,
            "addicted_persons": 1,
            "new_on_file": 1,
            "communes_affected": 1,
            "rehab_persons": 1,
            "rehab_persons_facility_voluntary": 1,
            "rehab_distinct_persons": 1,
            "rehab_episodes_started": 1,
            "cumulative_facility_voluntary_registrations": 1,
        }
        assert gain(then, await figures(manager)) == grown
        after = await report(dak_lak, **DAK_LAK_TODAY, by="commune")
        assert gain(values(now["figures"]), values(after["figures"])) == grown
        assert gain(values(now["unplaced"]), values(after["unplaced"])) == grown
        assert self.grown(now, after) == []

    async def test_communes_are_those_of_the_time_and_rows_those_of_the_map_asked_for(
        self, dak_lak: httpx.AsyncClient
    ) -> None:
        body = await report(dak_lak, **DAK_LAK_TODAY, by="commune")
        assert body["unit"] == {"code": "66", "name": "Tỉnh Đắk Lắk", "level": "province", "on": TODAY}
        assert len(body["communes"]) == 102
        assert values(body["figures"])["communes_total"] == 110 + 184
        assert values(body["unplaced"])["communes_total"] == 8

    async def test_todays_province_without_a_date_is_that_of_the_years_end(self, dak_lak: httpx.AsyncClient) -> None:
        assert (await report(dak_lak, unit="66", year=2025))["unit"]["on"] == "2025-12-31"
        assert (await figures(dak_lak, unit="66", year=2025))["communes_total"] == 102
        running = await report(dak_lak, unit="66", year=2026)
        assert running["period"] == {"year": 2026, "from_on": "2026-01-01", "to_on": TODAY, "is_over": False}

    async def test_a_person_of_an_ended_commune_affects_its_successor(
        self, dak_lak: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await report(dak_lak, unit="66", year=2025, by="commune")
        await post("22255", files=(a_file(),))
        after = await report(dak_lak, unit="66", year=2025, by="commune")
        assert gain(values(before["figures"]), values(after["figures"])) == {
            "persons_on_file": 1,
            "illegal_users": 1,
            "communes_affected": 1,
        }
        assert len(self.grown(before, after)) == 1

    @staticmethod
    def grown(before: Json, after: Json) -> list[str]:
        """The communes with another number of people on file."""
        pairs = zip(before["communes"], after["communes"], strict=True)
        return [
            f"{new['code']} {new['name']}"
            for old, new in pairs
            if values(old["figures"])["persons_on_file"] != values(new["figures"])["persons_on_file"]
        ]


@pytest.mark.parametrize(
    "asked",
    [PHU_YEN, DAK_LAK_TODAY, {"unit": "66", "year": 2025}, {"unit": "66", "year": 2026}, {"unit": "555", "year": 2020}],
    ids=["Phú Yên 2020", "Đắk Lắk of today in 2020", "Đắk Lắk 2025", "this year", "a district"],
)
async def test_communes_and_unplaced_add_up_to_the_total(dak_lak: httpx.AsyncClient, asked: Json) -> None:
    body = await report(dak_lak, **asked, by="commune")
    total = values(body["figures"])
    rows = [values(figures) for figures in (*(commune["figures"] for commune in body["communes"]), body["unplaced"])]
    for code in Indicator:
        if CATALOGUE[code].is_additive:
            assert sum(row[code] or 0 for row in rows) == (total[code] or 0), code
    assert total["persons_on_file"] > 0


async def test_what_is_said_without_communes_is_the_total_with_them(manager: httpx.AsyncClient) -> None:
    assert (await report(manager, **PHU_YEN))["figures"] == (await report(manager, **PHU_YEN, by="commune"))["figures"]
