"""The annual report over HTTP, on people who were posted over HTTP."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, TypeAlias
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from registry.api.report_csv import COLUMNS, inert
from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import Role, TokenScope
from registry.domain.indicator import CATALOGUE, Counted, Indicator
from tests.conftest import SignIn

Json: TypeAlias = dict[str, Any]
PostPerson: TypeAlias = Callable[..., Awaitable[str]]

TODAY = "2026-11-21"
PHU_YEN: Json = {"unit": "54", "year": 2020}
DAK_LAK_TODAY: Json = {"unit": "66", "on": TODAY, "year": 2020}
PHUONG_1, DIVIDED, WITHOUT_SUCCESSOR = "22015", "22024", "22021"


@pytest.fixture(scope="module")
async def dak_lak(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of today's Đắk Lắk, who reaches also what old Phú Yên left unplaced."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", date(2026, 1, 1)))


@pytest.fixture(scope="module")
def post(dak_lak: httpx.AsyncClient) -> PostPerson:
    """Post a person with files and stays; give back the id."""

    async def person(commune: str = PHUONG_1, *, files: tuple[Json, ...] = (), stays: tuple[Json, ...] = ()) -> str:
        residence = {"id": str(uuid4()), "kind": "permanent", "unit_code": commune, "from_on": "2019-06-01"}
        body = {"id": str(uuid4()), "full_name": "Trần Thị Thử", "residence": residence}
        await created(dak_lak, "/v1/persons", body)
        for collection, records in (("files", files), ("episodes", stays)):
            for record in records:
                await created(dak_lak, f"/v1/persons/{body['id']}/{collection}", {"id": str(uuid4())} | record)
        return str(body["id"])

    return person


async def created(client: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    created: Json = answer.json()
    return created


async def report(client: httpx.AsyncClient, **asked: Any) -> Json:  # noqa: ANN401 - parameters
    answer = await client.get("/v1/reports/annual", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def values(figures: list[Json]) -> dict[str, Any]:
    return {figure["code"]: figure["value"] for figure in figures}


async def figures(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters
    return values((await report(client, **asked or PHU_YEN))["figures"])


async def refusal(client: httpx.AsyncClient, **asked: Any) -> tuple[int, str]:  # noqa: ANN401 - parameters
    answer = await client.get("/v1/reports/annual", params=asked)
    return answer.status_code, answer.json()["code"]


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What became of the figures that are not what they were."""
    return {code: (before[code], after[code]) for code in before if before[code] != after[code]}


