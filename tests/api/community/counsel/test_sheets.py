"""A sheet becomes one session and one attendance per person, each by itself."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from registry.api.kinds.clubs import CLUBS
from registry.api.schemas.examples import NETWORK_WORKER
from tests.conftest import SignIn
from tests.factories.bodies import a_record
from tests.factories.counselling import SESSIONS, Point, a_group, a_point_set_up, an_attendee, attended, held, told
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused
from tests.factories.stored import rows


class TestSheet:
    async def test_becomes_a_session_and_an_attendance_for_each(self, officer: httpx.AsyncClient, point: Point) -> None:
        persons = [await posted_person(officer) for _ in range(3)]
        sheet = a_group(point.id, *persons)

        answer = await created(officer, SESSIONS, sheet)

        assert told(answer) == [("applied", None)] * 3
        assert [each["id"] for each in answer["attendances"]] == [each["id"] for each in sheet["attendees"]]
        session = body_of(await officer.get(f"{SESSIONS}/{sheet['id']}"))
        assert (session["on_file_count"], session["family_count"]) == (3, 2)
        assert not any(person in str(session) for person in persons)
        for person, attendee in zip(persons, sheet["attendees"], strict=True):
            (attendance,) = await attended(officer, person)
            expected = {"session_id": sheet["id"], "organisation_id": point.id, "held_on": "2026-11-20"}
            assert attendance.items() >= {**expected, "id": attendee["id"], "note": None}.items()

    async def test_a_club_meets_on_a_topic_and_nobody_else_does(self, officer: httpx.AsyncClient, point: Point) -> None:
        club = (await created(officer, "/v1/clubs", a_record(CLUBS, code="PY-CLB-HOP")))["id"]
        meeting: dict[str, JsonValue] = {"form": "meeting", "topic": "Vay vốn"}
        person = await posted_person(officer)

        met = await held(officer, club, person, **meeting, speaker_id=NETWORK_WORKER)

        assert told(met) == [("applied", None)]
        answer = await officer.post(SESSIONS, json=a_group(point.id, **meeting))
        refused(answer, 409, "organisation_unknown", "/organisation_id")
        answer = await officer.post(SESSIONS, json=a_group(club, form="meeting"))
        refused(answer, 409, "topic_does_not_fit", "/topic")

    async def test_one_out_of_reach_is_refused_alone_and_like_one_who_is_nobody(
        self, officer: httpx.AsyncClient, stranger: httpx.AsyncClient, point: Point
    ) -> None:
        mine, theirs = (
            await posted_person(officer),
            await posted_person(stranger, unit_code="00004", from_on="2026-01-01"),
        )

        answer = await held(officer, point.id, mine, theirs, str(uuid4()))

        assert told(answer) == [("applied", None), ("rejected", "not_found"), ("rejected", "not_found")]
        one, other = answer["attendances"][1:]
        assert {**one["errors"][0], "pointer": ""} == {**other["errors"][0], "pointer": ""}
        assert [each["errors"][0]["pointer"] for each in (one, other)] == ["/attendees/1", "/attendees/2"]
        assert len(await attended(officer, mine)) == 1
        assert await attended(stranger, theirs) == []

    async def test_sent_again_it_is_known_and_who_was_refused_is_judged_anew(
        self, officer: httpx.AsyncClient, point: Point
    ) -> None:
        there, late = await posted_person(officer), str(uuid4())
        sheet = a_group(point.id, there, late)
        first = await created(officer, SESSIONS, sheet)
        await posted_person(officer, id=late)

        again = await officer.post(SESSIONS, json=dict(reversed(sheet.items())))

        assert told(first) == [("applied", None), ("rejected", "not_found")]
        assert again.status_code == 200
        assert told(body_of(again)) == [("duplicate", None), ("applied", None)]
        assert body_of(again)["version"] == first["version"] == 1

    async def test_a_longer_list_is_another_sheet(self, officer: httpx.AsyncClient, point: Point) -> None:
        sheet = a_group(point.id, await posted_person(officer))
        await created(officer, SESSIONS, sheet)
        longer = {**sheet, "attendees": [*sheet["attendees"], an_attendee(await posted_person(officer))]}

        refused(await officer.post(SESSIONS, json=longer), 409, "record_id_conflict", "/id")

    async def test_who_comes_later_has_a_route_of_their_own(self, officer: httpx.AsyncClient, point: Point) -> None:
        session = await held(officer, point.id, await posted_person(officer))
        late = await posted_person(officer)
        body = {"id": str(uuid4()), "session_id": session["id"], "legal_basis": "consent"}

        attendance = await created(officer, f"/v1/persons/{late}/attendances", body)

        assert attendance["held_on"] == session["held_on"]
        assert body_of(await officer.get(f"{SESSIONS}/{session['id']}"))["on_file_count"] == 1
        once_more = await officer.post(f"/v1/persons/{late}/attendances", json={**body, "id": str(uuid4())})
        refused(once_more, 409, "attendance_already_recorded")

    async def test_somebody_twice_on_a_sheet_attended_once(self, officer: httpx.AsyncClient, point: Point) -> None:
        person = await posted_person(officer)

        answer = await held(officer, point.id, person, person)

        assert told(answer) == [("applied", None), ("rejected", "attendance_already_recorded")]
        assert answer["on_file_count"] == 1

    async def test_each_leaves_its_own_trace(self, app: FastAPI, officer: httpx.AsyncClient, point: Point) -> None:
        person, nobody = await posted_person(officer), uuid4()

        answer = await officer.post(SESSIONS, json=a_group(point.id, person, str(nobody)))

        left = await rows(
            app,
            "SELECT entity, person_ids, decision FROM audit_event WHERE request_id = :id",
            id=UUID(answer.headers["x-request-id"]),
        )
        assert ("counselling_session", [], "allowed") in left
        assert ("attendance", [UUID(person)], "allowed") in left
        assert [each for each in left if each[2] == "denied"] == [(None, [nobody], "denied")]
        fed = await rows(
            app, "SELECT entity FROM change_feed WHERE person_id = :id AND unit_id IS NOT NULL", id=UUID(person)
        )
        assert fed.count(("attendance",)) == 1

    async def test_totals_stay_when_a_person_is_voided(self, officer: httpx.AsyncClient, point: Point) -> None:
        person = await posted_person(officer)
        session = await held(officer, point.id, person)

        assert (await officer.post(f"/v1/persons/{person}/void", json={"reason": "Entered twice."})).status_code == 200

        now = body_of(await officer.get(f"{SESSIONS}/{session['id']}"))
        assert (now["on_file_count"], now["version"]) == (1, 1)
        listed = body_of(await officer.get(f"{SESSIONS}/{session['id']}/attendances"))
        assert listed["items"] == []


class TestList:
    async def test_by_organisation_form_and_day(self, officer: httpx.AsyncClient, sign_in: SignIn) -> None:
        point = await a_point_set_up(officer, sign_in)
        group = await held(officer, point.id, held_on="2026-10-01")
        talk = {"form": "talk", "topic": "Dự phòng tái nghiện", "counsellor_id": NETWORK_WORKER}
        later = await held(officer, point.id, held_on="2026-10-02", speaker_id=NETWORK_WORKER, **talk)

        async def listed(query: str = "") -> list[str]:
            items = await pages(officer, f"{SESSIONS}?organisation_id={point.id}&limit=1{query}")
            return [each["id"] for each in items]

        assert await listed() == [group["id"], later["id"]]
        assert await listed("&form=talk") == [later["id"]]
        assert await listed("&until=2026-10-01") == [group["id"]]
        assert await listed("&since=2026-10-02&until=2026-10-02") == [later["id"]]
        assert (later["counsellor_id"], later["speaker_id"]) == (NETWORK_WORKER, NETWORK_WORKER)


class TestRules:
    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"form": "talk"}, "topic_does_not_fit", "/topic", id="a talk on nothing"),
            pytest.param({"form": "individual", "topic": "x"}, "topic_does_not_fit", "/topic", id="one person's topic"),
            pytest.param(
                {"speaker_id": str(uuid4())}, "named_record_unknown", "/speaker_id", id="a speaker who is nobody"
            ),
            pytest.param(
                {"speaker_id": NETWORK_WORKER}, "speaker_without_talk", "/speaker_id", id="a group's guest speaker"
            ),
            pytest.param({"family_count": 0}, "session_without_people", None, id="nobody came"),
            pytest.param({"held_on": "2026-11-22"}, "date_in_future", "/held_on", id="tomorrow"),
            pytest.param({"held_on": "2020-06-25"}, "dates_out_of_order", "/held_on", id="before the point opened"),
            pytest.param(
                {"form": "prevention", "on_file_count": 1}, "session_names_nobody", "/on_file_count", id="prevention"
            ),
        ],
    )
    async def test_what_cannot_have_been(
        self, officer: httpx.AsyncClient, point: Point, over: dict[str, str | int], code: str, pointer: str | None
    ) -> None:
        refused(await officer.post(SESSIONS, json=a_group(point.id, **over)), 409, code, pointer)

    async def test_prevention_takes_numbers_and_no_names(self, officer: httpx.AsyncClient, point: Point) -> None:
        person = await posted_person(officer)
        session = await held(officer, point.id, form="prevention", at_risk_count=7, family_count=0)
        body = {"id": str(uuid4()), "session_id": session["id"], "legal_basis": "consent"}

        answer = await officer.post(f"/v1/persons/{person}/attendances", json=body)

        refused(answer, 409, "session_names_nobody", "/session_id")
        assert session["on_file_count"] == 0

    async def test_a_session_that_was_attended_stays_where_and_when_it_was(
        self, officer: httpx.AsyncClient, point: Point
    ) -> None:
        person = await posted_person(officer)
        session = await held(officer, point.id, person)
        address = f"{SESSIONS}/{session['id']}"

        refused(await corrected(officer, address, {"held_on": "2026-11-19"}), 409, "session_attended")
        refused(await officer.post(f"{address}/void", json={"reason": "Entered twice."}), 409, "session_attended")
        assert (await corrected(officer, address, {"other_count": 4})).status_code == 200
        (attendance,) = await attended(officer, person)
        gone = f"/v1/persons/{person}/attendances/{attendance['id']}/void"
        assert (await officer.post(gone, json={"reason": "Was not there."})).status_code == 200
        assert (await officer.post(f"{address}/void", json={"reason": "Entered twice."})).status_code == 200

    async def test_organisations_that_hold_no_sessions(
        self, officer: httpx.AsyncClient, stranger: httpx.AsyncClient, point: Point
    ) -> None:
        refused(
            await officer.post(SESSIONS, json=a_group(str(uuid4()))), 409, "organisation_unknown", "/organisation_id"
        )
        refused(await stranger.post(SESSIONS, json=a_group(point.id)), 403, "unit_not_granted", "/organisation_id")
