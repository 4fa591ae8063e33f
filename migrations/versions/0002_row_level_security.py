"""Let the database itself show no row that the caller's scope does not reach.

Revision: 0002
After: 0001
"""

from collections.abc import Iterable

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GROUPS = (
    "registry_units",
    "registry_organisations",
    "registry_statistics",
    "registry_health",
    "registry_emergency",
    "registry_auditor",
    "registry_worker",
)
DEFINER = "registry_definer"
BACKUP = "registry_backup"

PUBLIC = ("unit", "unit_version", "unit_on", "unit_succession", "map_edition", "map_source")
OF_PERSON = (
    "person_name_token",
    "identity_document",
    "residence",
    "responsibility",
    "management_file",
    "drug_test",
    "determination",
    "substance_use",
    "episode",
    "reach",
    "record_history",
)
OF_UNIT = ("commune_status", "suspected_count", "unit_record_history")
OTHER = ("person", "organisation", "change_feed", "audit_event", "access_grant")
RECORDS = (
    "person",
    "identity_document",
    "residence",
    "management_file",
    "drug_test",
    "determination",
    "substance_use",
    "episode",
    "organisation",
    "commune_status",
    "suspected_count",
)

COUNTED = {
    "person": "id, root_id, state",
    "responsibility": "person_id, responsible_unit_id, from_on, to_on",
    "management_file": "person_id, state, category, opened_on, closed_on",
    "episode": "person_id, course_id, state, track, modality, legal_basis, registered_on, started_on, ended_on, outcome",
    "commune_status": "commune_unit_id, state, status, from_on, to_on",
    "suspected_count": "commune_unit_id, state, counted_on, count",
}
"""What figures may read: nothing that identifies a person."""

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
IN_REACH = "{} = ANY ((SELECT app.reached())::uuid[])"
OWN_EPISODE = f"{IN_REACH.format('person_id')} AND provider_id = ANY ((SELECT app.organisations())::uuid[])"

OWN_REACH = f"{IN_REACH.format('person_id')} AND organisation_id = ANY ((SELECT app.organisations())::uuid[])"
OWN_HISTORY = f"""
    {IN_REACH.format("person_id")} AND entity = 'episode'
    AND (state ->> 'provider_id')::uuid = ANY ((SELECT app.organisations())::uuid[])
"""


def upgrade() -> None:
    """Apply."""
    _make_roles()
    _make_functions()
    for table in (*OF_PERSON, *OF_UNIT, *OTHER):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in PUBLIC:
        op.execute(f"GRANT SELECT ON {table} TO {', '.join(GROUPS)}")
    op.execute("GRANT SELECT ON alembic_version, service_state TO PUBLIC")  # read before a login may act in any role
    _open_to_units()
    _open_to_organisations()
    for role in ("registry_units", "registry_organisations"):
        _open_to_both(role)
    for table, columns in COUNTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO registry_statistics")
        _policy(table, "counted", "registry_statistics", "SELECT", using="true")
    op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP}")
    op.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP}")
    op.execute(f"GRANT SELECT ON reach TO {DEFINER}")
    siblings = "root_id, course_id, modality, legal_basis, registered_on, started_on, ended_on, outcome"
    op.execute(f"GRANT SELECT ({siblings}) ON episode TO {DEFINER}")
    for table in RECORDS:
        owner = ", person_id" if table in OF_PERSON else ""
        op.execute(f"GRANT SELECT (id, version, state, fingerprint{owner}) ON {table} TO {DEFINER}")


def downgrade() -> None:
    """Take back."""
    for table in (*OF_PERSON, *OF_UNIT, *OTHER):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("""
        DO $$
        DECLARE policy record;
        BEGIN
            FOR policy IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
                EXECUTE format('DROP POLICY %I ON %I', policy.policyname, policy.tablename);
            END LOOP;
        END $$
    """)
    roles = ", ".join((*GROUPS, DEFINER, BACKUP))
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {roles}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {roles}")
    op.execute("REVOKE SELECT ON alembic_version, service_state FROM PUBLIC")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {roles}")
    op.execute("DROP SCHEMA app CASCADE")


def _make_roles() -> None:
    """Make the roles where they are not there yet: they belong to the server, not to this database."""
    for role, attributes in (*((group, "") for group in GROUPS), (DEFINER, "BYPASSRLS"), (BACKUP, "BYPASSRLS")):
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN {attributes};
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {', '.join((*GROUPS, DEFINER, BACKUP))}")


