"""The second wall at work: what the database opens to each role of the application, whatever the queries say."""

# ruff: noqa: S608 - the statements are made of this module's own words

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.kinds.persons import PERSONS
from registry.db.context import DatabaseRole, closed_transaction
from registry.db.engine import Sessions, transaction
from registry.db.tables.all import metadata
from registry.domain.access import OrganisationScope, Role, UnitScope
from tests.api.duplicates import merging
from tests.api.push.pushing import changing, push
from tests.conftest import TODAY, SignIn
from tests.db.privileges import (
    COUNTED,
    OF_SCOPE,
    WRITTEN_BY_HEALTH,
    WRITTEN_BY_ORGANISATIONS,
    WRITTEN_BY_UNITS,
)
from tests.db.wall import acting, count, refused, rows
from tests.factories import emergencies
from tests.factories.bodies import ALL_KINDS
from tests.factories.kinds import DIRECTORIES
from tests.factories.places import COMMUNES, ELSEWHERE, OWN
from tests.factories.posted import posted_person
from tests.factories.world import filled

MEDICAL = WRITTEN_BY_HEALTH - WRITTEN_BY_UNITS
"""What is behind a wall of its own (tests/db/test_medical_wall.py)."""
WITH_UNIT = [table for table in OF_SCOPE if "unit_id" in metadata.tables[table].columns and table not in MEDICAL]
WRITTEN = [table for table in WITH_UNIT if table != "change_feed"]
CORRECTED = [table for table in WRITTEN if table != "person_key"]
ITS_OWN = ("episode", "reach")
"""What the provider of an episode has recorded or is shown for it."""
OF_ORGANISATIONS = {*WRITTEN_BY_ORGANISATIONS, "person", "person_name_token", "person_key"}
SHARED = ("record_history", "unit_record_history", "change_feed")
NOT_MEDICAL = dict.fromkeys(SHARED, " AND ".join(f"entity <> '{table}'" for table in sorted(MEDICAL)))
"""What of a shared table is for units."""
_LISTED = {str(kind.table.__tablename__) for kind in ALL_KINDS if kind.singular in DIRECTORIES}
NOT_LISTED = {"unit_record_history": " AND ".join(f"entity <> '{table}'" for table in sorted(_LISTED))}
"""What of a shared table is not for everybody, as the former states of directories are."""


@dataclass(frozen=True)
class Place:
    """A commune with a record of every kind, among them a person's episode at an organisation."""

    unit: int
    person: UUID
    provider: UUID
    episode: UUID


@pytest.fixture(scope="module")
async def here(sign_in: SignIn, app: FastAPI) -> Place:
    return await inhabited(app, sign_in, OWN, stranger=ELSEWHERE)


@pytest.fixture(scope="module")
async def there(sign_in: SignIn, app: FastAPI) -> Place:
    return await inhabited(app, sign_in, ELSEWHERE, stranger=OWN)


async def inhabited(app: FastAPI, sign_in: SignIn, name: str, *, stranger: str) -> Place:
    """Fill a commune, and let there be what comes of it: a merge, a conflict, an emergency and its tasks."""
    place = await filled(sign_in, name, {})
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(place.commune, TODAY))
    second = await posted_person(officer, unit_code=place.commune, from_on="2026-01-01")
    await merging.asked(officer, second, place.person_id)
    (met,) = await push(officer, changing(PERSONS, place.person_id, {"full_name": "Nguyễn Văn Khác"}))
    assert met["status"] == "conflict"
    other = await sign_in(Role.COMMUNE_OFFICER, unit=(COMMUNES[stranger][0], TODAY))
    await emergencies.asked(other, person_id=place.person_id)
    person, provider, episode = (UUID(place.id_of(each)) for each in ("person", "organisation", "episode"))
    async with transaction(app.state.sessions) as session:
        ((unit,),) = await rows(session, "SELECT unit_id FROM person WHERE id = :id", id=person)
    return Place(unit, person, provider, episode)


@pytest.fixture(scope="module")
def sessions(app: FastAPI, here: Place, there: Place) -> Sessions:
    """The door to a database in which both places are filled."""
    assert here.unit != there.unit
    sessions: Sessions = app.state.sessions
    return sessions


@asynccontextmanager
async def role_only(sessions: Sessions, role: DatabaseRole) -> AsyncIterator[AsyncSession]:
    """Act in a role whose context nobody has set."""
    async with transaction(sessions) as session:
        await (await session.connection()).exec_driver_sql(f"SET LOCAL ROLE {role}")
        yield session


async def count_closed(session: AsyncSession, table: str, where: str = "true") -> int:
    return await count(session, table, f"{where} AND {NOT_LISTED.get(table, 'true')}")


