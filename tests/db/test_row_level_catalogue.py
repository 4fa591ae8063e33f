"""The catalogue of the second wall: roles, privileges and policies of every table, also of those still to come."""

# ruff: noqa: S608 - the statements are made of this module's own words

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias

import pytest

from registry.db.context import DatabaseRole
from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from registry.db.tables.all import metadata
from tests.db.privileges import (
    BEHIND,
    COUNTED,
    DELETED,
    OF_SCOPE,
    ON_AUDIT,
    ON_SEALS,
    PUBLIC,
    SEALS,
    WRITTEN_BY_ACCESS,
    WRITTEN_BY_HEALTH,
    WRITTEN_BY_ORGANISATIONS,
    WRITTEN_BY_UNITS,
    WRITTEN_BY_WORKER,
    WRITTEN_IN_EMERGENCY,
)
from tests.db.wall import Row, rows

Ask: TypeAlias = Callable[..., Coroutine[Any, Any, list[Row]]]


@pytest.fixture(scope="module")
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=3)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture(scope="module")
async def ask(sessions: Sessions) -> Ask:
    """Ask the catalogue, as the server's administrator."""

    async def answer(statement: str, **parameters: object) -> list[Row]:
        async with transaction(sessions) as session:
            return await rows(session, statement, **parameters)

    return answer


