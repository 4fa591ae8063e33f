"""What the jobs do."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from registry.db.engine import Sessions, transaction
from registry.db.tables.emergency import EmergencyAccessRow
from registry.db.tables.idempotency import IdempotencyKeyRow
from registry.db.tables.reads import PersonReadRow
from registry.db.tables.tasks import TaskRow
from registry.db.tables.trail import AccessGrantRow, AuditEventRow
from registry.domain.access import Role
from registry.domain.emergency import EmergencyState
from registry.domain.task import TaskKind, TaskState
from registry.worker.job import ISSUER
from registry.worker.jobs import JOBS
from tests.conftest import NOW, SignIn
from tests.factories.bodies import a_person, a_request
from tests.factories.clock import Clock
from tests.factories.emergencies import asked
from tests.factories.posted import corrected, created, posted_person
from tests.factories.tasks import opened, unit_of
from tests.worker.conftest import Hire

YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


async def run_all(hire: Hire) -> None:
    worker = hire(*JOBS)
    await worker.prepare()
    await worker.run_due(asyncio.Event())


async def tasks_on(sessions: Sessions, record_id: UUID | str) -> list[TaskRow]:
    async with transaction(sessions) as session:
        found = select(TaskRow).where(TaskRow.record_id == UUID(str(record_id)))
        return list((await session.exec(found.order_by(col(TaskRow.opened_at)))).all())


async def traced(sessions: Sessions, task: TaskRow) -> list[tuple[str, str, list[UUID]]]:
    """Read who left a trace about a task, and about whom."""
    async with transaction(sessions) as session:
        found = select(AuditEventRow).where(AuditEventRow.entity == "task", AuditEventRow.record_id == task.id)
        return [(row.issuer, row.subject, row.person_ids) for row in (await session.exec(found)).all()]


def test_every_job_has_a_name_of_its_own_that_fits() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(len(job.name) <= 40 for job in JOBS)


class TestPeopleRead:
    async def test_whom_officers_saw_is_forgotten_when_the_hour_after_is_over(
        self, sign_in: SignIn, sessions: Sessions, hire: Hire, clock: Clock
    ) -> None:
        officer = await sign_in(Role.PROVINCE_MANAGER)
        person_id = await posted_person(officer)
        assert (await officer.get(f"/v1/persons/{person_id}")).status_code == 200

        kept = []
        for _ in range(3):
            await run_all(hire)
            async with transaction(sessions) as session:
                kept.append(len((await session.exec(select(PersonReadRow))).all()))
            clock.move(timedelta(hours=1))

        assert kept == [1, 1, 0]


class TestKeys:
    async def test_a_key_is_forgotten_after_90_days(
        self, sign_in: SignIn, sessions: Sessions, hire: Hire, clock: Clock
    ) -> None:
        officer = await sign_in(Role.PROVINCE_MANAGER)
        await officer.post("/v1/persons", json=a_person(), headers={"Idempotency-Key": "of-today"})

        kept = []
        for by in (timedelta(days=90), HOUR):
            clock.move(by)
            await run_all(hire)
            async with transaction(sessions) as session:
                kept.append(len((await session.exec(select(IdempotencyKeyRow))).all()))

        assert kept == [1, 0]


class TestExpiry:
    async def test_what_expires_does_and_what_stays_overdue_stays(
        self, app: FastAPI, sessions: Sessions, hire: Hire, clock: Clock
    ) -> None:
        expiring, staying, later = uuid4(), uuid4(), uuid4()
        await opened(app, TaskKind.EMERGENCY_MEDICAL_APPROVAL, record_id=expiring)
        await opened(app, TaskKind.EMERGENCY_REVIEW, record_id=staying)
        await opened(
            app, TaskKind.EMERGENCY_MEDICAL_APPROVAL, record_id=later, due_at=NOW + HOUR + timedelta(seconds=1)
        )

        clock.move(HOUR)
        await run_all(hire)

        states = [(await tasks_on(sessions, record))[0] for record in (expiring, staying, later)]
        assert [(row.state, row.version) for row in states] == [
            (TaskState.EXPIRED, 2), (TaskState.OPEN, 1), (TaskState.OPEN, 1),
        ]  # fmt: skip
        assert await traced(sessions, states[0]) == [(ISSUER, "tasks_expired", [])]
        assert await traced(sessions, states[1]) == []


class TestContinuedGrants:
    @pytest.fixture
    async def grant(self, sessions: Sessions, app: FastAPI) -> AccessGrantRow:
        """A grant on old Phú Yên, which is a part of Đắk Lắk now."""
        row = AccessGrantRow(
            id=uuid4(), issuer="urn:x", subject="kept-on", role=Role.ANALYST, unit_code="54",
            unit_id=app.state.atlas.latest("54", NOW.date()).unit_id, unit_on=date(2025, 6, 30),
            from_on=date(2020, 1, 1), granted_by="tests", granted_at=NOW,
        )  # fmt: skip
        async with transaction(sessions) as session:
            session.add(row)
        return row

    async def test_are_asked_about_once_where_the_unit_is_now(
        self, app: FastAPI, sessions: Sessions, hire: Hire, clock: Clock, grant: AccessGrantRow
    ) -> None:
        await run_all(hire)
        clock.move(timedelta(days=1))
        await run_all(hire)

        (task,) = await tasks_on(sessions, grant.id)
        assert (task.kind, task.role, task.state) == (TaskKind.GRANT_CONTINUED, Role.ADMINISTRATOR, TaskState.OPEN)
        assert task.unit_id == unit_of(app, "66")
        assert (task.opened_by, task.due_at) == (f"{ISSUER}|grants_continued", NOW + timedelta(days=30))
        async with transaction(sessions) as session:
            told = select(AuditEventRow.operation).where(AuditEventRow.record_id == grant.id)
            assert (await session.exec(told)).all() == ["worker grants_continued"]

    async def test_are_not_asked_about_again_for_a_year_after_they_were_renewed(
        self, sign_in: SignIn, sessions: Sessions, hire: Hire, clock: Clock, grant: AccessGrantRow
    ) -> None:
        await run_all(hire)
        (task,) = await tasks_on(sessions, grant.id)
        administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", NOW.date()))
        settled = await administrator.post(f"/v1/tasks/{task.id}/settle", json={"decision": "approve"})
        assert settled.status_code == 200

        clock.move(YEAR)
        await run_all(hire)
        assert len(await tasks_on(sessions, grant.id)) == 1
        clock.move(timedelta(hours=1))
        await run_all(hire)

        assert [row.state for row in await tasks_on(sessions, grant.id)] == [TaskState.APPROVED, TaskState.OPEN]

    @pytest.mark.parametrize("over", [{"revoked_at": NOW, "revoked_by": "tests"}, {"to_on": date(2026, 11, 21)}])
    async def test_that_are_over_are_asked_about_no_more(
        self, sessions: Sessions, hire: Hire, clock: Clock, grant: AccessGrantRow, over: dict[str, object]
    ) -> None:
        await run_all(hire)
        async with transaction(sessions) as session:
            (await session.get_one(AccessGrantRow, grant.id)).sqlmodel_update(over)
        clock.move(timedelta(days=1))

        await run_all(hire)

        (task,) = await tasks_on(sessions, grant.id)
        assert task.state is TaskState.CANCELLED
        assert await traced(sessions, task) == [(ISSUER, "grants_continued", [])]

    async def test_on_a_unit_in_force_are_left_alone(self, sessions: Sessions, app: FastAPI, hire: Hire) -> None:
        row = AccessGrantRow(
            id=uuid4(), issuer="urn:x", subject="usual", role=Role.ANALYST, unit_code="66", unit_id=unit_of(app, "66"),
            unit_on=NOW.date(), from_on=date(2020, 1, 1), granted_by="tests", granted_at=NOW,
        )  # fmt: skip
        async with transaction(sessions) as session:
            session.add(row)

        await run_all(hire)

        assert await tasks_on(sessions, row.id) == []


class TestOverdueRequests:
    async def test_the_province_is_told_once_until_the_request_is_answered(
        self, sessions: Sessions, hire: Hire, clock: Clock, manager: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        body = a_request(received_on="2026-11-19")
        await created(manager, f"{person}/subject-requests", body)

        async def told() -> list[tuple[TaskState, datetime]]:
            rows = await tasks_on(sessions, body["id"])
            return [(row.state, row.due_at) for row in rows if row.kind is TaskKind.SUBJECT_REQUEST_OVERDUE]

        await run_all(hire)
        assert await told() == []  # due on the 23rd
        clock.move(timedelta(days=3))
        await run_all(hire)
        clock.move(timedelta(hours=1))
        await run_all(hire)
        assert await told() == [(TaskState.OPEN, datetime(2026, 11, 24, 17, tzinfo=UTC))]
        answer = {"answered_on": "2026-11-21", "decision": "granted"}
        await manager.post(f"{person}/subject-requests/{body['id']}/answer", json=answer)
        clock.move(timedelta(hours=1))
        await run_all(hire)
        assert [state for state, _ in await told()] == [TaskState.DONE]

    async def test_one_that_was_moved_back_into_its_term_is_taken_back(
        self, sessions: Sessions, hire: Hire, clock: Clock, manager: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        body = a_request(received_on="2026-11-12")
        await created(manager, f"{person}/subject-requests", body)
        await run_all(hire)

        await corrected(manager, f"{person}/subject-requests/{body['id']}", {"received_on": "2026-11-20"})
        clock.move(timedelta(hours=1))
        await run_all(hire)

        rows = await tasks_on(sessions, body["id"])
        (task,) = [row for row in rows if row.kind is TaskKind.SUBJECT_REQUEST_OVERDUE]
        assert task.state is TaskState.CANCELLED
        assert await traced(sessions, task) == [(ISSUER, "subject_requests_overdue", [task.person_id])]


class TestEmergencies:
    async def test_end_in_the_books_when_their_hour_is_over(
        self, sign_in: SignIn, manager: httpx.AsyncClient, sessions: Sessions, hire: Hire, clock: Clock
    ) -> None:
        person = await posted_person(manager)
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", NOW.date()))
        access = UUID((await asked(officer, person_id=person))["id"])

        for by, state, version in ((timedelta(minutes=59), EmergencyState.OPEN, 1), (HOUR, EmergencyState.ENDED, 2)):
            clock.now = NOW + by
            await run_all(hire)
            async with transaction(sessions) as session:
                row = await session.get_one(EmergencyAccessRow, access)
            assert (row.state, row.version) == (state, version)

        async with transaction(sessions) as session:
            told = select(AuditEventRow).where(
                AuditEventRow.record_id == access, AuditEventRow.operation == "worker emergencies_ended"
            )
            (event,) = (await session.exec(told)).all()
        assert [str(each) for each in event.person_ids] == [person]
