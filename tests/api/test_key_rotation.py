"""A new master key takes over while requests run: every answer is whole, and at the end the old key can go."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from registry.api.app import create_app
from registry.db import key_rotation
from registry.db.engine import transaction
from registry.db.key_rotation import Move, Moved, Use
from registry.settings import Settings
from registry.vault.ring import KeyRing, add_key, new_entry
from tests.conftest import NOW
from tests.factories.bodies import Body, a_document, a_person
from tests.factories.posted import body_of, corrected, created, posted_person, refused

PHONE = "0900 777 888"
PEOPLE = 9


@pytest.fixture(scope="module")
def ring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ring") / "master-keys"
    file.write_text(new_entry(1))
    return file


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings, ring_file: Path) -> AsyncIterator[FastAPI]:
    """The application with its ring in a file."""
    in_file = settings.model_copy(update={"master_keys": None, "master_keys_file": ring_file})
    application = create_app(in_file, database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def people(manager: httpx.AsyncClient) -> list[Body]:
    return [await documented(manager) for _ in range(PEOPLE)]


async def documented(manager: httpx.AsyncClient) -> Body:
    """Record a person with a phone and a document."""
    body = await created(manager, "/v1/persons", a_person(phone=PHONE))
    number = f"0540-929{int(body['id'][:8], 16) % 100_000:05}"
    document = await created(manager, f"/v1/persons/{body['id']}/identity-documents", a_document(number=number))
    return body | {"document": document}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make many batches of few rows."""
    for name in ("_KEYS", "_NUMBERS"):
        statement = getattr(key_rotation, name)
        monkeypatch.setattr(key_rotation, name, statement.bindparams(size=2))


async def uses(app: FastAPI) -> dict[int, Use]:
    return {use.master_key: use for use in await key_rotation.uses(app.state.sessions)}


async def moved(app: FastAPI, one_batch: Move) -> Moved:
    return await key_rotation.move(app.state.sessions, app.state.key_ring, one_batch)


async def fault_in(manager: httpx.AsyncClient, body: Body) -> str | None:
    """Read a person, and search by the number: what is wrong with the answers."""
    document = body["document"]
    one = await manager.get(f"/v1/persons/{body['id']}")
    other = await manager.get(f"/v1/persons/{body['id']}/identity-documents/{document['id']}")
    search = await manager.post("/v1/persons/search", json={"identity_number": document["number"]})
    if (one.status_code, other.status_code, search.status_code) != (200, 200, 200):
        return f"{one.text} {other.text} {search.text}"
    if (body_of(one)["phone"], body_of(other)["number"]) != (PHONE, document["number"]):
        return "opened to something else"
    return None if body["id"] in [item["id"] for item in body_of(search)["items"]] else "not found by its number"


async def execute(app: FastAPI, statement: str, **parameters: object) -> None:
    async with transaction(app.state.sessions) as session:
        await (await session.connection()).execute(text(statement), parameters)


def keep_newest(ring_file: Path) -> None:
    """Take the old keys off the ring."""
    ring_file.write_text(ring_file.read_text().split()[-1])


@pytest.mark.usefixtures("small_batches")
async def test_a_rotation_under_load(
    app: FastAPI, manager: httpx.AsyncClient, people: list[Body], ring_file: Path
) -> None:
    is_over = asyncio.Event()
    newcomers: list[Body] = []

    async def read_on() -> list[str]:
        faults: list[str] = []
        while not is_over.is_set():
            faults += [fault for body in people if (fault := await fault_in(manager, body))]
        return faults

    async def write_on() -> list[str]:
        while not is_over.is_set():
            newcomers.append(await documented(manager))
            body = await created(manager, "/v1/persons", a_person(phone=PHONE))
            await corrected(manager, f"/v1/persons/{body['id']}", {"phone": "0900 777 999"})
        return [fault for body in newcomers if (fault := await fault_in(manager, body))]

    workers = [asyncio.create_task(work()) for work in (read_on, read_on, write_on)]
    before = app.state.key_ring.newest.number
    after = add_key(ring_file)
    rewrapped = await moved(app, key_rotation.rewrap)
    reindexed = await moved(app, key_rotation.reindex)
    is_over.set()
    faults = await asyncio.gather(*workers)

    assert faults == [[], [], []]
    assert after == before + 1
    assert rewrapped.done >= PEOPLE
    assert reindexed.done >= PEOPLE
    assert (rewrapped.broken, reindexed.broken) == (0, 0)
    assert set(await uses(app)) == {after}

    keep_newest(ring_file)
    assert newcomers
    assert [await fault_in(manager, body) for body in (*people, *newcomers)] == [None] * (PEOPLE + len(newcomers))


