"""Canaries in every sealed field: whoever holds the disk, a dump, the logs or the figures of the service finds none.

Names are clear, so one of them is the control that each search would find something.
"""

import logging
import secrets
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from registry import logs
from registry.api.kinds.cases import TESTS
from registry.api.kinds.medical import MEDICAL_RESULTS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.referrals import REFERRALS
from registry.api.kinds.rights import REQUESTS
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from registry.db import backup, migrate
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.records import entity_of
from registry.db.sealing import sealed_columns
from registry.db.tables.all import metadata
from registry.db.tables.columns import SealedText
from registry.db.unit_import import import_map
from registry.domain.access import Role
from registry.embedded import EmbeddedPostgres
from tests.api.duplicates.merging import merged, unmerged
from tests.api.push.pushing import changing, creating, push
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PERSON, RESTING, Body, a_fresh, a_person, a_point, a_record, a_worker
from tests.factories.emergencies import asked
from tests.factories.posted import corrected, created, posted_person
from tests.factories.shelf import put_foundation

NAME = f"Canary{secrets.token_hex(6)}"
"""The control: a name is not sealed."""

Haystack: TypeAlias = dict[str, bytes]


class Cage:
    """Makes canaries, each once, and knows all of them."""

    def __init__(self) -> None:
        self.canaries: dict[str, str] = {}

    def new(self, place: str) -> str:
        digits = f"{secrets.randbelow(10**18):018}"
        canary = digits[:17] if place.endswith("phone") else f"kanari{secrets.token_hex(8)}"
        self.canaries[f"{place} {len(self.canaries)}"] = canary
        return canary

    def found_in(self, haystack: bytes) -> list[str]:
        return [place for place, canary in self.canaries.items() if seen(canary, haystack)]


def seen(value: str, haystack: bytes) -> bool:
    """Whether the bytes hold the value, raw, in hexadecimal digits or in base64 at any offset."""
    raw = value.encode()
    in_base64 = (b64encode(b"x" * offset + raw)[4 if offset else 0 : -4] for offset in range(3))
    return any(form in haystack for form in (raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of our own, so that its files can be searched."""
    with tempfile.TemporaryDirectory(prefix="registry-canaries-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # root's server runs under an account of its own
        with EmbeddedPostgres(directory / "data") as running:
            yield running


@pytest.fixture(scope="module")
async def database_url(server: EmbeddedPostgres) -> str:
    """A database whose server logs every statement with all it knows, as it should never be asked to."""
    await migrate.upgrade(server.url())
    engine = create_engine(server.url())
    async with transaction(create_sessions(engine)) as session:
        await import_map(session)
        for setting in ("log_statement = 'all'", "log_error_verbosity = 'verbose'"):
            await (await session.connection()).exec_driver_sql(f"ALTER DATABASE registry SET {setting}")
    await engine.dispose()
    return server.url()


@pytest.fixture(scope="module")
def logged() -> Iterator[StringIO]:
    """What the service logs, everything, as it is written."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def cage(
    manager: httpx.AsyncClient,
    sign_in: SignIn,
    logged: StringIO,  # noqa: ARG001 - it listens
    refusals: list[str],
) -> Cage:
    """Canaries in every sealed field, in its present and former states, and in requests that are refused."""
    cage = Cage()
    person = await created(manager, "/v1/persons", seeded(cage, PERSONS, a_person(full_name=NAME)))
    path = f"/v1/persons/{person['id']}"
    await correct(cage, PERSONS, manager, path)
    await created(manager, "/v1/counselling-points", a_point(id=examples.COUNSELLING_POINT))
    await created(manager, "/v1/network-workers", a_worker(id=examples.NETWORK_WORKER))
    for kind in RESTING:
        await put_foundation(manager, kind, person["id"])
    for kind in (*OF_PERSON, *RESTING):
        body = await created(manager, f"{path}/{kind.collection}", seeded(cage, kind, a_fresh(kind)))
        address = f"{path}/{kind.collection}/{body['id']}"
        await correct(cage, kind, manager, address)
        await manager.post(f"{address}/void", json={"reason": cage.new(f"{entity_of(kind.table)}.void_reason")})
        await manager.get(f"{address}/versions")
        for broken in ({"id": "x"}, {"unknown": cage.new("a refused body")}, {"id": body["id"], **kind.correction}):
            answer = await manager.post(f"{path}/{kind.collection}", json=seeded(cage, kind, a_fresh(kind)) | broken)
            assert answer.status_code >= 400
            refusals.append(answer.text)
    await ask_and_answer(cage, manager, f"{path}/{REQUESTS.collection}")
    await merge_and_undo(cage, manager, await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)))
    wrong = a_fresh(TESTS) | {"result": cage.new("a refused push")}
    refusals.append(str(await push(manager, creating(TESTS, wrong, of=person["id"]))))
    elsewhere = {"phone": cage.new("sync_conflict.payload phone")}
    (met,) = await push(manager, changing(PERSONS, person["id"], elsewhere))
    assert met["status"] == "conflict"
    reason = cage.new("emergency_access.reason_text")
    await asked(await sign_in(Role.COMMUNE_OFFICER, unit=("01", TODAY)), person_id=person["id"], reason_text=reason)
    (review,) = (await manager.get("/v1/tasks?kind=emergency_review")).json()["items"]
    decided = {"decision": "approve", "note": cage.new("task.sealed_note")}
    assert (await manager.post(f"/v1/tasks/{review['id']}/settle", json=decided)).json()["note"] == decided["note"]
    await manager.post("/v1/persons/search", json={"identity_number": cage.new("a search")})
    await manager.post(f"{path}/void", json={"reason": cage.new("person.void_reason")})
    return cage