class TestCatalogue:
    async def test_every_table_but_the_public_ones_is_behind_the_wall_for_its_owner_too(self, ask: Ask) -> None:
        found = await ask("""
            SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
              AND relname <> 'alembic_version'
            ORDER BY relname COLLATE "C"
        """)

        assert found == [(name, name not in PUBLIC, name not in PUBLIC) for name in sorted(metadata.tables)]

    @pytest.mark.parametrize("role", DatabaseRole)
    async def test_a_role_is_nobody_and_owns_nothing(self, ask: Ask, role: DatabaseRole) -> None:
        flags = "rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        assert await ask(f"SELECT {flags} FROM pg_roles WHERE rolname = :role", role=role) == [(False,) * 6]
        assert await ask("SELECT 1 FROM pg_auth_members WHERE member = CAST(:role AS regrole)", role=role) == []
        owned = "SELECT objid FROM pg_shdepend WHERE refobjid = CAST(:role AS regrole) AND deptype = 'o'"
        assert await ask(owned, role=role) == []

    async def test_a_privilege_never_stands_without_a_policy(self, ask: Ask) -> None:
        commands = {"SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d"}
        held = await ask(
            """
            SELECT rolname, relname, command
            FROM pg_roles, pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS command
            WHERE rolname = ANY (:roles) AND relname = ANY (:tables) AND relnamespace = 'public'::regnamespace
              AND CASE command
                  WHEN 'DELETE' THEN has_table_privilege(rolname, pg_class.oid, command)
                  ELSE has_any_column_privilege(rolname, pg_class.oid, command)
              END
            """,
            roles=list(DatabaseRole),
            tables=BEHIND,
        )
        policies = await ask("""
            SELECT rolname, relname, polcmd::text FROM pg_policy
            JOIN pg_class ON pg_class.oid = polrelid
            JOIN pg_roles ON pg_roles.oid = ANY (polroles)
        """)

        assert {(role, table) for role, table, _ in held} == {(role, table) for role, table, _ in policies}
        for role, table, command in held:
            assert {(role, table, "*"), (role, table, commands[command])} & set(policies), (role, table, command)

    async def test_policies_are_for_named_roles_and_compare_with_the_context(self, ask: Ask) -> None:
        open_to_all = {
            ("organisation", "listed_for_units"), ("organisation", "listed_for_organisations"),
            ("organisation", "listed_for_health"), ("organisation", "corrected"),
            ("support_service", "listed_for_units"), ("support_service", "listed_for_health"),
            ("support_service", "listed_for_organisations"), ("support_service", "corrected"),
            ("support_service", "locked"), ("unit_record_history", "services_for_units"),
            ("unit_record_history", "services_for_organisations"), ("referral", "seen_by_worker"),
            ("access_grant", "managed"), ("access_grant", "read"), ("api_client", "managed"),
            ("api_client", "read"),
            ("organisation", "listed_for_access"),
            ("token_revocation", "managed"), ("dpop_proof", "purged"), ("idempotency_key", "purged"),
            ("unit_record_history", "organisations_for_units"),
            ("unit_record_history", "organisations_for_organisations"),
            ("task", "kept_by_worker"), ("worker_job", "kept_by_worker"), ("worker_job", "shown_to_units"),
            ("access_grant", "seen_by_worker"), ("subject_request", "seen_by_worker"), ("move", "seen_by_worker"),
            ("person", "seen_by_worker"), ("match_pass", "kept_by_worker"),
            ("audit_event", "sealed"),
            *((table, f"read_by_{role}") for table in SEALS for role in ("worker", "auditor")),
            ("audit_leaf", "read_by_person_auditor"), ("audit_leaf", "read_by_access_log"),
            ("emergency_access", "ended_by_worker"), ("sync_rejection", "purged"), ("sync_conflict", "purged"),
            ("change_feed", "seen_by_worker"), ("change_feed", "purged"),
            ("sync_rejection", "keys_seen"), ("sync_rejection", "keys_moved"),
        }  # fmt: skip
        policies = await ask("SELECT tablename, policyname, roles, permissive, qual, with_check FROM pg_policies")

        for table, name, roles, permissive, using, check in policies:
            assert set(roles) <= set(DatabaseRole), (table, name)
            assert permissive == "PERMISSIVE"
            if roles != [DatabaseRole.STATISTICS] and (table, name) not in open_to_all:
                assert using is None or "app." in using, (table, name)
            if table in OF_SCOPE and table != "change_feed" and (table, name) not in open_to_all:
                assert check in {None, "false"} or "app." in check, (table, name)

    async def test_who_may_write_what(self, ask: Ask) -> None:
        written = """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
              AND (has_any_column_privilege(:role, oid, 'INSERT') OR has_any_column_privilege(:role, oid, 'UPDATE'))
        """

        assert {name for (name,) in await ask(written, role="registry_units")} == WRITTEN_BY_UNITS
        # A person is locked for an organisation's write, and so is a service; the policies let no update pass.
        by_organisations = {name for (name,) in await ask(written, role="registry_organisations")}
        assert by_organisations == WRITTEN_BY_ORGANISATIONS | {"person", "support_service"}
        assert {name for (name,) in await ask(written, role="registry_access")} == WRITTEN_BY_ACCESS
        by_health = {name for (name,) in await ask(written, role="registry_health")}
        assert by_health == WRITTEN_BY_HEALTH | {"person"}  # as for organisations: locked only
        assert {name for (name,) in await ask(written, role="registry_worker")} == WRITTEN_BY_WORKER
        assert {name for (name,) in await ask(written, role="registry_emergency")} == WRITTEN_IN_EMERGENCY
        assert await ask(written, role="registry_statistics") == []

    async def test_who_is_asked_about_grants_clients_and_revocations(self, ask: Ask) -> None:
        """Requests ask a function; the tables are for administrators, and for the worker."""
        read = """
            SELECT rolname, relname FROM pg_roles, pg_class
            WHERE rolname = ANY (:roles) AND relnamespace = 'public'::regnamespace AND relname = ANY (:tables)
              AND has_any_column_privilege(rolname, pg_class.oid, 'SELECT')
        """
        tables = ["access_grant", "api_client", "dpop_proof", "revocation_epoch", "token_revocation"]

        assert set(await ask(read, roles=list(DatabaseRole), tables=tables)) == {
            ("registry_access", "access_grant"),
            ("registry_units", "access_grant"),
            ("registry_worker", "access_grant"),
            ("registry_access", "api_client"),
            ("registry_units", "api_client"),
            ("registry_worker", "dpop_proof"),
            ("registry_access", "token_revocation"),
        }

    @pytest.mark.parametrize("role", DatabaseRole)
    async def test_nothing_is_deleted_but_words_of_names_and_what_the_worker_clears(
        self, ask: Ask, role: DatabaseRole
    ) -> None:
        found = await ask(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
              AND has_table_privilege(:role, oid, 'DELETE, TRUNCATE, REFERENCES, TRIGGER')
            """,
            role=role,
        )

        assert {name for (name,) in found} == DELETED.get(role, set())

    @pytest.mark.parametrize("role", DatabaseRole)
    async def test_the_audit_log_is_only_added_to(self, ask: Ask, role: DatabaseRole) -> None:
        held = """
            SELECT command FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS command
            WHERE has_any_column_privilege(:role, 'audit_event', command)
        """

        assert {command for (command,) in await ask(held, role=role)} == ON_AUDIT.get(role, set())

    @pytest.mark.parametrize("role", DatabaseRole)
    @pytest.mark.parametrize("table", sorted(SEALS))
    async def test_seals_are_only_added_to_and_by_the_worker_alone(
        self, ask: Ask, table: str, role: DatabaseRole
    ) -> None:
        held = """
            SELECT command FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS command
            WHERE has_table_privilege(:role, :table, command)
        """

        assert {command for (command,) in await ask(held, role=role, table=table)} == ON_SEALS[table].get(role, set())

    async def test_figures_read_columns_that_identify_nobody(self, ask: Ask) -> None:
        found = await ask(
            """
            SELECT relname, array_agg(attname::text) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relname = ANY (:tables) AND relnamespace = 'public'::regnamespace AND attnum > 0
              AND has_column_privilege('registry_statistics', pg_class.oid, attnum, 'SELECT')
            GROUP BY relname
            """,
            tables=BEHIND,
        )

        assert {table: set(columns) for table, columns in found} == COUNTED

    @pytest.mark.parametrize(
        ("command", "columns"),
        [
            (
                "SELECT",
                {
                    *(f"person_key.{column}" for column in ("person_id", "unit_id", "id", "master_key", "wrapped_key")),
                    *(f"identity_document.{column}" for column in ("person_id", "id", "unit_id", "document_type")),
                    *(f"identity_document.{column}" for column in ("number", "number_index_key")),
                    *(f"sync_rejection.{column}" for column in ("id", "key_id", "master_key", "wrapped_key")),
                },
            ),
            (
                "UPDATE",
                {
                    *("person_key.master_key", "person_key.wrapped_key"),
                    *("identity_document.number_index", "identity_document.number_index_key"),
                    *("sync_rejection.master_key", "sync_rejection.wrapped_key"),
                },
            ),
            ("INSERT", set()),
        ],
    )
    async def test_keys_are_moved_and_nothing_else_is_seen(self, ask: Ask, command: str, columns: set[str]) -> None:
        found = await ask(
            """
            SELECT relname || '.' || attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relname = ANY (:tables) AND relnamespace = 'public'::regnamespace AND attnum > 0
              AND has_column_privilege('registry_keys', pg_class.oid, attnum, :command)
            """,
            tables=BEHIND,
            command=command,
        )

        assert {column for (column,) in found} == columns

    async def test_a_backup_sees_every_table(self, ask: Ask) -> None:
        unread = """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (
                relkind = 'r' AND NOT has_table_privilege('registry_backup', oid, 'SELECT')
                OR relkind = 'S' AND NOT has_sequence_privilege('registry_backup', oid, 'SELECT')
            )
        """

        assert await ask(unread) == []

    async def test_few_functions_look_past_the_wall_and_not_for_everybody(self, ask: Ask) -> None:
        found = await ask("""
            SELECT proname, rolname, proconfig[1], has_function_privilege('public', pg_proc.oid, 'EXECUTE')
            FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner
            WHERE pronamespace IN ('app'::regnamespace, 'public'::regnamespace) AND prosecdef ORDER BY proname
        """)

        assert found == [
            (name, "registry_definer", "search_path=pg_catalog, public, pg_temp", False)
            for name in (
                *(
                    "aftercares_of",
                    "count_read",
                    "employers",
                    "episodes_of",
                    "erase_by_order",
                    "erase_person",
                    "first_body",
                    "follow_closing",
                    "forget_reads",
                    "forget_rejections",
                    "is_attended",
                    "is_in_use",
                    "keep_outcome",
                    "key_samples",
                    "leaves_open",
                    "move_epoch",
                    "move_offered",
                    "outcome_under",
                ),
                *(
                    "people_alike",
                    "person_in_emergency",
                    "place_audit_event",
                    "reached_by",
                    "review_duplicates",
                    "standing",
                    "tell_employer",
                    "tell_of_ended_reach",
                ),
            )
        ]