def _make_functions() -> None:
    op.execute("CREATE SCHEMA app")
    op.execute(f"GRANT USAGE ON SCHEMA app TO {', '.join((*GROUPS, DEFINER))}")
    # Functions can be given only to a role that could have made them, unless a superuser gives them.
    op.execute(f"GRANT CREATE ON SCHEMA app TO {DEFINER}")
    for name, kind in (("units", "int"), ("organisations", "uuid"), ("reached", "uuid")):
        op.execute(f"""
            CREATE FUNCTION app.{name}() RETURNS {kind}[] LANGUAGE sql STABLE PARALLEL SAFE
            RETURN string_to_array(nullif(current_setting('app.{name}', true), ''), ',')::{kind}[]
        """)
    op.execute("""
        CREATE FUNCTION app.reached_by(organisations uuid[], today date) RETURNS uuid[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
        BEGIN ATOMIC
            SELECT array_agg(DISTINCT person_id) FROM reach
            WHERE organisation_id = ANY (organisations) AND (until_on IS NULL OR until_on >= today);
        END
    """)
    listed = ", ".join(f"'{entity}'" for entity in RECORDS)
    op.execute(f"""
        CREATE FUNCTION app.first_body(entity text, owner uuid, record uuid)
        RETURNS TABLE (version int, state text, fingerprint bytea)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
        AS $$
        BEGIN
            IF entity NOT IN ({listed}) THEN
                RAISE EXCEPTION 'no records of this kind: %', entity;
            END IF;
            RETURN QUERY EXECUTE format(
                'SELECT version, state::text, fingerprint FROM %I WHERE id = $1', entity
            ) || CASE WHEN owner IS NULL THEN '' ELSE ' AND person_id = $2' END USING record, owner;
        END $$
    """)  # noqa: S608 - made of our own tables' names
    op.execute("""
        CREATE FUNCTION app.episodes_of(root uuid)
        RETURNS TABLE (
            id uuid, course_id uuid, modality text, legal_basis text,
            registered_on date, started_on date, ended_on date, outcome text
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
        BEGIN ATOMIC
            SELECT id, course_id, modality, legal_basis, registered_on, started_on, ended_on, outcome
            FROM episode WHERE root_id = root AND state = 'active' ORDER BY registered_on, id;
        END
    """)
    for signature in ("reached_by(uuid[], date)", "first_body(text, uuid, uuid)", "episodes_of(uuid)"):
        op.execute(f"ALTER FUNCTION app.{signature} OWNER TO {DEFINER}")
        op.execute(f"REVOKE ALL ON FUNCTION app.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{signature} TO registry_units, registry_organisations")


def _open_to_units() -> None:
    role = "registry_units"
    for table in ("person", *OF_PERSON, *OF_UNIT):
        _policy(table, "by_unit", role, "ALL", using=IN_UNITS, check=IN_UNITS)
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {role}")
    op.execute(f"GRANT DELETE ON person_name_token TO {role}")
    _policy("organisation", "kept", role, "INSERT", check=IN_UNITS)
    _policy("organisation", "corrected", role, "UPDATE", using="true", check=IN_UNITS)  # all may be seen, so all locked
    _policy("access_grant", "managed", role, "ALL", using="true", check="true")
    op.execute(f"GRANT INSERT, UPDATE ON organisation, access_grant TO {role}")
    _policy("change_feed", "followed_by_unit", role, "SELECT", using=IN_UNITS)


def _open_to_organisations() -> None:
    role = "registry_organisations"
    _policy("person", "reached", role, "SELECT", using=IN_REACH.format("id"))
    _policy("person", "locked", role, "UPDATE", using=IN_REACH.format("id"), check="false")
    op.execute(f"GRANT SELECT ON person, person_name_token TO {role}")
    op.execute(f"GRANT UPDATE (version) ON person TO {role}")  # SELECT FOR UPDATE asks for it; no update passes
    _policy("person_name_token", "reached", role, "SELECT", using=IN_REACH.format("person_id"))
    _policy("episode", "own", role, "ALL", using=OWN_EPISODE, check=OWN_EPISODE)
    _policy("reach", "reached", role, "SELECT", using=IN_REACH.format("person_id"))  # a change is told to all of them
    _policy("reach", "opened", role, "INSERT", check=OWN_REACH)
    _policy("reach", "ended", role, "UPDATE", using=OWN_REACH, check=OWN_REACH)
    _policy("record_history", "reached", role, "SELECT", using=f"{IN_REACH.format('person_id')} AND entity = 'person'")
    _policy("record_history", "own", role, "ALL", using=OWN_HISTORY, check=OWN_HISTORY)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON episode, reach TO {role}")
    op.execute(f"GRANT SELECT, INSERT ON record_history TO {role}")
    followed = "organisation_id = ANY ((SELECT app.organisations())::uuid[])"
    _policy("change_feed", "followed_by_organisation", role, "SELECT", using=followed)
    _policy("access_grant", "read", role, "SELECT", using="true")


def _open_to_both(role: str) -> None:
    short = role.removeprefix("registry_")
    _policy("organisation", f"listed_for_{short}", role, "SELECT", using="true")
    _policy("unit_record_history", f"organisations_for_{short}", role, "SELECT", using="entity = 'organisation'")
    op.execute(f"GRANT SELECT ON organisation, access_grant, change_feed, unit_record_history TO {role}")
    for table in ("change_feed", "audit_event"):
        _policy(table, f"told_by_{short}", role, "INSERT", check="true")
        op.execute(f"GRANT INSERT ON {table} TO {role}")


def _policy(table: str, name: str, role: str, command: str, *, using: str = "", check: str = "") -> None:
    clauses: Iterable[str] = (f"USING ({using})" if using else "", f"WITH CHECK ({check})" if check else "")
    op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {' '.join(clauses)}")
