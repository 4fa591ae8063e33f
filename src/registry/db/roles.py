"""The roles of the database server: those in which the application acts, and the logins that may act in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import DatabaseRole

BACKUP = "registry_backup"


class Component(StrEnum):
    """What connects to the database under a login of its own, where it is given one."""

    SERVICE = "service"
    WORKER = "worker"
    KEYS = "keys"
    BACKUP = "backup"


TAKEN_BY: Mapping[Component, frozenset[str]] = {
    Component.SERVICE: frozenset(DatabaseRole) - {DatabaseRole.WORKER, DatabaseRole.KEYS},
    Component.WORKER: frozenset({DatabaseRole.UNITS, DatabaseRole.WORKER}),
    Component.KEYS: frozenset({DatabaseRole.KEYS}),
    Component.BACKUP: frozenset({BACKUP}),
}
"""The roles that each takes: requests any of theirs, jobs that of the worker and, to place people, that of units."""

ALL_THAT_ACT = frozenset[str](DatabaseRole)
"""The roles of a login that does everything but the backup: the embedded server's, or a small installation's."""

MAKE = """
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('registry_units', 'NOBYPASSRLS'),
            ('registry_organisations', 'NOBYPASSRLS'),
            ('registry_statistics', 'NOBYPASSRLS'),
            ('registry_access', 'NOBYPASSRLS'),
            ('registry_health', 'NOBYPASSRLS'),
            ('registry_emergency', 'NOBYPASSRLS'),
            ('registry_auditor', 'NOBYPASSRLS'),
            ('registry_person_auditor', 'NOBYPASSRLS'),
            ('registry_access_log', 'NOBYPASSRLS'),
            ('registry_worker', 'NOBYPASSRLS'),
            ('registry_keys', 'NOBYPASSRLS'),
            ('registry_definer', 'BYPASSRLS'),
            ('registry_backup', 'BYPASSRLS')
        ) AS roles (name, attributes)
        WHERE name NOT IN (SELECT rolname FROM pg_roles)
    LOOP
        EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted.name, wanted.attributes);
    END LOOP;
