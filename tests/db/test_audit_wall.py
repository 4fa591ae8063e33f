"""Who reads what of the audit log: an auditor what concerns their units, and who answers a person what names them."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context
from registry.db.context import DatabaseRole
from registry.db.engine import Sessions, create_engine, create_sessions
from registry.domain.access import UnitScope
from tests.db.privileges import BEHIND
from tests.db.wall import acting, rows

HERE, THERE = UnitScope((1,)), UnitScope((2,))
ANN, BEN = uuid4(), uuid4()
ONE_PERSON = (DatabaseRole.PERSON_AUDITOR, DatabaseRole.ACCESS_LOG)

TOLD: dict[str, tuple[list[UUID], list[int], list[str]]] = {
    "of_ann": ([ANN], [1], ["person"]),
    "of_ann_elsewhere": ([ANN], [2], ["person"]),
    "of_ann_nowhere": ([ANN], [], ["person"]),
    "of_ann_medical": ([ANN], [1], ["medical"]),
    "of_both": ([BEN, ANN], [1, 2], ["person", "file"]),
    "of_ben": ([BEN], [1], ["person"]),
    "of_nobody": ([], [1], []),
    "of_the_host": ([], [], []),
}
"""Rows by their operation: whom they name, where, and what of it was seen."""


@pytest.fixture(scope="module")
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    addition = """
        INSERT INTO audit_event (at, issuer, subject, client_id, operation, person_ids, field_groups, decision,
                                 request_id, grant_ids, unit_ids)
        VALUES (now(), 'x', 'x', 'x', $1, $2, $4, 'allowed', gen_random_uuid(), '{}', $3)
    """
    await connection.execute("DELETE FROM audit_event")
    await connection.executemany(addition, [(operation, *row) for operation, row in TOLD.items()])
    await connection.close()
    engine = create_engine(database_url, pool_size=3)
    yield create_sessions(engine)
    await engine.dispose()


async def seen(session: AsyncSession) -> set[str]:
    return {operation for (operation,) in await rows(session, "SELECT operation FROM audit_event")}


class TestAuditors:
    async def test_what_concerns_their_units(self, sessions: Sessions) -> None:
        async with acting(sessions, HERE) as session, context.as_auditor(session):
            assert await seen(session) == set(TOLD) - {"of_ann_elsewhere"}

    async def test_of_one_person_no_more_than_that(self, sessions: Sessions) -> None:
        async with acting(sessions, HERE) as session, context.as_auditor(session, of_persons=[ANN]):
            assert await seen(session) == {"of_ann", "of_ann_nowhere", "of_ann_medical", "of_both"}
        async with acting(sessions, THERE) as session, context.as_auditor(session, of_persons=[ANN]):
            assert await seen(session) == {"of_ann_elsewhere", "of_ann_nowhere", "of_both"}

    async def test_naming_a_person_opens_nothing(self, sessions: Sessions) -> None:
        async with acting(sessions, UnitScope(())) as session:
            named = "SELECT set_config('role', :role, true), set_config('app.reached', :person, true)"
            await rows(session, named, role=DatabaseRole.AUDITOR, person=str(ANN))
            assert await seen(session) == {"of_ann_nowhere", "of_the_host"}


class TestAccessLog:
    @pytest.mark.parametrize("scope", [HERE, UnitScope(())], ids=["in a unit", "in none"])
    async def test_what_names_an_entry_wherever_it_lies_but_for_medical_results(
        self, sessions: Sessions, scope: UnitScope
    ) -> None:
        async with acting(sessions, scope) as session, context.as_access_log(session, [ANN]):
            assert await seen(session) == {"of_ann", "of_ann_elsewhere", "of_ann_nowhere", "of_both"}
        async with acting(sessions, scope) as session, context.as_access_log(session, [BEN]):
            assert await seen(session) == {"of_both", "of_ben"}
        async with acting(sessions, scope) as session, context.as_access_log(session, [BEN, ANN]):
            assert await seen(session) == {"of_ann", "of_ann_elsewhere", "of_ann_nowhere", "of_both", "of_ben"}


class TestRoles:
    @pytest.mark.parametrize("role", ONE_PERSON)
    async def test_without_a_person_there_is_nothing(self, sessions: Sessions, role: DatabaseRole) -> None:
        async with acting(sessions, HERE, role) as session:
            assert await seen(session) == set()

    @pytest.mark.parametrize("role", [DatabaseRole.AUDITOR, *ONE_PERSON])
    async def test_they_read_the_log_and_its_seals_and_nothing_else(
        self, sessions: Sessions, role: DatabaseRole
    ) -> None:
        readable = """
            SELECT relname FROM pg_class WHERE relname = ANY (:tables) AND relnamespace = 'public'::regnamespace
              AND has_any_column_privilege(:role, oid, 'SELECT')
        """
        async with acting(sessions, HERE) as session:
            found = {name for (name,) in await rows(session, readable, tables=BEHIND, role=role)}

        assert found - {"audit_checkpoint"} == {"audit_event", "audit_leaf"}

    @pytest.mark.parametrize("door", ["auditor", "auditor of a person", "access log"])
    async def test_behind_the_door_one_acts_under_units_again_and_reaches_nobody(
        self, sessions: Sessions, door: str
    ) -> None:
        async with acting(sessions, HERE) as session:
            doors = {
                "auditor": context.as_auditor(session),
                "auditor of a person": context.as_auditor(session, of_persons=[ANN]),
                "access log": context.as_access_log(session, [ANN]),
            }
            async with doors[door]:
                pass
            asked = "SELECT current_user::text, app.reached(), app.units()"
            assert await rows(session, asked) == [(DatabaseRole.UNITS, None, [1])]
