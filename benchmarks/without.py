"""What a protection costs is seen by leaving it out: here, in the benchmark's processes and database alone.

The service itself has no switch for any of this.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import asyncpg

from registry.api.duplicates import check
from registry.db import trail
from registry.db.sealing import Vault
from registry.vault.sealed import DataKey, Place, Sealed

NUMBER = "0900000000"
_NOBODYS_KEY = DataKey(UUID(int=0), bytes(32))


def no_encryption() -> None:
    """Store texts as they are, ask for nobody's key, and read a number of the usual length from every sealed value."""

    async def fetch(vault: Vault, persons: Iterable[UUID]) -> None:
        vault._keys.update(dict.fromkeys(persons, _NOBODYS_KEY))  # noqa: SLF001 - taken apart on purpose

    def seal(_: DataKey, text: str, __: Place) -> Sealed:
        return Sealed(text.encode())

    def open_(_: DataKey, __: Sealed, ___: Place) -> str:
        return NUMBER

    _replace(Vault, "_fetch", fetch)
    _replace(DataKey, "seal", seal)
    _replace(DataKey, "open", open_)


def no_audit() -> None:
    """Send no audit row of a read. Those of writes are part of the write's statement: see `NO_AUDIT_ROWS`."""

    async def audit(*_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever it is called with
        return None

    _replace(trail, "audit", audit)


def no_duplicates() -> None:
    """Keep no groups of people, and look for nobody alike."""

    async def keep_keys(*_: Any) -> None:  # noqa: ANN401 - whatever it is called with
        return None

    async def check_names(*_: Any, **__: Any) -> tuple[()]:  # noqa: ANN401 - as above
        return ()

    _replace(check, "keep_keys", keep_keys)
    _replace(check, "check_names", check_names)


LEFT_OUT: dict[str, Callable[[], None]] = {"encryption": no_encryption, "audit": no_audit, "duplicates": no_duplicates}
"""What a process leaves out, by the name it is told."""

NO_AUDIT_ROWS = """
    CREATE FUNCTION no_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER no_audit_rows BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_row();
    ALTER TABLE audit_event DISABLE TRIGGER no_audit_rows;
"""
"""A trigger that keeps audit rows out of the table while it is enabled."""

_WALLED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relforcerowsecurity
    ORDER BY relname
"""


async def set_audit_rows(connection: "asyncpg.Connection[Any]", *, kept: bool) -> None:
    """Keep audit rows, or drop them on their way into the table."""
    state = "DISABLE" if kept else "ENABLE"
    await connection.execute(f"ALTER TABLE audit_event {state} TRIGGER no_audit_rows")


async def walled_tables(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Name the tables behind row-level security, while they are."""
    return [row["relname"] for row in await connection.fetch(_WALLED)]


async def set_wall(connection: "asyncpg.Connection[Any]", tables: list[str], *, stands: bool) -> None:
    """Put the row policies of all tables up or down; roles, privileges and the context of each request stay."""
    state = "ENABLE" if stands else "DISABLE"
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} {state} ROW LEVEL SECURITY")


def _replace(owner: object, name: str, by: object) -> None:
    """Replace what there is: a name that has gone must not be measured as if it cost nothing."""
    if not callable(getattr(owner, name, None)):
        raise TypeError(f"{owner} has no {name} any more: the price would be measured wrongly")
    setattr(owner, name, by)
