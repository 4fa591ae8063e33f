"""Made-up people in the database: by SQL, and what is sealed of them by the service's own means."""

from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from registry.db.tables.persons import PersonRow
from registry.vault.ring import MasterKeys
from registry.vault.sealed import DataKey, Place

HERE = Path(__file__).parent
PEOPLE = 30_000

_SEALED = "CREATE TEMPORARY TABLE sealed (id uuid, key_id uuid, master_key int, wrapped_key bytea, phone bytea)"
_KEEP = """
    INSERT INTO person_key (person_id, unit_id, id, master_key, wrapped_key)
    SELECT id, unit_id, key_id, master_key, wrapped_key FROM sealed JOIN person USING (id);
    UPDATE person SET phone = sealed.phone FROM sealed WHERE sealed.id = person.id;
"""


def person_id(n: int) -> UUID:
    """The id of a person by number, as population.sql and pgbench make it."""
    return UUID(md5(str(n).encode(), usedforsecurity=False).hexdigest())


async def fill(connection: "asyncpg.Connection[Any]", master_keys: MasterKeys) -> None:
    """Make the people of the communes in the temporary table `commune`, each with a key and a sealed number."""
    await connection.execute((HERE / "population.sql").read_text("utf-8"))
    await connection.execute(_SEALED)
    sealed = [await _sealed(n, master_keys) for n in range(1, PEOPLE + 1)]
    await connection.copy_records_to_table("sealed", records=sealed)
    await connection.execute(_KEEP)
    await connection.execute("VACUUM FULL person")
    await connection.execute("ANALYZE")


async def _sealed(n: int, master_keys: MasterKeys) -> tuple[UUID, UUID, int, bytes, bytes]:
    who, key = person_id(n), DataKey.new()
    wrapped = await master_keys.wrap(key, person_id=who)
    phone = key.seal(f"09{n:08d}", Place(str(PersonRow.__tablename__), "phone", who, who))
    return who, key.id, wrapped.master_key, wrapped.blob, phone.blob
