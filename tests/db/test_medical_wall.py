"""The wall around medical results: one database role reads and writes them, whatever the queries of the others say."""

# ruff: noqa: S608 - the statements are made of this module's own words

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.api.kinds.medical import HIV_CLIENT_COUNTS, MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.db.context import DatabaseRole
from registry.db.engine import Sessions, transaction
from registry.domain.access import OrganisationScope, PersonScope, Role, UnitScope
from tests.conftest import TODAY, SignIn
from tests.db.wall import acting, count, refused, rows
from tests.factories.bodies import a_client_count, a_fresh, a_point
from tests.factories.counselling import offered
from tests.factories.posted import corrected, created, posted_episode, posted_organisation, posted_person

HEALTH = DatabaseRole.HEALTH
OTHERS = [role for role in DatabaseRole if role is not HEALTH]
SHARED = ("record_history", "change_feed")
OF_PEOPLE = ("medical_result", "medical_referral")
ENTITY = "entity IN ('medical_result', 'medical_referral')"
COUNTED = "entity = 'hiv_client_count'"


@dataclass(frozen=True)
class Ward:
    """A person with a medical result and referral, treated by an organisation; a point with a count. All corrected."""

    unit: int
    person: UUID
    result: UUID
    referral: UUID
    provider: UUID
    count: UUID


async def filled(sign_in: SignIn, app: FastAPI, commune: str, province: str) -> Ward:
    manager = await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=(province, TODAY))
    person = await posted_person(manager, unit_code=commune, from_on="2026-01-01")
    await corrected(manager, f"/v1/persons/{person}", {"occupation": "Thợ mộc"})
    path = f"/v1/persons/{person}/medical-results"
    result = await created(manager, path, a_fresh(MEDICAL_RESULTS))
    await corrected(manager, f"{path}/{result['id']}", dict(MEDICAL_RESULTS.correction))
    to_care = await offered(manager, kind="hiv_care", unit_code=commune, from_on="2025-08-01")
    path, referring = f"/v1/persons/{person}/medical-referrals", {"service_id": to_care, "made_on": "2026-01-05"}
    referral = await created(manager, path, a_fresh(MEDICAL_REFERRALS) | referring)
    await corrected(manager, f"{path}/{referral['id']}", {"accepted_on": "2026-01-06"})
    provider = await posted_organisation(manager, unit_code=commune)
    await posted_episode(manager, person, provider_id=provider)
    point = await created(manager, "/v1/counselling-points", a_point(unit_code=commune, opened_on="2025-08-01"))
    counted = a_client_count(counselling_point_id=point["id"], year=2026, month=1)
    await created(manager, "/v1/hiv-client-counts", counted)
    await corrected(manager, f"/v1/hiv-client-counts/{counted['id']}", dict(HIV_CLIENT_COUNTS.correction))
    async with transaction(app.state.sessions) as session:
        ((unit,),) = await rows(session, "SELECT unit_id FROM person WHERE id = :id", id=UUID(person))
    ids = (UUID(each) for each in (person, result["id"], referral["id"], provider, counted["id"]))
    return Ward(unit, *ids)


@pytest.fixture(scope="module")
async def here(sign_in: SignIn, app: FastAPI) -> Ward:
    return await filled(sign_in, app, "22015", "66")


@pytest.fixture(scope="module")
async def there(sign_in: SignIn, app: FastAPI) -> Ward:
    return await filled(sign_in, app, "00004", "01")


@pytest.fixture(scope="module")
def sessions(app: FastAPI, here: Ward, there: Ward) -> Sessions:
    assert here.unit != there.unit
    sessions: Sessions = app.state.sessions
    return sessions