@pytest.fixture(scope="module")
def refusals() -> list[str]:
    """Bodies of answers that refuse."""
    return []


def seeded(cage: Cage, kind: Kind, body: Body) -> Body:
    """Put a canary into every sealed field that a body may set."""
    if "residence" in body:
        body["residence"]["address"] = cage.new("residence.address")
    if kind is MEDICAL_RESULTS:
        body["note"] = cage.new("medical_result.content")
    if kind is REFERRALS:
        body |= dict.fromkeys(("accepted_on", "started_on", "completed_on"), body["made_on"])
    fields = set(sealed_columns(kind.table)) & set(kind.create.model_fields)
    return body | {field: cage.new(f"{entity_of(kind.table)}.{field}") for field in fields}


async def correct(cage: Cage, kind: Kind, client: httpx.AsyncClient, address: str) -> None:
    """Change every sealed field, so that its former value is in the history."""
    fields = set(sealed_columns(kind.table)) & set(kind.patch.model_fields)
    canaries = {field: cage.new(f"{entity_of(kind.table)}.{field}") for field in fields}
    if kind is MEDICAL_RESULTS:
        canaries["note"] = cage.new("medical_result.content")
    for field, canary in canaries.items():
        answer = await corrected(client, address, {field: canary})
        assert answer.status_code == 200, answer.text


async def ask_and_answer(cage: Cage, client: httpx.AsyncClient, path: str) -> None:
    """Record requests of the person: one that is refused with a reason, a restriction that is lifted with one."""
    refused, restriction = [
        f"{path}/{(await created(client, path, a_record(REQUESTS, kind=kind)))['id']}"
        for kind in ("correction", "restriction")
    ]
    answer = {"answered_on": f"{TODAY}", "decision": "refused", "reason": cage.new("subject_request.reason")}
    lift = {"lifted_on": f"{TODAY}", "lift_reason": cage.new("subject_request.lift_reason")}
    for address, body in (
        (f"{refused}/answer", answer),
        (f"{restriction}/answer", {"answered_on": f"{TODAY}", "decision": "granted"}),
        (f"{restriction}/lift", lift),
    ):
        done = await client.post(address, json=body)
        assert done.status_code == 200, done.text


async def merge_and_undo(cage: Cage, clerk: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
    """Merge two people and take them apart again, each with a reason."""
    person, into = await posted_person(clerk), await posted_person(clerk)
    await merged(clerk, second, person, into, reason=cage.new("merge.reason"))
    await unmerged(clerk, second, person, reason=cage.new("merge.undo_reason"))


def dumped(server: EmbeddedPostgres, directory: Path) -> bytes:
    """Make a backup, and write it out as the statements that it holds."""
    file = directory / "canaries.dump"
    backup.backup(server.url(), file, programs=server.bin_dir)
    restore = [str(server.bin_dir / "pg_restore"), "--no-owner", "--file=-", str(file)]
    return subprocess.run(restore, check=True, capture_output=True).stdout


async def test_every_sealed_column_holds_a_canary(cage: Cage) -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedText)
    }
    assert sealed == {place.split()[0] for place in cage.canaries if "." in place.split()[0]}


async def test_no_canary_is_in_a_dump(cage: Cage, server: EmbeddedPostgres, tmp_path: Path) -> None:
    dump = dumped(server, tmp_path)

    assert seen(NAME, dump)
    assert cage.found_in(dump) == []


async def test_no_canary_is_in_any_file_of_the_server(cage: Cage, server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    await connection.execute("CHECKPOINT")
    await connection.close()

    files = {path: path.read_bytes() for path in sorted((server.data_dir / "postgres").rglob("*")) if path.is_file()}
    log_of_changes = [path for path, content in files.items() if path.parent.name == "pg_wal" and seen(NAME, content)]
    tables = [path for path, content in files.items() if path.parts[-3] == "base" and seen(NAME, content)]
    assert log_of_changes
    assert tables
    assert {str(path): found for path, content in files.items() if (found := cage.found_in(content))} == {}


async def test_no_canary_is_in_the_server_s_log(cage: Cage, server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    with pytest.raises(asyncpg.DataError):
        await connection.execute("SELECT 1 / length(substr($1::text, 0, 1))", NAME)
    await connection.close()
    log = (server.data_dir / "postgres.log").read_bytes()

    assert b"division by zero" in log
    assert b"INSERT INTO identity_document" in log
    assert not seen(NAME, log)
    assert cage.found_in(log) == []


async def test_no_canary_is_in_the_service_s_log(cage: Cage, logged: StringIO) -> None:
    log = logged.getvalue().encode()

    assert b"/v1/persons/{person_id}/identity-documents" in log
    assert not seen(NAME, log)
    assert cage.found_in(log) == []


async def test_no_canary_is_in_a_refusal(cage: Cage, refusals: list[str]) -> None:
    assert len(refusals) == 3 * len((*OF_PERSON, *RESTING)) + 1
    assert cage.found_in("".join(refusals).encode()) == []


async def test_no_canary_is_in_the_metrics(app: FastAPI, anonymous: httpx.AsyncClient, cage: Cage) -> None:
    metrics = (await anonymous.get("/metrics")).content

    assert app.state.settings.metrics_open
    assert b"/v1/persons/{person_id}/identity-documents" in metrics
    assert cage.found_in(metrics) == []


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_canary_is_seen_in_every_form(offset: int) -> None:
    canary = f"kanari{secrets.token_hex(8)}"
    sentence = f"{'x' * offset}{canary}yz".encode()

    for form in (sentence, sentence.hex().encode(), sentence.hex().upper().encode(), b64encode(sentence)):
        assert seen(canary, b"..." + form + b"...")
    assert not seen(canary, sentence.replace(b"a", b"b"))