async def test_no_version_changes_and_nothing_is_sealed_anew(
    app: FastAPI, manager: httpx.AsyncClient, people: list[Body], ring_file: Path
) -> None:
    rows = "SELECT id, version, number FROM identity_document ORDER BY id"
    async with transaction(app.state.sessions) as session:
        before = (await (await session.connection()).execute(text(rows))).all()
    add_key(ring_file)

    await moved(app, key_rotation.rewrap)
    await moved(app, key_rotation.reindex)

    async with transaction(app.state.sessions) as session:
        assert (await (await session.connection()).execute(text(rows))).all() == before
    document = people[0]["document"]
    address = f"/v1/persons/{people[0]['id']}/identity-documents/{document['id']}"
    assert body_of(await manager.get(address))["version"] == 1


async def test_what_was_moved_is_not_moved_again(app: FastAPI, people: list[Body], ring_file: Path) -> None:
    add_key(ring_file)
    first = await moved(app, key_rotation.rewrap)
    assert first.done >= len(people)

    assert await moved(app, key_rotation.rewrap) == Moved(0, 0)
    assert (await moved(app, key_rotation.reindex)).done >= len(people)
    assert await moved(app, key_rotation.reindex) == Moved(0, 0)


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_breaks_off_goes_on_where_it_was(app: FastAPI, people: list[Body], ring_file: Path) -> None:
    newest = add_key(ring_file)
    batches = 0

    async def third_fails(*arguments: object) -> key_rotation.Batch:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise ConnectionError
        return await key_rotation.rewrap(*arguments)  # type: ignore[arg-type]  # passed on

    with pytest.raises(ConnectionError):
        await moved(app, third_fails)
    left = sum(use.people for number, use in (await uses(app)).items() if number < newest)
    assert (await uses(app))[newest].people == 4
    assert left >= len(people) - 4

    assert (await moved(app, key_rotation.rewrap)).done == left


@pytest.mark.usefixtures("small_batches")
async def test_what_does_not_open_is_counted_named_and_left(
    app: FastAPI, manager: httpx.AsyncClient, people: list[Body], ring_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    person, document = people[4]["id"], people[5]["document"]["id"]
    await execute(app, "UPDATE person_key SET wrapped_key = '\\x00' WHERE person_id = :id", id=UUID(person))
    await execute(app, "UPDATE identity_document SET number = '\\x00' WHERE id = :id", id=UUID(document))
    add_key(ring_file)

    rewrapped, reindexed = await moved(app, key_rotation.rewrap), await moved(app, key_rotation.reindex)

    assert (rewrapped.broken, reindexed.broken) == (1, 2)
    assert min(rewrapped.done, reindexed.done) >= len(people) - 2
    named = [getattr(record, "person_id", None) for record in caplog.records]
    assert {UUID(person), UUID(people[5]["id"])} <= set(named)
    refused(await manager.get(f"/v1/persons/{person}"), 500, "sealed_value_unreadable")
    for document in (body["document"]["id"] for body in people):
        await execute(app, "DELETE FROM identity_document WHERE id = :id", id=UUID(document))
    await execute(app, "DELETE FROM person_key WHERE person_id = :id", id=UUID(person))


async def test_a_person_created_after_the_key_was_added_is_under_it(
    app: FastAPI, manager: httpx.AsyncClient, ring_file: Path
) -> None:
    newest = add_key(ring_file)
    await posted_person(manager)

    assert (await uses(app))[newest].people == 1


def test_a_ring_in_a_file_stays_as_closed_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{new_entry(3)}\n\n")
    file.chmod(0o640)

    assert add_key(file) == 4
    assert sorted(KeyRing(file).keys) == [3, 4]
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


async def test_two_entries_with_one_number_are_told_of_while_keys_change(
    app: FastAPI, manager: httpx.AsyncClient, ring_file: Path
) -> None:
    number = "054092999123"

    async def told() -> list[str]:
        path = f"/v1/persons/{await posted_person(manager)}/identity-documents"
        written = await created(manager, path, a_document(number=number, document_type="other"))
        return [warning["code"] for warning in written["warnings"]]

    assert await told() == []
    add_key(ring_file)
    assert await told() == ["possible_duplicate"]

    await moved(app, key_rotation.rewrap)
    await moved(app, key_rotation.reindex)
    keep_newest(ring_file)
    assert await told() == ["possible_duplicate"]