class TestOthers:
    @pytest.mark.parametrize("table", [*OF_PEOPLE, "hiv_client_count"])
    @pytest.mark.parametrize("role", OTHERS)
    async def test_no_other_role_has_any_right_to_the_table(
        self, sessions: Sessions, role: DatabaseRole, table: str
    ) -> None:
        async with transaction(sessions) as session:
            held = await rows(
                session,
                """
                SELECT command FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS command
                WHERE has_any_column_privilege(:role, CAST(:table AS text), command)
                """,
                role=role,
                table=table,
            )
        assert held == []

    @pytest.mark.parametrize("table", SHARED)
    async def test_the_officers_of_the_unit_see_no_row_of_it_in_what_is_shared(
        self, sessions: Sessions, here: Ward, table: str
    ) -> None:
        async with transaction(sessions) as session:
            for entity in OF_PEOPLE:
                assert await count(session, table, f"entity = '{entity}' AND unit_id = {here.unit}") > 0
        async with acting(sessions, UnitScope((here.unit,))) as session:
            assert await count(session, table) > 0
            assert await count(session, table, ENTITY) == 0

    @pytest.mark.parametrize("table", ["unit_record_history", "change_feed"])
    async def test_nor_of_what_is_counted(self, sessions: Sessions, here: Ward, table: str) -> None:
        async with transaction(sessions) as session:
            assert await count(session, table, f"{COUNTED} AND unit_id = {here.unit}") > 0
        async with acting(sessions, UnitScope((here.unit,))) as session:
            assert await count(session, table, COUNTED) == 0

    async def test_nor_the_organisation_that_treats_nor_one_in_an_emergency(
        self, sessions: Sessions, here: Ward
    ) -> None:
        async with acting(sessions, OrganisationScope((here.provider,))) as session:
            assert await count(session, "episode") == 1
            assert [await count(session, table, ENTITY) for table in SHARED] == [0, 0]
        async with acting(sessions, PersonScope(here.person)) as session:
            assert await count(session, "person") == 1
        for table in (*SHARED, *OF_PEOPLE):
            async with refused("permission denied"), acting(sessions, PersonScope(here.person)) as session:
                await count(session, table)

    @pytest.mark.parametrize("entity", OF_PEOPLE)
    async def test_they_write_none_either(self, sessions: Sessions, here: Ward, entity: str) -> None:
        history = f"""
            INSERT INTO record_history (person_id, unit_id, entity, id, version, state, changed_at, changed_by)
            VALUES (:person, :unit, '{entity}', :id, 1, '{{}}', now(), 'x')
        """
        feed = f"""
            INSERT INTO change_feed (unit_id, person_id, entity, record_id, op, version)
            VALUES (:unit, :person, '{entity}', :id, 'upsert', 1)
        """
        told = {"person": here.person, "unit": here.unit, "id": uuid4()}
        for statement in (history, feed):
            async with refused("row-level security"), acting(sessions, UnitScope((here.unit,))) as session:
                named = {name: value for name, value in told.items() if f":{name}" in statement}
                await (await session.connection()).execute(text(statement), named)

    async def test_nobody_else_is_told_whether_there_is_one(self, sessions: Sessions, here: Ward) -> None:
        for entity, record in zip(OF_PEOPLE, (here.result, here.referral), strict=True):
            ask, asked = f"SELECT version FROM app.first_body('{entity}', :person, :id)", {"person": here.person}
            for scope in (UnitScope((here.unit,)), OrganisationScope((here.provider,))):
                with pytest.raises(DBAPIError, match="no records of this kind"):
                    async with acting(sessions, scope) as session:
                        await rows(session, ask, **asked, id=record)
            async with acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
                assert await rows(session, ask, **asked, id=record) == [(2,)]

    async def test_a_result_follows_the_person_whom_they_move(
        self, sessions: Sessions, here: Ward, there: Ward
    ) -> None:
        async def moved(unit: int) -> int:
            """Move the person as an officer of both units; the results and referrals that are there then."""
            async with acting(sessions, UnitScope((here.unit, there.unit))) as session:
                move = f"UPDATE person SET unit_id = {unit} WHERE id = '{here.person}'"
                await (await session.connection()).exec_driver_sql(move)
            async with transaction(sessions) as session:
                theirs = f"unit_id = {unit} AND id IN ('{here.result}', '{here.referral}')"
                return sum([await count(session, table, theirs) for table in OF_PEOPLE])

        assert await moved(there.unit) == 2
        assert await moved(here.unit) == 2

    async def test_none_of_it_is_readable_even_to_the_server_s_administrator(
        self, sessions: Sessions, here: Ward
    ) -> None:
        columns = "content, void_reason"
        async with transaction(sessions) as session:
            ((content, reason),) = await rows(
                session, f"SELECT {columns} FROM medical_result WHERE id = '{here.result}'"
            )
            states = await rows(session, f"SELECT state FROM record_history WHERE id = '{here.result}'")
        assert reason is None
        assert b"tuberculosis" not in content
        assert [set(state) for (state,) in states] == [
            {"id", "person_id", "version", "state", "void_reason", "recorded_at", "changed_at", "changed_by", "content"}
        ]
        assert [set(state["content"]) for (state,) in states] == [{"sealed"}]