END $$;
"""
"""Roles belong to the server: a restore on another one needs them before it can give them their rights."""

GIVE_FUNCTIONS = """
ALTER FUNCTION app.reached_by(uuid[], date) OWNER TO registry_definer;
ALTER FUNCTION app.first_body(text, uuid, uuid) OWNER TO registry_definer;
ALTER FUNCTION app.episodes_of(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.person_in_emergency(uuid, bytea[]) OWNER TO registry_definer;
ALTER FUNCTION app.place_audit_event() OWNER TO registry_definer;
ALTER FUNCTION app.standing(text, text, text, text, date) OWNER TO registry_definer;
ALTER FUNCTION app.move_epoch() OWNER TO registry_definer;
ALTER FUNCTION app.count_read(text, timestamptz, uuid[]) OWNER TO registry_definer;
ALTER FUNCTION app.forget_reads(timestamptz) OWNER TO registry_definer;
ALTER FUNCTION app.outcome_under(bytea, bigint) OWNER TO registry_definer;
ALTER FUNCTION app.keep_outcome(bytea, bytea, smallint, text, int, timestamptz) OWNER TO registry_definer;
ALTER FUNCTION app.move_offered(uuid, uuid) OWNER TO registry_definer;
ALTER FUNCTION app.erase_person(uuid, text, timestamptz, date) OWNER TO registry_definer;
ALTER FUNCTION app.people_alike(uuid, bytea[], bytea[]) OWNER TO registry_definer;
ALTER FUNCTION app.review_duplicates(uuid[], uuid[], uuid[], int[], text, timestamptz, timestamptz)
    OWNER TO registry_definer;
ALTER FUNCTION app.erase_by_order(uuid, uuid, text, timestamptz, date) OWNER TO registry_definer;
ALTER FUNCTION app.forget_rejections(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.aftercares_of(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.is_attended(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.is_in_use(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.tell_of_ended_reach(date) OWNER TO registry_definer;
ALTER FUNCTION app.follow_closing(uuid, date, date, int, date) OWNER TO registry_definer;
ALTER FUNCTION app.leaves_open(uuid, date) OWNER TO registry_definer;
ALTER FUNCTION app.employers(uuid) OWNER TO registry_definer;
ALTER FUNCTION app.tell_employer(text, uuid, uuid) OWNER TO registry_definer;
ALTER FUNCTION app.key_samples() OWNER TO registry_definer;
"""
"""The functions that look past the policies do so with the rights of this role, and with no others."""

_OURS = [*DatabaseRole, BACKUP]
_ACT_IN = "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END"

_LOGIN_LOOKED_AT = f"""
    SELECT
        EXISTS (
            SELECT FROM pg_roles
            WHERE (rolsuper OR rolbypassrls) AND rolname <> ALL (:wanted) AND pg_has_role(login.oid, oid, 'MEMBER')
        ) AS is_unbound,
        EXISTS (
            SELECT FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_has_role(login.oid, relowner, 'MEMBER')
        ) AS is_owner,
        (
            SELECT count(*) FROM pg_roles WHERE rolname = ANY (:wanted) AND pg_has_role(login.oid, oid, {_ACT_IN})
        ) = cardinality(:wanted) AS may_act,
        EXISTS (
            SELECT FROM pg_roles WHERE rolname = ANY (:ours) AND pg_has_role(login.oid, oid, 'USAGE')
        ) AS inherits
    FROM pg_roles AS login
    WHERE login.rolname = coalesce(:name, current_user) AND login.rolcanlogin
"""  # noqa: S608 - made of our own constants
_LOGIN = text(_LOGIN_LOOKED_AT).bindparams(
    bindparam("wanted", type_=ARRAY(Text)), bindparam("ours", _OURS, type_=ARRAY(Text)), bindparam("name", type_=Text)
)
_HELD = text("""
    SELECT roleid::regrole::text FROM pg_auth_members
    WHERE member = (SELECT oid FROM pg_roles WHERE rolname = :name) AND roleid::regrole::text = ANY (:ours)
""").bindparams(bindparam("ours", _OURS, type_=ARRAY(Text)), bindparam("name", type_=Text))


@dataclass(frozen=True, slots=True)
class Login:
    """What a login could do to the wall. Policies of every role that it inherits would open it at once."""

    is_unbound: bool
    is_owner: bool
    may_act: bool
    inherits: bool

    @property
    def is_above_policies(self) -> bool:
        """Whether the policies do not bind it, or it could take them away."""
        return self.is_unbound or self.is_owner


async def login(
    session: AsyncSession, name: str | None = None, *, wanted: Collection[str] = ALL_THAT_ACT
) -> Login | None:
    """Look at a login, the session's own unless one is named; None where there is none of that name.

    `wanted`: the roles that it is to act in; whether it may, and what it could do beside them, is told.
    """
    found = (await (await session.connection()).execute(_LOGIN, {"name": name, "wanted": [*wanted]})).one_or_none()
    return None if found is None else Login(*found)


async def make(session: AsyncSession) -> None:
    """Make the roles that are missing."""
    await (await session.connection()).exec_driver_sql(MAKE)


async def let_act(session: AsyncSession, name: str, wanted: Collection[str] = ALL_THAT_ACT) -> None:
    """Let a login act in these of our roles and in no other, and be nobody while it acts in none of them."""
    connection = await session.connection()
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    version = int(await connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0)
    if version < 160000:
        await connection.exec_driver_sql(f"ALTER ROLE {quoted} NOINHERIT")
    options = " WITH INHERIT FALSE, SET TRUE" if version >= 160000 else ""
    held = await connection.scalars(_HELD, {"name": name})
    if more := [role for role in held if role not in wanted]:
        await connection.exec_driver_sql(f"REVOKE {', '.join(more)} FROM {quoted}")
    await connection.exec_driver_sql(f"GRANT {', '.join(sorted(wanted))} TO {quoted}{options}")


async def make_login(session: AsyncSession, name: str) -> None:
    """Make a login without a password where it is missing: for a server whose door is not a password."""
    connection = await session.connection()
    if await login(session, name) is None:
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        await connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN")
    await let_act(session, name)