def gain(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """By how much counts grew; shares are left out."""
    counts = [code for code, definition in CATALOGUE.items() if definition.counted is not Counted.PERCENT]
    return {code: (after[code] or 0) - (before[code] or 0) for code in counts if after[code] != before[code]}


def a_file(category: str = "illegal_user", opened_on: str = "2020-03-10", **more: str) -> Json:
    return {"category": category, "opened_on": opened_on} | more


def a_stay(modality: str, registered_on: str, legal_basis: str = "voluntary", **more: str) -> Json:
    stay = {"modality": modality, "legal_basis": legal_basis, "registered_on": registered_on}
    return {**stay, "started_on": registered_on, **more}


def ended(on: str, outcome: str) -> Json:
    return {"ended_on": on, "outcome": outcome}


class TestWithoutRecords:
    """First in the module: nobody has been posted yet."""

    async def test_the_answer_is_whole(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params=PHU_YEN)
        body = answer.json()
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        found = body.pop("figures")
        assert body == {
            "unit": {"code": "54", "name": "Tỉnh Phú Yên", "level": "province", "on": "2020-12-31"},
            "period": {"year": 2020, "from_on": "2020-01-01", "to_on": "2020-12-31", "is_over": True},
            "generated_at": "2026-11-21T03:00:00Z",
            "communes": None,
            "unplaced": None,
        }
        assert [figure["code"] for figure in found] == list(Indicator)
        assert found[0] == {
            "code": "persons_on_file",
            "value": 0,
            "status": "exact",
            "label": "People on file",
            "definition": "People with a management file open on the last day: addicted people and illegal users. "
            "Each person once.",
            "kind": "point",
            "counts": "persons",
            "numerator": None,
            "denominator": None,
        }

    async def test_null_is_not_zero(self, manager: httpx.AsyncClient) -> None:
        body = await report(manager, **PHU_YEN)
        unknown = {figure["code"] for figure in body["figures"] if figure["value"] is None}
        assert unknown == {"suspected_people", "completion_rate"}
        assert {figure["code"] for figure in body["figures"] if figure["status"] == "unknown"} == unknown
        assert values(body["figures"])["communes_total"] == 110

    async def test_every_commune_stands_in_its_row(self, manager: httpx.AsyncClient) -> None:
        body = await report(manager, **PHU_YEN, by="commune")
        assert len(body["communes"]) == 110
        assert {values(commune["figures"])["communes_total"] for commune in body["communes"]} == {1}
        assert body["communes"][0]["figures"][0] == {"code": "persons_on_file", "value": 0, "status": "exact"}


class TestOnFile:
    async def test_one_more_person_in_an_unaffected_commune(self, manager: httpx.AsyncClient, post: PostPerson) -> None:
        before = await figures(manager)
        await post("22162", files=(a_file(),))
        assert change(before, await figures(manager)) == {
            "persons_on_file": (0, 1),
            "illegal_users": (0, 1),
            "new_on_file": (0, 1),
            "communes_affected": (0, 1),
            "communes_affected_pct": (0.0, 0.9),
        }

    async def test_someone_with_two_files_is_one_person_and_addicted(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        await post("22162", files=(a_file(opened_on="2019-08-01"), a_file("addicted", "2020-05-01")))
        assert gain(before, await figures(manager)) == {"persons_on_file": 1, "addicted_persons": 1}

    async def test_a_file_closed_on_the_last_day_is_no_longer_open(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        await post("22162", files=(a_file(closed_on="2020-12-31", close_reason="term_ended"),))
        assert gain(before, await figures(manager)) == {"new_on_file": 1, "files_closed": 1}

    async def test_a_file_of_the_next_year_does_not_count(self, manager: httpx.AsyncClient, post: PostPerson) -> None:
        before = await figures(manager)
        await post("22162", files=(a_file(opened_on="2021-01-01"),))
        assert gain(before, await figures(manager)) == {}

    async def test_what_is_voided_does_not_count(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        person = await post(files=(a_file(),), stays=(a_stay("methadone", "2020-02-01"),))
        assert gain(before, await figures(manager)) != {}
        voided = await dak_lak.post(f"/v1/persons/{person}/void", json={"reason": "posted by mistake"})
        assert voided.status_code == 200
        assert gain(before, await figures(manager)) == {}


class TestTreatment:
    async def test_the_forms_are_counted_apart_and_added_up(self, manager: httpx.AsyncClient, post: PostPerson) -> None:
        before = await figures(manager)
        await post(stays=(a_stay("community", "2020-03-01"),))
        await post(stays=(a_stay("community", "2020-03-01", "compulsory"),))
        await post(stays=(a_stay("facility", "2019-11-01"),))
        await post(stays=(a_stay("facility", "2020-03-01", "compulsory"),))
        await post(stays=(a_stay("methadone", "2020-03-01"),))
        assert gain(before, await figures(manager)) == {
            "rehab_persons": 4,
            "rehab_persons_community": 2,
            "rehab_persons_facility_voluntary": 1,
            "rehab_persons_facility_compulsory": 1,
            "rehab_distinct_persons": 4,
            "rehab_episodes_started": 3,
            "methadone_patients": 1,
            "methadone_started": 1,
            "cumulative_community": 2,
            "cumulative_facility_voluntary_registrations": 1,
            "cumulative_methadone_registrations": 1,
        }

    async def test_someone_in_two_forms_is_counted_in_both_and_once_beside(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        first = a_stay("community", "2020-01-10") | ended("2020-04-10", "dropped_out")
        second = a_stay("community", "2020-05-01") | ended("2020-06-01", "dropped_out")
        third = a_stay("facility", "2020-07-01") | ended("2020-12-31", "completed")
        await post(stays=(first, second, third))
        assert gain(before, await figures(manager)) == {
            "rehab_persons": 2,
            "rehab_persons_community": 1,
            "rehab_persons_facility_voluntary": 1,
            "rehab_distinct_persons": 1,
            "rehab_episodes_started": 3,
            "rehab_exits_completed": 1,
            "rehab_exits_dropped_out": 2,
            "rehab_courses_concluded": 3,
            "rehab_courses_completed": 1,
            "rehab_courses_broken_off": 2,
            "cumulative_community": 2,
            "cumulative_facility_voluntary_registrations": 1,
        }

    async def test_stays_joined_by_a_transfer_are_one_course(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        course = str(uuid4())
        first = {"id": course} | a_stay("facility", "2019-12-01") | ended("2020-01-01", "transferred")
        second = a_stay("facility", "2020-01-01", course_id=course) | ended("2020-09-01", "completed")
        await post(stays=(first, second))
        assert gain(before, await figures(manager)) == {
            "rehab_persons": 1,
            "rehab_persons_facility_voluntary": 1,
            "rehab_distinct_persons": 1,
            "rehab_episodes_started": 1,
            "rehab_exits_completed": 1,
            "rehab_exits_transferred": 1,
            "rehab_courses_concluded": 1,
            "rehab_courses_completed": 1,
            "cumulative_facility_voluntary_registrations": 2,
        }

    async def test_a_registration_is_no_treatment_until_it_starts(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        before = await figures(manager)
        waiting = {"modality": "community", "legal_basis": "voluntary", "registered_on": "2020-11-01"}
        await post(stays=(waiting,))
        declined = waiting | {"modality": "methadone"} | ended("2020-12-01", "declined_before_start")
        await post(stays=(declined,))
        assert gain(before, await figures(manager)) == {
            "cumulative_community": 1,
            "cumulative_methadone_registrations": 1,
        }

    async def test_leaving_methadone(self, manager: httpx.AsyncClient, post: PostPerson) -> None:
        before = await figures(manager)
        await post(stays=(a_stay("methadone", "2019-07-01") | ended("2020-12-31", "moved_away"),))
        await post(stays=(a_stay("methadone", "2019-07-01") | ended("2021-01-01", "moved_away"),))
        assert gain(before, await figures(manager)) == {
            "methadone_patients": 1,
            "methadone_left": 1,
            "cumulative_methadone_registrations": 2,
        }

    async def test_the_completion_rate_is_of_courses_concluded(
        self, manager: httpx.AsyncClient, post: PostPerson
    ) -> None:
        for outcome in ("completed", "completed", "terminated_by_provider", "deceased"):
            await post(stays=(a_stay("facility", "2022-02-01") | ended("2022-08-01", outcome),))
        found = await figures(manager, unit="54", year=2022)
        assert found["rehab_courses_completed"] == 2
        assert found["rehab_courses_concluded"] == 3
        assert found["completion_rate"] == 66.7


class TestCommunes:
    async def test_a_hotspot_decision_makes_none_one(self, manager: httpx.AsyncClient) -> None:
        before = await figures(manager)
        decision = {"unit_code": PHUONG_1, "status": "hotspot_type_2", "from_on": "2020-06-01"}
        await created(manager, "/v1/commune-statuses", {"id": str(uuid4())} | decision)
        over = decision | {"unit_code": "22162", "to_on": "2020-12-31"}
        await created(manager, "/v1/commune-statuses", {"id": str(uuid4())} | over)
        after = await figures(manager)
        assert change(before, after) == {"hotspot_communes": (0, 1), "hotspot_communes_type_2": (0, 1)}
        later = await figures(manager, unit="54", year=2019)
        assert later["hotspot_communes"] == 0

    async def test_a_commune_under_two_decisions_is_one_commune(self, manager: httpx.AsyncClient) -> None:
        before = await figures(manager)
        for status, from_on in (
            ("hotspot_type_1", "2020-12-31"),
            ("drug_free", "2020-01-01"),
            ("drug_free", "2021-01-01"),
        ):
            decision = {"id": str(uuid4()), "unit_code": PHUONG_1, "status": status, "from_on": from_on}
            await created(manager, "/v1/commune-statuses", decision)
        assert gain(before, await figures(manager)) == {"hotspot_communes_type_1": 1, "drug_free_communes": 1}

    async def test_voided_decisions_and_counts_are_none(self, manager: httpx.AsyncClient) -> None:
        before = await figures(manager)
        decision = {"id": str(uuid4()), "unit_code": "22165", "status": "drug_free", "from_on": "2020-01-01"}
        counted = {"id": str(uuid4()), "unit_code": "22165", "counted_on": "2020-01-01", "count": 3}
        for collection, record in (("commune-statuses", decision), ("suspected-counts", counted)):
            await created(manager, f"/v1/{collection}", record)
            assert gain(before, await figures(manager)) != {}
            voided = await manager.post(f"/v1/{collection}/{record['id']}/void", json={"reason": "by mistake"})
            assert voided.status_code == 200
        assert await figures(manager) == before

    async def test_suspected_people_are_the_last_report_of_the_year(self, manager: httpx.AsyncClient) -> None:
        for commune, counted_on, count in (
            (PHUONG_1, "2020-03-01", 20),
            (PHUONG_1, "2020-12-31", 7),
            ("22162", "2020-05-01", 5),
            ("22162", "2021-01-01", 90),
            ("22165", "2019-12-31", 90),
        ):
            reported = {"id": str(uuid4()), "unit_code": commune, "counted_on": counted_on, "count": count}
            await created(manager, "/v1/suspected-counts", reported)
        body = await report(manager, **PHU_YEN, by="commune")
        found = values(body["figures"])
        assert (found["suspected_people"], found["communes_reporting_suspected"]) == (12, 2)
        rows = {row["code"]: values(row["figures"])["suspected_people"] for row in body["communes"]}
        assert (rows[PHUONG_1], rows["22162"], rows["22165"]) == (7, 5, None)


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


class TestRights:
    async def test_the_figure_is_the_same_for_everybody_who_may_see_it(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        callers = [
            dak_lak,
            await sign_in(Role.ANALYST),
            await sign_in(Role.ANALYST, unit=("66", date(2026, 1, 1))),
            await sign_in(Role.PROVINCE_SYSTEM, scopes=(TokenScope.REPORT,)),
        ]
        theirs = [await report(client, **PHU_YEN) for client in callers]
        assert theirs == [await report(manager, **PHU_YEN)] * len(callers)

    async def test_a_commune_officer_sees_the_commune_and_what_it_was(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=(PHUONG_1, date(2026, 1, 1)))
        assert (await figures(officer, unit=PHUONG_1, year=2025))["communes_total"] == 1
        assert (await figures(officer, unit=DIVIDED, year=2020))["communes_total"] == 1
        assert await refusal(officer, **PHU_YEN) == (403, "unit_not_granted")
        assert await refusal(officer, unit="22162", year=2020) == (403, "unit_not_granted")

    async def test_old_phu_yen_does_not_reach_the_whole_of_dak_lak(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, unit="66", year=2025) == (403, "unit_not_granted")

    async def test_a_commune_that_left_nothing_is_not_open_to_everybody(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", date(2026, 1, 1)))
        asked = {"unit": WITHOUT_SUCCESSOR, "year": 2020}
        assert await refusal(stranger, **asked) == (403, "unit_not_granted")
        assert (await figures(manager, **asked)) == (await figures(dak_lak, **asked))

    async def test_analysts_see_provinces_only(self, sign_in: SignIn) -> None:
        analyst = await sign_in(Role.ANALYST)
        assert await refusal(analyst, **PHU_YEN, by="commune") == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit="555", year=2020) == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit=PHUONG_1, year=2020) == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit="01", year=2020) == (403, "unit_not_granted")

    async def test_who_may_not_read_reports(self, sign_in: SignIn, anonymous: httpx.AsyncClient) -> None:
        assert await refusal(anonymous, **PHU_YEN) == (401, "unauthenticated")
        assert await refusal(await sign_in(Role.HEALTH_OFFICER), **PHU_YEN) == (403, "insufficient_scope")
        without = await sign_in(Role.PROVINCE_MANAGER, scopes=(TokenScope.READ, TokenScope.WRITE))
        assert await refusal(without, **PHU_YEN) == (403, "insufficient_scope")

    async def test_every_report_leaves_its_trace_and_names_nobody(self, sign_in: SignIn, app: FastAPI) -> None:
        analyst = await sign_in(Role.ANALYST, subject="analyst-of-traces")
        await report(analyst, **PHU_YEN)
        await refusal(analyst, unit="555", year=2020)
        async with transaction(app.state.sessions) as session:
            query = select(AuditEventRow).where(AuditEventRow.subject == "analyst-of-traces")
            seen, denied = (await session.exec(query.order_by(col(AuditEventRow.seq)))).all()
        assert (seen.operation, seen.entity, seen.decision) == ("get_annual_report", "unit:54@2020-12-31", "allowed")
        assert (seen.purpose, seen.person_ids) == ("reporting", [])
        assert denied.decision == "denied"


class TestRefusals:
    async def test_a_year_that_has_not_begun(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, unit="66", year=2027) == (409, "period_not_begun")

    async def test_a_map_from_before_the_periods_end(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, **PHU_YEN, on="2020-06-30") == (409, "map_before_period_end")

    async def test_a_unit_that_was_not_in_force(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params={"unit": "54", "year": 2025})
        assert (answer.status_code, answer.json()["code"]) == (404, "unit_not_in_force")
        assert [successor["code"] for successor in answer.json()["successors"]] == ["66"]

    @pytest.mark.parametrize("asked", [{"unit": "54"}, {"unit": "5", "year": 2020}, PHU_YEN | {"by": "village"}])
    async def test_what_does_not_fit_the_schema(self, manager: httpx.AsyncClient, asked: Json) -> None:
        assert (await refusal(manager, **asked))[0] == 422


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
