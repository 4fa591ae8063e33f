"""`registry keys` on the host: what hangs on which master key, and how a new one takes over."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.database import one_transaction
from registry.db.tables.persons import PersonKeyRow
from registry.vault.ring import KeyRing, new_entry
from registry.vault.sealed import DataKey, Place
from tests.cli.commands import PRODUCTION, Commands
from tests.factories.rows import a_document_row, a_person_row, kept


@pytest.fixture
def ring_file(tmp_path: Path) -> Path:
    file = tmp_path / "master-keys"
    file.write_text(new_entry(1))
    file.chmod(0o600)
    return file


async def given_a_person(url: str, ring_file: Path) -> None:
    """Write a person with a key and a number."""
    ring, key, person = KeyRing(ring_file), DataKey.new(), a_person_row()
    wrapped = await ring.wrap(key, person_id=person.id)
    document = a_document_row(person)
    place = Place("identity_document", "number", person.id, document.id)
    document.number = key.seal("054092999001", place)
    async with one_transaction(url) as session:
        await (await session.connection()).execute(text("DELETE FROM identity_document"))
        await (await session.connection()).execute(text("DELETE FROM person_key"))
        row = PersonKeyRow(
            person_id=person.id,
            unit_id=person.unit_id,
            id=key.id,
            master_key=wrapped.master_key,
            wrapped_key=wrapped.blob,
        )
        await kept(session, person, row, document)


def test_a_rotation(command: Commands, database_url: str, ring_file: Path) -> None:
    asyncio.run(given_a_person(database_url, ring_file))
    environment = {"database_url": database_url, "master_keys_file": str(ring_file)}
    hangs = "1 people, 1 identity numbers, 0 refused operations"
    assert command("keys", "status", **environment).said == f"1  newest  {hangs}\n"

    rotated = command("keys", "rotate-master", **environment)
    assert rotated.said == "Master key 2 is the newest. Copy the file to its safe places, then: rewrap, reindex.\n"
    between = command("keys", "status", **environment).said
    assert between == f"1  on the ring  {hangs}\n2  newest  nothing hangs on it\n"

    assert command("keys", "rewrap", **environment).said == (
        "1 keys of people are wrapped under master key 2 now.\n0 keys of refused operations are wrapped under it now.\n"
    )
    assert command("keys", "reindex", **environment).said == "1 identity numbers are indexed under master key 2 now.\n"
    after = command("keys", "status", **environment).said
    assert after == f"1  on the ring  nothing hangs on it\n2  newest  {hangs}\n"


def test_a_key_that_is_missing_is_told(command: Commands, database_url: str, ring_file: Path) -> None:
    asyncio.run(given_a_person(database_url, ring_file))
    environment = {"database_url": database_url, "master_keys": new_entry(7)}

    told = command("keys", "status", **environment).said
    assert told == "1  MISSING  1 people, 1 identity numbers, 0 refused operations\n7  newest  nothing hangs on it\n"
    refused = command("keys", "rewrap", **environment)
    assert refused.complaint == "registry: 1 do not open and stay as they are: the lines above say whose"


@pytest.mark.parametrize("entry", [new_entry(7), new_entry(1)], ids=["another number", "another key of the number"])
def test_no_service_starts_with_a_ring_that_does_not_open_the_database(
    command: Commands, database_url: str, service_url: str, ring_file: Path, entry: str
) -> None:
    asyncio.run(given_a_person(database_url, ring_file))

    settings = PRODUCTION | {"master_keys": entry, "may_forget": "true"}
    refused = command("serve", "--port", "0", database_url=service_url, **settings)

    assert (refused.code, refused.complaint) == (
        1,
        "registry: the database needs other master keys than the ring's: 1 (`registry keys status`)",
    )


def test_a_ring_in_the_environment_is_not_changed(command: Commands, database_url: str) -> None:
    refused = command("keys", "rotate-master", database_url=database_url, master_keys=new_entry(1))

    assert refused.complaint.startswith("registry: the ring is in the environment")


def test_no_ring(command: Commands, database_url: str, tmp_path: Path) -> None:
    refused = command("keys", "status", database_url=database_url, data_dir=str(tmp_path))

    assert refused.complaint == "registry: set REGISTRY_MASTER_KEYS_FILE or REGISTRY_MASTER_KEYS"