class TestHealth:
    async def test_the_results_of_the_units_in_scope(self, sessions: Sessions, here: Ward, there: Ward) -> None:
        async with acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            assert await rows(session, "SELECT id FROM medical_result") == [(here.result,)]
            assert await rows(session, "SELECT id FROM medical_referral") == [(here.referral,)]
            assert await rows(session, "SELECT id FROM person") == [(here.person,)]
            former = set(await rows(session, "SELECT DISTINCT id FROM record_history"))
            assert former == {(here.result,), (here.referral,)}
        async with acting(sessions, UnitScope((here.unit, there.unit)), HEALTH) as session:
            assert [await count(session, table) for table in OF_PEOPLE] == [2, 2]

    async def test_the_counts_of_the_units_in_scope_with_their_former_states(
        self, sessions: Sessions, here: Ward, there: Ward
    ) -> None:
        async with acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            assert await rows(session, "SELECT id FROM hiv_client_count") == [(here.count,)]
            assert await rows(session, "SELECT id FROM unit_record_history") == [(here.count,)]
        async with acting(sessions, UnitScope((there.unit,)), HEALTH) as session:
            assert await rows(session, "SELECT id FROM hiv_client_count") == [(there.count,)]

    async def test_one_person_s_in_an_emergency_that_a_second_officer_approved(
        self, sessions: Sessions, there: Ward
    ) -> None:
        async with acting(sessions, PersonScope(there.person), HEALTH) as session:
            assert await rows(session, "SELECT id FROM medical_result") == [(there.result,)]
            assert await rows(session, "SELECT id FROM medical_referral") == [(there.referral,)]
            assert await rows(session, "SELECT person_id FROM person_key") == [(there.person,)]
            changed = await (await session.connection()).exec_driver_sql("UPDATE medical_result SET version = 9")
            assert changed.rowcount == 0

    @pytest.mark.parametrize(
        "table",
        [
            *("identity_document", "residence", "management_file", "drug_test", "episode"),
            *("change_feed", "audit_event", "access_grant", "person_name_token", "subject_request"),
        ],
    )
    async def test_and_nothing_else(self, sessions: Sessions, here: Ward, table: str) -> None:
        async with refused("permission denied"), acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            await count(session, table)

    async def test_without_scope_there_are_none(self, sessions: Sessions) -> None:
        async with acting(sessions, UnitScope(()), HEALTH) as session:
            for table in (*OF_PEOPLE, "person", "person_key", "record_history"):
                assert await count(session, table) == 0

    @pytest.mark.parametrize("table", OF_PEOPLE)
    async def test_none_is_moved_elsewhere(self, sessions: Sessions, here: Ward, there: Ward, table: str) -> None:
        move = f"UPDATE {table} SET unit_id = {there.unit}, person_id = '{there.person}'"
        async with refused("row-level security"), acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            await (await session.connection()).exec_driver_sql(move)

    @pytest.mark.parametrize("change", ["full_name = 'x'", "version = version + 1"])
    async def test_a_person_is_locked_and_never_changed(self, sessions: Sessions, here: Ward, change: str) -> None:
        async with acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            assert await rows(session, "SELECT id FROM person FOR NO KEY UPDATE") == [(here.person,)]
        async with (
            refused("permission denied|row-level"),
            acting(sessions, UnitScope((here.unit,)), HEALTH) as session,
        ):
            await (await session.connection()).exec_driver_sql(f"UPDATE person SET {change}")

    async def test_it_tells_the_feed_of_results_alone(self, sessions: Sessions, here: Ward) -> None:
        feed = f"""
            INSERT INTO change_feed (unit_id, person_id, entity, record_id, op, version)
            VALUES ({here.unit}, '{here.person}', 'episode', '{uuid4()}', 'upsert', 1)
        """
        async with refused("row-level security"), acting(sessions, UnitScope((here.unit,)), HEALTH) as session:
            await (await session.connection()).exec_driver_sql(feed)
