"""The audit log: every answer that shows a person, every change and every denial leaves a row; none holds a value."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.situation import STATUSES
from registry.api.records.kind import Kind
from registry.db.engine import transaction
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.access import Role
from registry.domain.policy import POLICY
from registry.settings import Settings
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import ALL_KINDS, a_document, a_file, a_person, a_record, an_episode
from tests.factories.posted import body_of, corrected, created, posted_episode, posted_file, posted_person, refused
from tests.factories.shelf import Shelf, put, shelf_of, voided
from tests.factories.trails import audited

Row: TypeAlias = dict[str, Any]
Perform: TypeAlias = Callable[[Shelf, httpx.AsyncClient], Awaitable[tuple[httpx.Response, str]]]

MANAGER = "the manager whose steps are followed"


@pytest.fixture(scope="module")
async def watched(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager of the province and health officer, under a name that the rows can be compared with."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, subject=MANAGER, client_id="an-app")


@pytest.fixture
async def shelf(request: pytest.FixtureRequest, watched: httpx.AsyncClient) -> Shelf:
    return await shelf_of(request.param, watched)


every_kind = pytest.mark.parametrize("shelf", ALL_KINDS, ids=lambda kind: kind.singular, indirect=True)


def row_of(shelf: Shelf, record_id: str, operation: str, **over: object) -> Row:
    person = shelf.owner({"id": record_id})
    return {
        "issuer": ISSUER, "subject": MANAGER, "on_behalf_of": None, "client_id": "an-app",
        "purpose": {**POLICY[Role.HEALTH_OFFICER], **POLICY[Role.PROVINCE_MANAGER]}[shelf.kind.read],
        "operation": operation, "person_ids": [UUID(person)] if person else [], "entity": shelf.entity,
        "record_id": UUID(record_id), "field_groups": sorted(shelf.kind.groups), "decision": "allowed", **over,
    }  # fmt: skip


async def creating(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = shelf.body()
    return await client.post(shelf.path, json=body), body["id"]


async def repeating(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.post(shelf.path, json=body), body["id"]


async def reading(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.get(shelf.address(body)), body["id"]


async def reading_versions(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.get(f"{shelf.address(body)}/versions"), body["id"]


async def changing(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await corrected(client, shelf.address(body), dict(shelf.kind.correction)), body["id"]


async def changing_nothing(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await corrected(client, shelf.address(body), {}), body["id"]


async def voiding(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await voided(shelf, client, body), body["id"]


async def voiding_again(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    await voided(shelf, client, body)
    return await voided(shelf, client, body), body["id"]


STEPS: dict[Perform, str] = {
    creating: "create_{}",
    repeating: "create_{}",
    reading: "get_{}",
    reading_versions: "list_{}_versions",
    changing: "change_{}",
    changing_nothing: "change_{}",
    voiding: "void_{}",
    voiding_again: "void_{}",
}


@every_kind
@pytest.mark.parametrize("step", [creating, reading, changing, voiding], ids=lambda step: step.__name__)
async def test_a_step_leaves_one_row(app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform) -> None:
    await check(app, watched, shelf, step)


@pytest.mark.parametrize("shelf", [PERSONS, EPISODES, STATUSES], ids=lambda kind: kind.singular, indirect=True)
@pytest.mark.parametrize(
    "step", [repeating, reading_versions, changing_nothing, voiding_again], ids=lambda step: step.__name__
)
async def test_a_step_that_changes_nothing_leaves_one_row_too(
    app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform
) -> None:
    await check(app, watched, shelf, step)


async def check(app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform) -> None:
    answer, record_id = await step(shelf, watched)

    assert answer.is_success, answer.text
    rows = [row for row in await audited(app, answer) if row["entity"] == shelf.entity]
    assert rows == [row_of(shelf, record_id, STEPS[step].format(shelf.kind.singular))]


async def test_a_person_s_first_residence_has_a_row_of_its_own(app: FastAPI, watched: httpx.AsyncClient) -> None:
    answer = await watched.post("/v1/persons", json=(body := a_person()))

    rows = await audited(app, answer)

    assert [(row["entity"], row["record_id"]) for row in rows] == [
        ("person", UUID(body["id"])),
        ("residence", UUID(body["residence"]["id"])),
    ]


class TestStateChanges:
    async def test_closing_a_file(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)
        file = await posted_file(watched, person_id)
        address, end = f"/v1/persons/{person_id}/files/{file['id']}/close", {"closed_on": "2021-03-10"}

        answer = await watched.post(address, json=end | {"close_reason": "term_ended"})

        assert [(row["operation"], row["person_ids"], row["field_groups"]) for row in await audited(app, answer)] == [
            ("close_file", [UUID(person_id)], ["file"])
        ]

    async def test_ending_an_episode(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)
        episode = await posted_episode(watched, person_id)
        address = f"/v1/persons/{person_id}/episodes/{episode['id']}/exit"

        answer = await watched.post(address, json={"ended_on": "2020-09-16", "outcome": "completed"})

        assert [(row["operation"], row["person_ids"], row["field_groups"]) for row in await audited(app, answer)] == [
            ("exit_episode", [UUID(person_id)], ["treatment"])
        ]


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


class TestDenials:
    async def test_what_is_not_found_was_asked_for(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        absent = uuid4()

        answer = await watched.get(f"/v1/persons/{absent}")

        (row,) = await audited(app, answer)
        assert (row["subject"], row["operation"], row["decision"]) == (MANAGER, "get_person", "denied")
        assert (row["purpose"], row["person_ids"], row["field_groups"]) == ("supervision", [absent], ["person"])

    async def test_what_may_not_be_done_was_tried(self, app: FastAPI, sign_in: SignIn) -> None:
        auditor = await sign_in(Role.AUDITOR, subject="an auditor")

        answer = await auditor.get(f"/v1/persons/{uuid4()}")

        (row,) = await audited(app, answer)
        assert (row["subject"], row["operation"], row["decision"]) == ("an auditor", "get_person", "denied")
        assert row["purpose"] is None

    async def test_a_unit_out_of_reach_was_named(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        answer = await watched.get("/v1/episodes?unit=01")

        refused(answer, 403, "unit_not_granted")
        assert [(row["operation"], row["decision"]) for row in await audited(app, answer)] == [
            ("list_episodes", "denied")
        ]

    async def test_a_rule_that_refuses_leaves_nothing(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)

        answer = await watched.post(f"/v1/persons/{person_id}/files", json=a_file(opened_on="2030-01-01"))

        refused(answer, 409, "date_in_future")
        assert await audited(app, answer) == []

    async def test_a_token_that_is_not_accepted_leaves_nothing(
        self, app: FastAPI, anonymous: httpx.AsyncClient
    ) -> None:
        answer = await anonymous.get(f"/v1/persons/{uuid4()}")

        assert await audited(app, answer) == []


async def test_a_denial_is_written_after_its_transaction_has_let_go(
    settings: Settings, database_url: str, issuer: DemoIssuer, sign_in: SignIn
) -> None:
    """Or a crowd that is denied would hold every connection and wait for another."""
    await sign_in(Role.PROVINCE_MANAGER, subject="one of a crowd")
    narrow = create_app(
        settings.model_copy(update={"pool_size": 1, "pool_timeout_seconds": 1.0}),
        database_url=database_url,
        clock=lambda: NOW,
    )
    headers = {"Authorization": f"Bearer {issuer.token('one of a crowd', now=NOW)}"}
    async with (
        narrow.router.lifespan_context(narrow),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(narrow), base_url="https://registry.example", headers=headers
        ) as client,
    ):
        answer = await client.get(f"/v1/persons/{uuid4()}")
        rows = await audited(narrow, answer)

    assert (answer.status_code, [row["decision"] for row in rows]) == (404, ["denied"])


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


_WITH_TEXT: tuple[tuple[Kind, tuple[str, ...]], ...] = tuple(
    (kind, fields)
    for kind in ALL_KINDS
    if (
        fields := tuple(
            {"issuer", "tested_by", "determined_by", "address", "decision_number"} & set(kind.body.model_fields)
        )
    )
    and kind.collection not in {"organisations", "commune-statuses"}
)
