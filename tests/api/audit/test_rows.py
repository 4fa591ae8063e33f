"""The audit log: a page names the people it shows, a row names its purpose, and none holds a value."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api.records.kind import Kind
from registry.db.engine import transaction
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PERSON, a_document, a_record, an_episode
from tests.factories.posted import body_of, created, posted_episode, posted_file, posted_person, refused
from tests.factories.trails import audited


class TestLists:
    async def test_a_page_names_the_people_it_shows(
        self, app: FastAPI, sign_in: SignIn, watched: httpx.AsyncClient
    ) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))
        people = sorted([UUID(await posted_person(watched, unit_code="22240")) for _ in range(2)])
        for person in people:
            await posted_file(watched, str(person))
            await posted_episode(watched, str(person))

        for path, entity, groups in (
            ("/v1/persons", "person", ["person"]),
            ("/v1/persons?category=illegal_user", "person", ["file", "person"]),
            ("/v1/files", "management_file", ["file", "person"]),
            ("/v1/episodes", "episode", ["person", "treatment"]),
        ):
            answer = await officer.get(path)
            (row,) = await audited(app, answer)
            assert (row["person_ids"], row["entity"], row["field_groups"]) == (people, entity, groups), path
            assert (row["record_id"], row["purpose"], row["decision"]) == (None, "case_management", "allowed")

    async def test_a_search_by_number_says_so(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        await created(manager, f"/v1/persons/{person_id}/identity-documents", a_document(number="054092999777"))

        answer = await manager.post("/v1/persons/search", json={"identity_number": "054092999777"})

        (row,) = await audited(app, answer)
        assert (row["person_ids"], row["field_groups"]) == ([UUID(person_id)], ["identity", "person"])

    async def test_every_page_has_a_row(self, app: FastAPI, sign_in: SignIn, watched: httpx.AsyncClient) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22045", TODAY))
        people = [UUID(await posted_person(watched, unit_code="22045")) for _ in range(3)]

        first = await officer.get("/v1/persons?limit=2")
        second = await officer.get(body_of(first)["next"])

        shown = [(await audited(app, answer))[0]["person_ids"] for answer in (first, second)]
        assert [len(page) for page in shown] == [2, 1]
        assert sorted(shown[0] + shown[1]) == sorted(people)


class TestPurpose:
    async def test_the_caller_may_name_one(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)

        answer = await watched.get(f"/v1/persons/{person_id}", headers={"Registry-Purpose": "case_management"})

        assert [row["purpose"] for row in await audited(app, answer)] == ["case_management"]

    async def test_a_purpose_that_is_none(self, watched: httpx.AsyncClient) -> None:
        answer = await watched.get(f"/v1/persons/{uuid4()}", headers={"Registry-Purpose": "curiosity"})

        refused(answer, 422, "validation_failed")

    @pytest.mark.parametrize(
        ("role", "purpose"),
        [
            (Role.COMMUNE_OFFICER, "case_management"),
            (Role.HEALTH_OFFICER, "health_care"),
            (Role.PROVINCE_MANAGER, "supervision"),
            (Role.PROVINCE_SYSTEM, "reporting"),
        ],
    )
    async def test_each_role_has_its_own(
        self, app: FastAPI, sign_in: SignIn, watched: httpx.AsyncClient, role: Role, purpose: str
    ) -> None:
        person_id = await posted_person(watched)
        client = await sign_in(role)

        answer = await client.get(f"/v1/persons/{person_id}")

        assert [row["purpose"] for row in await audited(app, answer)] == [purpose]


_WITH_TEXT: tuple[tuple[Kind, tuple[str, ...]], ...] = tuple(
    (kind, fields)
    for kind in OF_PERSON
    if (
        fields := tuple(
            {"issuer", "tested_by", "determined_by", "address", "decision_number"} & set(kind.body.model_fields)
        )
    )
)


async def test_no_row_holds_a_value(app: FastAPI, watched: httpx.AsyncClient) -> None:
    """Names, numbers and notes go through every kind of record; none is found again in the audit log."""
    canary = "Cánary"
    person_id = await posted_person(watched, full_name=f"Nguyễn {canary}", aliases=[canary], birthplace=canary)
    for kind, fields in _WITH_TEXT:
        body = a_record(kind, **dict.fromkeys(fields, canary))
        await created(watched, f"/v1/persons/{person_id}/{kind.collection}", body)
    await watched.post("/v1/persons/search", json={"name": canary})
    await watched.post("/v1/persons/search", json={"identity_number": "Cnary-1"})

    async with transaction(app.state.sessions) as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql("SELECT count(*) FROM audit_event a WHERE a::text ILIKE '%nary%'")
        feed = await connection.exec_driver_sql("SELECT count(*) FROM change_feed f WHERE f::text ILIKE '%nary%'")

    assert (found.scalar_one(), feed.scalar_one()) == (0, 0)


async def test_a_step_that_cannot_be_audited_is_not_taken(app: FastAPI, watched: httpx.AsyncClient) -> None:
    person_id, body = await posted_person(watched), an_episode()
    async with transaction(app.state.sessions) as session:
        await (await session.connection()).exec_driver_sql("ALTER TABLE audit_event ADD CHECK (at IS NULL) NOT VALID")
    try:
        read = await watched.get(f"/v1/persons/{person_id}")
        written = await watched.post(f"/v1/persons/{person_id}/episodes", json=body)
    finally:
        async with transaction(app.state.sessions) as session:
            await (await session.connection()).exec_driver_sql(
                "ALTER TABLE audit_event DROP CONSTRAINT audit_event_at_check"
            )

    refused(read, 503, "unavailable")
    refused(written, 503, "unavailable")
    refused(await watched.get(f"/v1/persons/{person_id}/episodes/{body['id']}"), 404, "not_found")
