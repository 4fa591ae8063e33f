"""How many people an officer may be shown in an hour, and what happens beyond."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.api.records.kind import Kind
from registry.db.engine import transaction
from registry.db.tables.tasks import TaskRow
from registry.domain.access import Role
from registry.domain.task import TaskKind
from registry.settings import Settings
from tests.conftest import NOW, SignIn
from tests.factories.bodies import OF_PEOPLE, a_person, an_episode
from tests.factories.clock import Clock
from tests.factories.posted import MERGE_PATCH, body_of, created, posted_organisation, posted_person
from tests.factories.shelf import put, shelf_of
from tests.factories.trails import audited

MOST = 3


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _the_quarter_past(clock: Clock) -> None:
    clock.now = NOW + timedelta(minutes=15)


@pytest.fixture(scope="module")
def strict(settings: Settings) -> Settings:
    few = {"max_persons_per_hour": MOST, "max_persons_per_hour_of_systems": MOST + 1, "pool_size": 5}
    return settings.model_copy(update=few)


@pytest.fixture(scope="module")
async def app(database_url: str, strict: Settings, clock: Clock) -> AsyncIterator[FastAPI]:
    application = create_app(strict, database_url=database_url, clock=clock)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def people(manager: httpx.AsyncClient) -> list[str]:
    return [await posted_person(manager) for _ in range(MOST + 2)]


@pytest.fixture
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER)


async def read(client: httpx.AsyncClient, person_id: str) -> int:
    return (await client.get(f"/v1/persons/{person_id}")).status_code


async def read_all(client: httpx.AsyncClient, people: list[str]) -> list[int]:
    return [await read(client, person_id) for person_id in people]


class TestOneAfterTheOther:
    async def test_beyond_the_most_nothing_is_shown(self, officer: httpx.AsyncClient, people: list[str]) -> None:
        seen = await read_all(officer, people[:MOST])
        refused = await officer.get(f"/v1/persons/{people[MOST]}")

        assert seen == [200] * MOST
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "2700"
        assert refused.json() == {
            "type": "https://registry.example/problems/too_many_persons",
            "title": "Too many people were to be seen",
            "status": 429,
            "detail": "You may see 3 different people within an hour. Nothing was shown. Try again in 2700 seconds.",
            "instance": f"urn:uuid:{refused.headers['X-Request-ID']}",
            "code": "too_many_persons",
            "errors": [],
            "max_persons": MOST,
            "retry_after": 2700,
        }

    async def test_a_refusal_counts_nobody_and_those_seen_may_be_seen_again(
        self, officer: httpx.AsyncClient, people: list[str]
    ) -> None:
        await read_all(officer, people)

        assert await read_all(officer, people) == [200] * MOST + [429] * 2

    async def test_it_is_denied_in_the_audit_log(
        self, app: FastAPI, officer: httpx.AsyncClient, people: list[str]
    ) -> None:
        await read_all(officer, people[:MOST])
        refused = await officer.get(f"/v1/persons/{people[MOST]}")

        (row,) = await audited(app, refused)
        assert (row["decision"], row["operation"], row["person_ids"]) == ("denied", "get_person", [UUID(people[MOST])])

    async def test_with_the_hour_others_may_be_seen(
        self, officer: httpx.AsyncClient, people: list[str], clock: Clock
    ) -> None:
        refused = (await read_all(officer, people))[MOST]
        clock.move(timedelta(seconds=2699))
        still = await read(officer, people[MOST])
        clock.move(timedelta(seconds=1))

        assert (refused, still, await read(officer, people[MOST])) == (429, 429, 200)


class TestWhatCounts:
    async def test_everybody_on_a_page_and_none_of_a_page_that_is_refused(
        self, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        for _ in range(MOST + 1):
            await posted_person(manager, unit_code="22165")
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22165", NOW.date()))
        answers = [await officer.get("/v1/persons", params={"limit": limit}) for limit in (2, MOST + 1, MOST)]

        assert [answer.status_code for answer in answers] == [200, 429, 200]
        assert "items" not in answers[1].json()

    async def test_those_found_by_a_search(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        for _ in range(MOST + 1):
            await posted_person(manager, unit_code="22207", full_name="Ẩn Danh Thử")
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22207", NOW.date()))

        found = await officer.post("/v1/persons/search", json={"name": "an danh thu"})
        assert (found.status_code, found.json()["code"]) == (429, "too_many_persons")

    @pytest.mark.parametrize("kind", OF_PEOPLE, ids=lambda kind: kind.singular)
    async def test_every_reading_of_every_record_of_a_person(
        self, kind: Kind, manager: httpx.AsyncClient, officer: httpx.AsyncClient, people: list[str]
    ) -> None:
        shelf = await shelf_of(kind, manager)
        address = shelf.address(await put(shelf, manager))
        await read_all(officer, people[:MOST])

        refused = [await officer.get(path) for path in (address, f"{address}/versions", shelf.path)]
        assert [answer.json()["code"] for answer in refused] == ["too_many_persons"] * 3

    async def test_a_change_that_changes_nothing_but_shows_the_record(
        self, officer: httpx.AsyncClient, people: list[str]
    ) -> None:
        await read_all(officer, people[:MOST])
        headers = {"If-Match": '"v1-person"', "Content-Type": MERGE_PATCH}

        shown = await officer.patch(f"/v1/persons/{people[MOST]}", content=b"{}", headers=headers)
        assert (shown.status_code, shown.json()["code"]) == (429, "too_many_persons")


class TestWhatDoesNot:
    async def test_what_an_officer_writes(self, officer: httpx.AsyncClient, people: list[str]) -> None:
        await read_all(officer, people[:MOST])
        body = a_person()
        posted = [await officer.post("/v1/persons", json=body) for _ in range(2)]
        headers = {"If-Match": posted[0].headers["ETag"], "Content-Type": MERGE_PATCH}
        changed = await officer.patch(f"/v1/persons/{body['id']}", content=b'{"ethnicity": "cham"}', headers=headers)
        beside = await officer.post(f"/v1/persons/{people[MOST]}/episodes", json=an_episode())

        assert [answer.status_code for answer in (*posted, beside)] == [201, 200, 201]
        assert changed.status_code in {200, 422}, changed.text

    async def test_what_is_about_nobody(self, officer: httpx.AsyncClient, people: list[str]) -> None:
        await read_all(officer, people[:MOST])

        paths = ("/v1/meta", "/v1/codes", "/v1/organisations", "/health/ready")
        assert [(await officer.get(path)).status_code for path in paths] == [200] * len(paths)


class TestWhoIsCounted:
    async def test_nobody_for_another(self, sign_in: SignIn, people: list[str]) -> None:
        first, second = await sign_in(Role.PROVINCE_MANAGER), await sign_in(Role.PROVINCE_MANAGER)
        await read_all(first, people[:MOST])

        assert await read(second, people[MOST]) == 200

    async def test_an_officer_with_every_client(self, sign_in: SignIn, people: list[str]) -> None:
        phone = await sign_in(Role.PROVINCE_MANAGER, subject="two clients", client_id="phone")
        desktop = await sign_in(Role.PROVINCE_MANAGER, subject="two clients", client_id="desktop")
        await read_all(phone, people[:MOST])

        assert await read(desktop, people[MOST]) == 429

    @pytest.mark.parametrize(("subject", "most"), [("system", MOST + 1), ("an officer with its grant", MOST)])
    async def test_a_system_by_a_setting_of_its_own(
        self, sign_in: SignIn, people: list[str], subject: str, most: int
    ) -> None:
        client = await sign_in(Role.PROVINCE_SYSTEM, subject=subject, client_id="system")
        assert await read_all(client, people) == [200] * most + [429] * (len(people) - most)


class TestAtTheSameTime:
    @pytest.fixture
    async def processes(
        self, database_url: str, strict: Settings, clock: Clock, officer: httpx.AsyncClient
    ) -> AsyncIterator[list[httpx.AsyncClient]]:
        """The same officer at two processes of the service."""
        async with AsyncExitStack() as stack:
            clients = []
            for _ in range(2):
                application = create_app(strict, database_url=database_url, clock=clock)
                await stack.enter_async_context(application.router.lifespan_context(application))
                transport = httpx.ASGITransport(app=application)
                client = httpx.AsyncClient(transport=transport, base_url=officer.base_url, headers=officer.headers)
                clients.append(await stack.enter_async_context(client))
            yield clients

    async def test_two_processes_come_to_the_same_sum(
        self, manager: httpx.AsyncClient, processes: list[httpx.AsyncClient]
    ) -> None:
        crowd = [await posted_person(manager) for _ in range(8)]
        asked = [(processes[place % 2], person_id) for place, person_id in enumerate(crowd)]
        statuses = await asyncio.gather(*(read(client, person_id) for client, person_id in asked))

        assert sorted(statuses) == [200] * MOST + [429] * (len(crowd) - MOST)

    async def test_one_person_is_counted_once(self, people: list[str], processes: list[httpx.AsyncClient]) -> None:
        await asyncio.gather(*(read(client, people[0]) for client in processes * 4))

        assert await read_all(processes[0], people[1:]) == [200, 200, 429, 429]


class TestTheAlarm:
    async def test_the_log_and_the_metrics_tell(
        self, officer: httpx.AsyncClient, people: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        before = await counted(officer)
        with caplog.at_level(logging.WARNING):
            await read_all(officer, people[: MOST + 1])

        (line,) = [record for record in caplog.records if record.getMessage() == "abnormal_usage.detected"]
        assert vars(line)["operation"] == "get_person"
        assert vars(line)["client_id"] == "test-app"
        assert await counted(officer) == before + 1

    async def test_the_administrator_finds_one_task_for_the_grant(
        self, app: FastAPI, sign_in: SignIn, people: list[str]
    ) -> None:
        officer = await sign_in(Role.PROVINCE_MANAGER, subject="too curious")
        before = {task["id"] for task in await alarms(sign_in)}
        await read_all(officer, people)
        (task,) = [task for task in await alarms(sign_in) if task["id"] not in before]

        assert (task["entity"], task["state"], task["person_id"]) == ("access_grant", "open", None)
        async with transaction(app.state.sessions) as session:
            row = await session.get(TaskRow, UUID(task["id"]))
        assert row is not None
        assert row.opened_by.endswith("|too curious")

    async def test_one_who_acts_for_an_organisation_is_found_in_its_unit(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        organisation = await posted_organisation(manager)
        patients = [await posted_person(manager) for _ in range(MOST + 1)]
        for person_id in patients:
            await created(manager, f"/v1/persons/{person_id}/episodes", an_episode(provider_id=organisation))
        before = {task["id"] for task in await alarms(sign_in)}
        facility = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(organisation))

        assert await read_all(facility, patients) == [200] * MOST + [429]
        assert len({task["id"] for task in await alarms(sign_in)} - before) == 1


async def counted(client: httpx.AsyncClient) -> float:
    text = (await client.get("/metrics")).text
    (value,) = [line.split()[1] for line in text.splitlines() if line.startswith("registry_abnormal_usage_total ")]
    return float(value)


async def alarms(sign_in: SignIn) -> list[dict[str, Any]]:
    """The alarms in the inbox of the administrator of the province of today."""
    administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", NOW.date()))
    found: Any = body_of(await administrator.get("/v1/tasks", params={"kind": TaskKind.ABNORMAL_USAGE, "limit": 500}))
    return list(found["items"])
