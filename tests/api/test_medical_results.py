"""Medical results through the API: for health officers alone, and not a byte of anybody else's answers depends on them.

What every kind of record does is in records/; who is let in, in test_policy_matrix.py; the database's own wall,
in tests/db/test_medical_wall.py.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from registry.api.kinds.medical import MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.api.operations import operations_of
from registry.db.engine import transaction
from registry.domain.access import FieldGroup, Permission, Role
from registry.domain.medical import Infection
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_client_count, a_document, a_record
from tests.factories.expected import Cell, questions
from tests.factories.places import ELSEWHERE, OWN
from tests.factories.posted import OF_THE_OCCASION, body_of, corrected, created, posted_person, refused
from tests.factories.specification import APP, SPEC
from tests.factories.trails import audited
from tests.factories.world import Caller, World, a_world

OF_OTHERS = [
    question
    for question in questions(operations_of(APP), SPEC).values()
    if question.is_reading and FieldGroup.MEDICAL not in question.access.shows
]
ABOUT_THE_TRAIL = {Permission.AUDIT_READ, Permission.ACCESS_LOG_READ}
"""Who tells of acts tells of those of health officers too: that, and when, but nothing of what was recorded."""
CANARY = "Bệnh viện Chim Hoàng Yến"


def a_result(**over: Any) -> Body:  # noqa: ANN401 - fields of any type
    return a_record(MEDICAL_RESULTS, **over)


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient) -> str:
    return await posted_person(manager, unit_code="22015")


@pytest.fixture(scope="module")
async def doctor(sign_in: SignIn) -> httpx.AsyncClient:
    """A health officer of the commune."""
    return await sign_in(Role.HEALTH_OFFICER, unit=("22015", TODAY))


@pytest.fixture(scope="module")
async def world(sign_in: SignIn, anonymous: httpx.AsyncClient) -> World:
    return await a_world(sign_in, anonymous)


class TestRules:
    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            ({"tested_on": "2026-11-22"}, "date_in_future", "/tested_on"),
            ({"treatment_started_on": "2026-11-22"}, "date_in_future", "/treatment_started_on"),
            ({"treatment_started_on": None}, "treatment_start_incomplete", "/treatment_started_on"),
            ({"treatment": "declined"}, "treatment_start_incomplete", "/treatment_started_on"),
        ],
    )
    async def test_a_refusal_names_the_field_and_no_value(
        self, doctor: httpx.AsyncClient, person: str, over: Body, code: str, pointer: str
    ) -> None:
        body = {name: value for name, value in a_result(**over).items() if value is not None}

        answer = await doctor.post(f"/v1/persons/{person}/medical-results", json=body)

        refused(answer, 409, code, pointer)
        assert not [value for name, value in body.items() if name != "id" and str(value) in answer.text]

    async def test_a_former_version_is_shown_field_by_field(self, doctor: httpx.AsyncClient, person: str) -> None:
        path = f"/v1/persons/{person}/medical-results"
        result = await created(doctor, path, a_result(treatment="ongoing", note="Phác đồ A"))
        assert (await corrected(doctor, f"{path}/{result['id']}", {"treatment": "completed"})).status_code == 200

        (former,) = body_of(await doctor.get(f"{path}/{result['id']}/versions"))["items"]

        assert {name: former["state"][name] for name in ("treatment", "note", "tested_on", "facility")} == {
            "treatment": "ongoing",
            "note": "Phác đồ A",
            "tested_on": "2026-03-02",
            "facility": None,
        }
        assert "content" not in former["state"]

    async def test_a_voided_one_keeps_what_it_was(self, doctor: httpx.AsyncClient, person: str) -> None:
        path = f"/v1/persons/{person}/medical-results"
        result = await created(doctor, path, a_result())
        assert (await doctor.post(f"{path}/{result['id']}/void", json={"reason": "Nhầm người"})).status_code == 200

        shown = body_of(await doctor.get(f"{path}/{result['id']}"))

        assert (shown["state"], shown["void_reason"], shown["result"]) == ("voided", "Nhầm người", "positive")
        assert result["id"] not in [each["id"] for each in body_of(await doctor.get(path))["items"]]

    async def test_each_reading_is_audited_as_medical(
        self, app: FastAPI, doctor: httpx.AsyncClient, person: str
    ) -> None:
        (row,) = await audited(app, await doctor.get(f"/v1/persons/{person}/medical-results"))
        assert (row["person_ids"], row["entity"]) == ([UUID(person)], "medical_result")
        assert (row["field_groups"], row["purpose"]) == (["medical"], "health_care")


class TestAtRest:
    async def test_what_is_stored_has_one_length_and_no_word(
        self, app: FastAPI, doctor: httpx.AsyncClient, person: str
    ) -> None:
        """The name of an infection has a length; so has the absence of a treatment."""
        path, ids = f"/v1/persons/{person}/medical-results", []
        for infection in Infection:
            bare = {"infection": infection, "result": "negative", "tested_on": "2026-03-02", "id": str(uuid4())}
            full = a_result(infection=infection, result="indeterminate", facility=CANARY, note="x" * 100)
            ids += [(await created(doctor, path, body))["id"] for body in (bare, full)]
        async with transaction(app.state.sessions) as session:
            found = await (await session.connection()).execute(
                text("SELECT content, medical_result::text FROM medical_result WHERE id = ANY (:ids)"), {"ids": ids}
            )
            stored = found.all()
        assert len(stored) == len(ids)
        assert len({len(content) for content, _ in stored}) == 1
        assert not [row for _, row in stored if any(infection in row for infection in Infection)]


class TestOthers:
    async def test_nothing_that_others_are_answered_depends_on_a_result(self, world: World, sign_in: SignIn) -> None:
        """Everybody gets the same bytes before and after: nobody counts, dates or suspects one, or a count of them."""
        doctor = await sign_in(Role.HEALTH_OFFICER, unit=("66", TODAY))
        before = [await told(caller, cell) for caller, cell in asked_by_others(world)]
        assert len(before) > 200

        path = f"/v1/persons/{world.places[OWN].person_id}/medical-results"
        first, second = [await created(doctor, path, a_result(facility=CANARY)) for _ in range(2)]
        await corrected(doctor, f"{path}/{first['id']}", {"note": CANARY})
        assert (await doctor.post(f"{path}/{second['id']}/void", json={"reason": CANARY})).status_code == 200

        path = f"/v1/persons/{world.places[OWN].person_id}/medical-referrals"
        service = world.places[OWN].id_of("support_service")
        referred = await created(doctor, path, a_record(MEDICAL_REFERRALS, service_id=service, made_on="2026-11-02"))
        await corrected(doctor, f"{path}/{referred['id']}", {"accepted_on": "2026-11-03", "note": CANARY})

        point = world.places[OWN].id_of("counselling_point")
        counted = await created(
            doctor, "/v1/hiv-client-counts", a_client_count(counselling_point_id=point, year=2026, month=9)
        )
        await corrected(doctor, f"/v1/hiv-client-counts/{counted['id']}", {"client_count": 5})

        after = [await told(caller, cell) for caller, cell in asked_by_others(world)]
        changed = [
            f"{caller.name} {cell.address}"
            for (caller, cell), was, now in zip(asked_by_others(world), before, after, strict=True)
            if was != now
        ]
        assert changed == []
        ours = (CANARY, first["id"], referred["id"], counted["id"])
        assert not [answer for answer in after if any(each in answer for each in ours)]

    async def test_nobody_else_learns_of_one_by_its_id(self, world: World) -> None:
        """The one answer to whoever is not a health officer, whether there is such a record or not."""
        place = world.places[OWN]
        known, unknown = place.id_of("medical_result"), str(uuid4())
        for caller in world.callers:
            if caller.role is Role.HEALTH_OFFICER:
                continue
            path = f"/v1/persons/{place.person_id}/medical-results"
            told = [
                [await caller.client.get(f"{path}/{record}"), await caller.client.get(f"{path}/{record}/versions")]
                for record in (known, unknown)
            ]
            for there, absent in zip(*told, strict=True):
                assert (there.status_code, there.headers.get("etag")) == (absent.status_code, None)
                assert without_id(there) == without_id(absent)

    async def test_another_province_s_health_officer_is_told_nothing(self, world: World, sign_in: SignIn) -> None:
        stranger = await sign_in(Role.HEALTH_OFFICER, unit=("01", TODAY))
        path = f"/v1/persons/{world.places[OWN].person_id}/medical-results"
        refused(await stranger.get(path), 404, "not_found")
        assert (await stranger.get(f"/v1/persons/{world.places[ELSEWHERE].person_id}/medical-results")).is_success

    async def test_a_manager_who_is_a_health_officer_too_reads_each_under_its_own_role(
        self, app: FastAPI, keeper: httpx.AsyncClient, person: str
    ) -> None:
        (medical,) = await audited(app, await keeper.get(f"/v1/persons/{person}/medical-results"))
        (files,) = await audited(app, await keeper.get(f"/v1/persons/{person}/files"))
        assert (medical["purpose"], files["purpose"]) == ("health_care", "supervision")

    async def test_a_person_is_not_found_by_a_word_of_a_result(
        self, manager: httpx.AsyncClient, doctor: httpx.AsyncClient, person: str
    ) -> None:
        await created(doctor, f"/v1/persons/{person}/medical-results", a_result(facility=CANARY))
        await created(manager, f"/v1/persons/{person}/identity-documents", a_document())
        for word in (CANARY, "hiv", "positive"):
            assert body_of(await doctor.post("/v1/persons/search", json={"name": word}))["items"] == []


def asked_by_others(world: World) -> Iterator[tuple[Caller, Cell]]:
    """Everything that can be read and is not medical, as everybody whom the policy lets in."""
    for caller in world.callers:
        for question in OF_OTHERS:
            if question.refusal(caller) is None and question.access.permission not in ABOUT_THE_TRAIL:
                cells = question.cells(caller, world)
                yield from ((caller, cell) for cell in cells if cell.relation in {OWN, "everything"})


async def told(caller: Caller, cell: Cell) -> str:
    """An answer but for what belongs to the occasion: a sealed cursor is another one each time.

    The position in the feed moves with every write in the register, whatever and whoever's it is.
    """
    content = None if cell.body is None else json.dumps(cell.body)
    answer = await caller.client.request(
        cell.method, cell.address, params=dict(cell.query), content=content, headers=dict(cell.headers)
    )
    passing = {"instance", "next", "next_cursor", "cursor", "position", "feed_position"}
    body = {name: value for name, value in body_of(answer).items() if name not in passing}
    passing_headers = OF_THE_OCCASION | {"content-length"}  # the body is compared
    headers = {name: value for name, value in answer.headers.items() if name not in passing_headers}
    return json.dumps([answer.status_code, headers, body], ensure_ascii=False, sort_keys=True)


def without_id(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers["x-request-id"], "")
