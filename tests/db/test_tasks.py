"""Tasks in the database: the second wall around them, and the two rules that it keeps by itself."""

# ruff: noqa: S608 - the statements are made of this module's own words

from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from registry.db import tasks
from registry.db.engine import transaction
from registry.db.tables.tasks import TaskRow
from registry.domain.access import OrganisationScope, Role, Scope, UnitScope
from registry.domain.task import RULES, Audience, TaskKind, TaskState
from tests.conftest import NOW, SignIn
from tests.db.wall import acting, refused
from tests.factories.posted import posted_organisation
from tests.factories.tasks import opened, unit_of

FOUR_EYES = [kind for kind, rule in RULES.items() if not rule.opener_may_settle]


@pytest.fixture
async def places(app: FastAPI, sign_in: SignIn) -> tuple[int, int, UUID]:
    """Two communes, and an organisation in the first."""
    manager = await sign_in(Role.PROVINCE_MANAGER)
    organisation = await posted_organisation(manager, kind="methadone_clinic", unit_code="22015")
    return unit_of(app, "22015"), unit_of(app, "00004"), UUID(organisation)


async def test_a_scope_sees_the_tasks_of_its_place_alone(app: FastAPI, places: tuple[int, int, UUID]) -> None:
    here, there, organisation = places
    of_here, of_there = await opened(app, unit_id=here), await opened(app, unit_id=there)
    of_organisation = await opened(app, organisation_id=organisation)
    expected: dict[Scope, set[str]] = {
        UnitScope((here,)): {of_here},
        UnitScope((here, there)): {of_here, of_there},
        OrganisationScope((organisation,)): {of_organisation},
        OrganisationScope((uuid4(),)): set(),
        UnitScope(()): set(),
    }
    for scope, seen in expected.items():
        async with acting(app.state.sessions, scope) as session:
            found = {str(row) for row in await session.exec(select(TaskRow.id))}
        assert found & {of_here, of_there, of_organisation} == seen, scope


async def test_nobody_opens_a_task_for_another_place(app: FastAPI, places: tuple[int, int, UUID]) -> None:
    here, there, organisation = places
    for scope, audience in (
        (UnitScope((here,)), {"unit_id": there}),
        (OrganisationScope((organisation,)), {"unit_id": here}),
        (OrganisationScope((organisation,)), {"organisation_id": uuid4()}),
    ):
        async with refused("row-level security"), acting(app.state.sessions, scope) as session:
            await tasks.open_task(
                    session, kind=TaskKind.EMERGENCY_REVIEW, entity="x", record_id=uuid4(), opened_by="x",
                    opened_at=NOW, **audience,
                )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("unit_id = 0", "row-level security"),  # it goes with its person, within the scope
        ("role = 'analyst'", "permission denied"),
        ("opened_by = 'x'", "permission denied"),
        ("person_id = NULL", "permission denied"),
    ],
)
async def test_only_the_decision_and_where_the_person_went_is_written_into_a_task(
    app: FastAPI, places: tuple[int, int, UUID], change: str, words: str
) -> None:
    await opened(app, unit_id=places[0])
    async with refused(words), acting(app.state.sessions, UnitScope((places[0],))) as session:
        await (await session.connection()).exec_driver_sql(f"UPDATE task SET {change}")


@pytest.mark.parametrize("kind", FOUR_EYES)
async def test_the_database_asks_for_four_eyes_too(app: FastAPI, kind: TaskKind) -> None:
    task_id = await opened(app, kind, opened_by="somebody")
    decided = "UPDATE task SET state = 'approved', settled_by = 'somebody', settled_at = now() WHERE id = :id"
    with pytest.raises(DBAPIError, match="ck_task_four_eyes"):
        async with transaction(app.state.sessions) as session:
            await (await session.connection()).execute(text(decided), {"id": UUID(task_id)})


async def test_a_task_waits_once_for_the_same_audience(app: FastAPI) -> None:
    record = uuid4()
    await opened(app, record_id=record)
    await opened(app, TaskKind.EMERGENCY_NOTICE, record_id=record)
    with pytest.raises(IntegrityError, match="uq_task_one_open"):
        await opened(app, record_id=record)


async def test_a_task_opens_for_its_role_alone(app: FastAPI) -> None:
    task_id = UUID(await opened(app))
    scope = UnitScope((unit_of(app, "22015"),))
    async with transaction(app.state.sessions) as session:
        for role, seen in ((Role.PROVINCE_MANAGER, True), (Role.COMMUNE_OFFICER, False)):
            found = await tasks.get(session, task_id, audiences=[Audience(role, scope)])
            assert (found is not None) is seen
        assert await tasks.get(session, task_id, audiences=[]) is None
        assert (await session.get_one(TaskRow, task_id)).state is TaskState.OPEN
