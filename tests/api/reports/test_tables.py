"""Reports as tables, and the catalogue of figures."""

import csv
import io

import httpx
import pytest

from registry.api.report_csv import COLUMNS, inert
from registry.domain.access import Role
from registry.domain.indicator import Counted, Indicator
from tests.conftest import SignIn
from tests.factories.reported import PHU_YEN, report


class TestTable:
    async def test_one_row_for_each_figure_that_the_report_tells(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params={**PHU_YEN, "by": "commune", "format": "csv"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="annual-54-2020.csv"'
        assert answer.content.startswith(b"\xef\xbb\xbfunit_code,")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        body = await report(manager, **PHU_YEN, by="commune")
        assert tuple(rows[0]) == COLUMNS
        assert rows[0] | {"value": "?"} == {
            "unit_code": "54",
            "unit_name": "Tỉnh Phú Yên",
            "unit_on": "2020-12-31",
            "year": "2020",
            "from_on": "2020-01-01",
            "to_on": "2020-12-31",
            "part": "total",
            "commune_code": "",
            "commune_name": "",
            "indicator": "persons_on_file",
            "label": "People on file",
            "kind": "point",
            "counts": "persons",
            "value": "?",
            "status": "exact",
        }
        told = [("total", "", body["figures"])]
        told += [("commune", commune["code"], commune["figures"]) for commune in body["communes"]]
        told += [("unplaced", "", body["unplaced"])]
        assert [(row["part"], row["commune_code"], row["indicator"], row["value"]) for row in rows] == [
            (part, code, figure["code"], "" if figure["value"] is None else str(figure["value"]))
            for part, code, figures in told
            for figure in figures
        ]

    async def test_accept_asks_for_it_too(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params=PHU_YEN, headers={"Accept": "text/csv"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        answer = await manager.get(
            "/v1/reports/annual", params={**PHU_YEN, "format": "json"}, headers={"Accept": "text/csv"}
        )
        assert answer.headers["content-type"] == "application/json"

    @pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)", "\tx", "\rx"])
    def test_no_cell_is_run_as_a_formula(self, text: str) -> None:
        assert inert(text) == f"'{text}"

    def test_other_text_stays_as_it_is(self) -> None:
        assert inert("Xã An Phú") == "Xã An Phú"


class TestCatalogue:
    async def test_every_indicator_is_defined_in_both_languages(self, sign_in: SignIn) -> None:
        body = (await (await sign_in(Role.AUDITOR)).get("/v1/indicators")).json()
        assert [item["code"] for item in body["items"]] == list(Indicator)
        share = next(item for item in body["items"] if item["code"] == "communes_affected_pct")
        assert share == {
            "code": "communes_affected_pct",
            "label_vi": "Tỷ lệ xã có tệ nạn ma túy (%)",
            "label_en": "Share of communes affected (%)",
            "definition_vi": "Số xã có tệ nạn ma túy trên tổng số xã.",
            "definition_en": "Communes affected as a share of all communes.",
            "kind": "point",
            "counts": Counted.PERCENT,
            "is_additive": False,
            "parts": [],
            "numerator": "communes_affected",
            "denominator": "communes_total",
        }

    async def test_labels_follow_the_callers_language(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params=PHU_YEN, headers={"Accept-Language": "vi"})
        assert answer.json()["figures"][0]["label"] == "Người có hồ sơ quản lý"