class TestWithoutContext:
    @pytest.mark.parametrize("table", WITH_UNIT)
    async def test_there_are_no_rows(self, sessions: Sessions, table: str) -> None:
        async with transaction(sessions) as session:
            assert await count(session, table) >= 2
        async with role_only(sessions, DatabaseRole.UNITS) as session:
            assert await count_closed(session, table) == 0
        async with closed_transaction(sessions) as session:
            assert await count_closed(session, table) == 0

    @pytest.mark.parametrize("table", sorted(OF_ORGANISATIONS & {*WITH_UNIT}))
    async def test_there_are_none_for_organisations_either(self, sessions: Sessions, table: str) -> None:
        async with role_only(sessions, DatabaseRole.ORGANISATIONS) as session:
            assert await count_closed(session, table) == 0

    @pytest.mark.parametrize("table", sorted(set(WITH_UNIT) - set(COUNTED) | {"access_grant"}))
    async def test_figures_have_no_business_there(self, sessions: Sessions, table: str) -> None:
        async with refused("permission denied"), role_only(sessions, DatabaseRole.STATISTICS) as session:
            await count(session, table)

    @pytest.mark.parametrize("column", ["full_name", "sort_key", "birth_date", "phone", "unit_id", "*"])
    async def test_figures_know_no_names(self, sessions: Sessions, column: str) -> None:
        async with refused("permission denied"), role_only(sessions, DatabaseRole.STATISTICS) as session:
            await rows(session, f"SELECT {column} FROM person")

    @pytest.mark.parametrize("role", DatabaseRole)
    async def test_nobody_reads_the_audit_log(self, sessions: Sessions, role: DatabaseRole) -> None:
        if role is DatabaseRole.WORKER:
            return  # it seals every row, and hashes them for that
        if role in {DatabaseRole.AUDITOR, DatabaseRole.PERSON_AUDITOR, DatabaseRole.ACCESS_LOG}:
            async with role_only(sessions, role) as session:
                assert await count(session, "audit_event", "unit_ids <> '{}'") == 0
            return
        async with refused("permission denied"), role_only(sessions, role) as session:
            await count(session, "audit_event")


class TestUnits:
    @pytest.mark.parametrize("table", WITH_UNIT)
    async def test_exactly_the_rows_of_the_units_in_scope(
        self, sessions: Sessions, here: Place, there: Place, table: str
    ) -> None:
        async with transaction(sessions) as session:
            condition = f"{NOT_MEDICAL.get(table, 'true')} AND {NOT_LISTED.get(table, 'true')}"
            places = [f"unit_id = {place.unit} AND {condition}" for place in (here, there)]
            expected = [await count(session, table, place) for place in places]
        assert min(expected) > 0
        async with acting(sessions, UnitScope((here.unit,))) as session:
            assert await count_closed(session, table) == expected[0]
            assert await count_closed(session, table, f"unit_id = {there.unit}") == 0
        async with acting(sessions, UnitScope((here.unit, there.unit))) as session:
            assert await count_closed(session, table) == sum(expected)

    @pytest.mark.parametrize("table", WRITTEN)
    async def test_no_row_is_added_elsewhere(self, sessions: Sessions, here: Place, there: Place, table: str) -> None:
        async with transaction(sessions) as session:
            ((row, *_), *_) = await rows(
                session, f"SELECT to_jsonb(it)::text FROM {table} AS it WHERE unit_id = {there.unit}"
            )
        addition = f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, CAST(:row AS jsonb))).*"
        async with (
            refused("row-level security|permission denied"),
            acting(sessions, UnitScope((here.unit,))) as session,
        ):
            await (await session.connection()).execute(text(addition), {"row": row})

    @pytest.mark.parametrize("table", CORRECTED)
    async def test_no_row_is_moved_away_or_changed_elsewhere(
        self, sessions: Sessions, here: Place, there: Place, table: str
    ) -> None:
        move = f"UPDATE {table} SET unit_id = {there.unit}"
        async with transaction(sessions) as session:
            asked = f"SELECT has_column_privilege('registry_units', '{table}', 'unit_id', 'UPDATE')"
            ((is_free,),) = await rows(session, asked)
        if not is_free:
            async with refused("permission denied"), acting(sessions, UnitScope((here.unit,))) as session:
                await (await session.connection()).exec_driver_sql(move)
            return
        async with acting(sessions, UnitScope((here.unit,))) as session:
            moved = await (await session.connection()).exec_driver_sql(f"{move} WHERE unit_id = {there.unit}")
            assert moved.rowcount == 0
        async with refused("row-level security"), acting(sessions, UnitScope((here.unit,))) as session:
            await (await session.connection()).exec_driver_sql(move)

    @pytest.mark.parametrize("change", ["UPDATE person_key SET master_key = 2", "DELETE FROM person_key"])
    async def test_a_key_is_made_once(self, sessions: Sessions, here: Place, change: str) -> None:
        async with refused("permission denied"), acting(sessions, UnitScope((here.unit,))) as session:
            await (await session.connection()).exec_driver_sql(change)

    async def test_an_organisation_elsewhere_is_seen_and_not_changed(
        self, sessions: Sessions, here: Place, there: Place
    ) -> None:
        change = f"UPDATE organisation SET name = 'x' WHERE unit_id = {there.unit}"
        async with refused("row-level security"), acting(sessions, UnitScope((here.unit,))) as session:
            assert await count(session, "organisation", f"unit_id = {there.unit}") > 0
            await (await session.connection()).exec_driver_sql(change)


