"""Canaries in every sealed field: whoever holds the disk, a dump, the logs or the figures of the service finds none.

Names are clear, so one of them is the control that each search would find something.
"""

import secrets
from base64 import b64encode
from io import StringIO
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import TESTS
from registry.api.schemas import examples
from registry.domain.access import Role
from registry.embedded import EmbeddedPostgres
from tests.api.push.pushing import creating, push
from tests.canaries.searching import dumped, files_of, found, log_of, seen
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PEOPLE, a_fresh, a_point, a_worker
from tests.factories.canaries import Cage, every_sealed_column
from tests.factories.posted import created

NAME = f"Canary{secrets.token_hex(6)}"
"""The control: a name is not sealed."""


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
    await created(manager, "/v1/counselling-points", a_point(id=examples.COUNSELLING_POINT))
    await created(manager, "/v1/network-workers", a_worker(id=examples.NETWORK_WORKER))
    cage = Cage(manager, await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)))
    person = await cage.fill(await sign_in(Role.COMMUNE_OFFICER, unit=("01", TODAY)), full_name=NAME)
    path = f"/v1/persons/{person['id']}"
    for kind in OF_PEOPLE:
        taken = cage.records[kind.singular]
        for broken in ({"id": "x"}, {"unknown": cage.new("a refused body")}, {"id": taken, **kind.correction}):
            answer = await manager.post(f"{path}/{kind.collection}", json=cage.seeded(kind, a_fresh(kind)) | broken)
            assert answer.status_code >= 400
            refusals.append(answer.text)
    wrong = a_fresh(TESTS) | {"result": cage.new("a refused push")}
    refusals.append(str(await push(manager, creating(TESTS, wrong, of=person["id"]))))
    await manager.post("/v1/persons/search", json={"identity_number": cage.new("a search")})
    await cage.close()
    return cage


@pytest.fixture(scope="module")
def refusals() -> list[str]:
    """Bodies of answers that refuse."""
    return []


async def test_every_sealed_column_holds_a_canary(cage: Cage) -> None:
    assert {place for place in cage.canaries.values() if "." in place} == every_sealed_column()


async def test_no_canary_is_in_a_dump(cage: Cage, server: EmbeddedPostgres, tmp_path: Path) -> None:
    dump = dumped(server, tmp_path)

    assert seen(NAME, dump)
    assert found(cage.canaries, dump) == []


async def test_no_canary_is_in_any_file_of_the_server(cage: Cage, server: EmbeddedPostgres) -> None:
    files = await files_of(server)
    log_of_changes = [path for path, content in files.items() if path.parent.name == "pg_wal" and seen(NAME, content)]
    tables = [path for path, content in files.items() if path.parts[-3] == "base" and seen(NAME, content)]
    assert log_of_changes
    assert tables
    assert {str(path): places for path, content in files.items() if (places := found(cage.canaries, content))} == {}


async def test_no_canary_is_in_the_server_s_log(cage: Cage, server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    with pytest.raises(asyncpg.DataError):
        await connection.execute("SELECT 1 / length(substr($1::text, 0, 1))", NAME)
    await connection.close()
    log = log_of(server)

    assert b"division by zero" in log
    assert b"INSERT INTO identity_document" in log
    assert not seen(NAME, log)
    assert found(cage.canaries, log) == []


async def test_no_canary_is_in_the_service_s_log(cage: Cage, logged: StringIO) -> None:
    log = logged.getvalue().encode()

    assert b"/v1/persons/{person_id}/identity-documents" in log
    assert not seen(NAME, log)
    assert found(cage.canaries, log) == []


async def test_no_canary_is_in_a_refusal(cage: Cage, refusals: list[str]) -> None:
    assert len(refusals) == 3 * len(OF_PEOPLE) + 1
    assert found(cage.canaries, "".join(refusals).encode()) == []


async def test_no_canary_is_in_the_metrics(app: FastAPI, anonymous: httpx.AsyncClient, cage: Cage) -> None:
    metrics = (await anonymous.get("/metrics")).content

    assert app.state.settings.metrics_open
    assert b"/v1/persons/{person_id}/identity-documents" in metrics
    assert found(cage.canaries, metrics) == []


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_canary_is_seen_in_every_form(offset: int) -> None:
    canary = f"kanari{secrets.token_hex(8)}"
    sentence = f"{'x' * offset}{canary}yz".encode()

    for form in (sentence, sentence.hex().encode(), sentence.hex().upper().encode(), b64encode(sentence)):
        assert seen(canary, b"..." + form + b"...")
    assert not seen(canary, sentence.replace(b"a", b"b"))
