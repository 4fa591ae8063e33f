"""The figures of the annual report, on people who were posted over HTTP."""

from uuid import uuid4

import httpx

from registry.domain.indicator import Indicator
from tests.factories.reported import (
    PHU_YEN,
    PHUONG_1,
    PostPerson,
    a_file,
    a_stay,
    change,
    created,
    ended,
    figures,
    gain,
    report,
    values,
)


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
            "plan_targets": [],
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
        assert unknown == {
            *("suspected_people", "completion_rate", "aftercare_coverage_pct", "relapse_rate_12m"),
            *("education_measure_covered_pct", "addicted_change_pct", "club_members_clean_pct", "clubs_rated_kha_pct"),
        }
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
            "courses_completed": 1,
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
            "courses_completed": 1,
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