class TestOrganisations:
    async def test_the_people_reached_and_own_episodes(self, sessions: Sessions, here: Place) -> None:
        async with acting(sessions, OrganisationScope((here.provider,))) as session:
            assert await rows(session, "SELECT id FROM person") == [(here.person,)]
            assert await rows(session, "SELECT DISTINCT person_id FROM person_name_token") == [(here.person,)]
            assert await rows(session, "SELECT person_id FROM person_key") == [(here.person,)]
            assert await rows(session, "SELECT id FROM episode") == [(here.episode,)]
            history = await rows(session, "SELECT id FROM record_history")
            assert set(history) == {(here.person,), (here.episode,)}

    @pytest.mark.parametrize("table", sorted({*WITH_UNIT} - OF_ORGANISATIONS))
    async def test_nothing_else_of_them(self, sessions: Sessions, here: Place, table: str) -> None:
        async with refused("permission denied"), acting(sessions, OrganisationScope((here.provider,))) as session:
            await count(session, table)

    @pytest.mark.parametrize("table", sorted(WRITTEN_BY_ORGANISATIONS & {*WITH_UNIT} - set(SHARED) - {*ITS_OWN}))
    async def test_nothing_that_is_another_organisation_s(self, sessions: Sessions, here: Place, table: str) -> None:
        async with acting(sessions, OrganisationScope((here.provider,))) as session:
            assert await count(session, table) == 0

    async def test_the_history_of_directories_alone(self, sessions: Sessions, here: Place) -> None:
        async with acting(sessions, OrganisationScope((here.provider,))) as session:
            assert await count(session, "unit_record_history") > 0
            assert await count_closed(session, "unit_record_history") == 0

    @pytest.mark.parametrize("change", ["full_name = 'x'", "version = version + 1"])
    async def test_a_person_is_locked_and_never_changed(self, sessions: Sessions, here: Place, change: str) -> None:
        async with acting(sessions, OrganisationScope((here.provider,))) as session:
            assert await rows(session, "SELECT id FROM person FOR NO KEY UPDATE") == [(here.person,)]
        async with (
            refused("permission denied|row-level"),
            acting(sessions, OrganisationScope((here.provider,))) as session,
        ):
            await (await session.connection()).exec_driver_sql(f"UPDATE person SET {change}")

    async def test_an_episode_stays_its_own(self, sessions: Sessions, here: Place, there: Place) -> None:
        for change in (f"provider_id = '{there.provider}'", f"person_id = '{there.person}', unit_id = {there.unit}"):
            async with refused("row-level"), acting(sessions, OrganisationScope((here.provider,))) as session:
                await (await session.connection()).exec_driver_sql(f"UPDATE episode SET {change}")

    @pytest.mark.parametrize("change", ["organisation_id", "person_id"])
    async def test_it_opens_no_reach_for_others_or_to_others(
        self, sessions: Sessions, here: Place, there: Place, change: str
    ) -> None:
        row: dict[str, object] = {"person_id": here.person, "organisation_id": here.provider, "unit_id": here.unit}
        if change == "person_id":
            row |= {"person_id": there.person, "unit_id": there.unit}
        else:
            row |= {"organisation_id": there.provider}
        row["record_id"] = uuid4()
        addition = """
            INSERT INTO reach (person_id, organisation_id, because, record_id, unit_id, from_on)
            VALUES (:person_id, :organisation_id, 'episode', :record_id, :unit_id, '2026-01-01')
        """
        async with refused("row-level"), acting(sessions, OrganisationScope((here.provider,))) as session:
            await (await session.connection()).execute(text(addition), row)


class TestFirstBody:
    async def test_a_record_out_of_scope_is_known_by_its_first_body_alone(
        self, sessions: Sessions, here: Place, there: Place
    ) -> None:
        ask = "SELECT * FROM app.first_body('person', NULL, :id)"
        async with acting(sessions, UnitScope((here.unit,))) as session:
            ((version, state, fingerprint),) = await rows(session, ask, id=there.person)
            assert (version, state, len(fingerprint)) == (2, "active", 32)
            of_another = "SELECT * FROM app.first_body('episode', :owner, :id)"
            assert await rows(session, of_another, owner=here.person, id=there.episode) == []
            assert len(await rows(session, of_another, owner=there.person, id=there.episode)) == 1

    @pytest.mark.parametrize(
        "entity", ["audit_event", "access_grant", "pg_authid", "person WHERE true --", 'person"', ""]
    )
    async def test_nothing_but_kinds_of_records_is_looked_up(self, sessions: Sessions, entity: str) -> None:
        with pytest.raises(DBAPIError, match="no records of this kind"):
            async with closed_transaction(sessions) as session:
                await rows(session, "SELECT * FROM app.first_body(:entity, NULL, :id)", entity=entity, id=uuid4())

    async def test_figures_do_not_look(self, sessions: Sessions, here: Place) -> None:
        async with refused("permission denied"), role_only(sessions, DatabaseRole.STATISTICS) as session:
            await rows(session, "SELECT * FROM app.first_body('person', NULL, :id)", id=here.person)
