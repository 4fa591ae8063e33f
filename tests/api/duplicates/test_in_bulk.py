"""Duplicates among everybody: who was recorded before there were groups, and pairs that nobody was asked about."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from registry.db import context
from registry.db.match_passes import START
from registry.domain.access import Role
from registry.keys import Keys
from registry.settings import Settings
from registry.usecases import match_passes
from registry.usecases.match_passes import Batch, Pass, Search, begin, go_on, look
from tests.api.duplicates.alike import remarks, reviews, twins
from tests.api.duplicates.merging import merged, unmerged
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import Body, a_document, a_person
from tests.factories.posted import created
from tests.factories.stored import Row, rows

ELSEWHERE, FAR = "22258", "00004"
GROUPS = "SELECT person_id, key FROM person_match_key ORDER BY person_id, key"
REVIEWS = "SELECT record_id, unit_id, person_id FROM task WHERE kind = 'duplicate_review' ORDER BY record_id, unit_id"


@pytest.fixture
def search(app: FastAPI, settings: Settings) -> Search:
    return Search(Keys.derive(settings.secret_key()), settings.key_ring(), app.state.atlas, NOW, TODAY)


@pytest.fixture(autouse=True)
async def nobody_was_asked(app: FastAPI) -> AsyncIterator[None]:
    """What another test has left is done: each begins with a pass over everybody behind it."""
    yield
    await rows(app, "DELETE FROM match_pass")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make many transactions of few people."""
    small = {which: (2, work) for which, (_, work) in match_passes._WORK.items()}
    monkeypatch.setattr(match_passes, "_WORK", small)


async def next_batch(app: FastAPI, search: Search, which: Pass) -> Batch:
    async with context.worker_transaction(app.state.sessions) as session:
        return await go_on(session, search, which)


async def scanned(app: FastAPI, search: Search) -> dict[Pass, int]:
    """Do both passes; what each found."""
    found = {}
    for which in Pass:
        async with context.worker_transaction(app.state.sessions) as session:
            await begin(session, search, which)
        found[which] = 0
        while (batch := await next_batch(app, search, which)).last is not None:
            found[which] += batch.found
    return found


def placed(body: Body, unit_code: str) -> Body:
    return body | {"residence": body["residence"] | {"unit_code": unit_code}}


async def recorded_before(app: FastAPI, *entries: tuple[httpx.AsyncClient, Body]) -> list[Row]:
    """Record people as if there had been no check: without groups, and nobody was asked. The groups they had."""
    for client, body in entries:
        await created(client, "/v1/persons", body)
    groups = await rows(app, GROUPS)
    await rows(app, "DELETE FROM person_match_key")
    await rows(app, "DELETE FROM task WHERE kind = 'duplicate_review'")
    return groups


async def test_whoever_has_no_groups_is_put_into_those_that_a_write_would_make(
    app: FastAPI, officer: httpx.AsyncClient, search: Search
) -> None:
    first, second = twins()
    groups = await recorded_before(app, (officer, first), (officer, a_person(aliases=["Tư Mẫu"])))
    assert remarks(await created(officer, "/v1/persons", second)) == []
    await rows(app, "DELETE FROM person_match_key WHERE person_id = :person", person=second["id"])

    found = await scanned(app, search)

    assert found[Pass.GROUPS] == (await rows(app, "SELECT count(*) FROM person WHERE state = 'active'"))[0][0]
    assert {row for row in await rows(app, GROUPS) if str(row[0]) != second["id"]} == set(groups)
    assert (await scanned(app, search))[Pass.GROUPS] == 0


@pytest.mark.parametrize("unit_code", ["22015", ELSEWHERE], ids=["of one commune", "of two"])
async def test_the_province_of_a_likely_pair_is_asked_once(
    app: FastAPI,
    officer: httpx.AsyncClient,
    supervisor: httpx.AsyncClient,
    search: Search,
    unit_code: str,
) -> None:
    first, second = twins()
    await recorded_before(app, (supervisor, placed(first, unit_code)), (officer, second))

    assert (await scanned(app, search))[Pass.PAIRS] >= 1
    (task,) = await reviews(supervisor, first, second)
    assert task["person_id"] == max(first["id"], second["id"])
    assert task["opened_by"] == "urn:registry:duplicates|check"
    assert (await scanned(app, search))[Pass.PAIRS] == 0
    assert await reviews(supervisor, first, second) == [task]


async def test_whoever_an_ended_unit_still_has_is_asked_about_where_they_will_be(
    app: FastAPI, officer: httpx.AsyncClient, supervisor: httpx.AsyncClient, search: Search
) -> None:
    first, second = twins()
    await recorded_before(app, (officer, first), (officer, second))
    ended = app.state.atlas.resolve("22015", date(2020, 12, 31)).unit_id
    await rows(app, "UPDATE person SET unit_id = :ended WHERE id = :person", ended=ended, person=first["id"])

    await scanned(app, search)

    assert len(await reviews(supervisor, first, second)) == 1


async def test_two_provinces_are_asked_each_about_its_own(
    app: FastAPI,
    officer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    supervisor: httpx.AsyncClient,
    search: Search,
) -> None:
    first, second = twins()
    await recorded_before(app, (stranger, placed(first, FAR)), (officer, second))

    await scanned(app, search)

    here, there = await reviews(supervisor, first, second), await reviews(stranger, first, second)
    assert [task["person_id"] for task in (*here, *there)] == [second["id"], first["id"]]


async def test_one_number_is_enough_on_documents_of_two_kinds(
    app: FastAPI, officer: httpx.AsyncClient, supervisor: httpx.AsyncClient, search: Search
) -> None:
    one, other = a_person(full_name="Lý Một", birth_date="1970-01-31"), a_person(full_name="Đỗ Hai")
    await recorded_before(app, (officer, one), (officer, other))
    for person, kind, number in ((one, "cmnd", "000999777"), (other, "other", "000 999 777")):
        document = a_document(document_type=kind, number=number)
        await created(officer, f"/v1/persons/{person['id']}/identity-documents", document)
    await rows(app, "DELETE FROM task")

    await scanned(app, search)

    assert len(await reviews(supervisor, one, other)) == 1


@pytest.mark.parametrize("decision", ["done", "decline"])
async def test_what_was_judged_is_not_asked_again(
    app: FastAPI, officer: httpx.AsyncClient, supervisor: httpx.AsyncClient, search: Search, decision: str
) -> None:
    first, second = twins()
    await recorded_before(app, (officer, first), (officer, second))
    await scanned(app, search)
    (task,) = await reviews(supervisor, first, second)
    await supervisor.post(f"/v1/tasks/{task['id']}/settle", json={"decision": decision})

    assert (await scanned(app, search))[Pass.PAIRS] == 0
    assert await reviews(supervisor, first, second) == []


async def test_nothing_is_asked_of_two_whose_merge_was_undone(
    app: FastAPI, sign_in: SignIn, officer: httpx.AsyncClient, supervisor: httpx.AsyncClient, search: Search
) -> None:
    second_manager = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
    first, second = twins()
    await recorded_before(app, (officer, first), (officer, second))
    await merged(supervisor, second_manager, first["id"], second["id"])
    await scanned(app, search)
    assert await reviews(supervisor, first, second) == []
    await unmerged(supervisor, second_manager, first["id"])

    assert (await scanned(app, search))[Pass.PAIRS] == 0
    assert await reviews(supervisor, first, second) == []


@pytest.mark.usefixtures("small_batches")
async def test_what_was_broken_off_goes_on_and_comes_to_the_same(
    app: FastAPI, officer: httpx.AsyncClient, search: Search
) -> None:
    pairs = [twins() for _ in range(4)]
    await recorded_before(app, *((officer, body) for pair in pairs for body in pair))
    await scanned(app, search)
    whole = await rows(app, REVIEWS)
    assert len(whole) >= len(pairs)
    await rows(app, "DELETE FROM task WHERE kind = 'duplicate_review'")

    seen = []
    async with context.worker_transaction(app.state.sessions) as session:
        await begin(session, search, Pass.PAIRS)
    while (batch := await next_batch(app, search, Pass.PAIRS)).last is not None:
        seen.append(batch.last)
        async with context.worker_transaction(app.state.sessions) as session:
            await begin(session, search, Pass.PAIRS)  # as whoever starts the command again

    assert seen == sorted(set(seen))
    assert [row[:2] for row in await rows(app, REVIEWS)] == [row[:2] for row in whole]


async def test_another_secret_begins_anew_and_finds_again(
    app: FastAPI, officer: httpx.AsyncClient, search: Search
) -> None:
    await recorded_before(app, *((officer, body) for body in twins()))
    await scanned(app, search)
    of_old = await rows(app, GROUPS)
    changed = replace(search, keys=Keys.derive(b"another secret, for tests only too"))

    async with context.worker_transaction(app.state.sessions) as session:
        await begin(session, changed, Pass.GROUPS, again=False)
    assert (await next_batch(app, changed, Pass.GROUPS)).found > 0

    assert not {key for _, key in of_old} & {key for _, key in await rows(app, GROUPS)}
    assert (await scanned(app, changed))[Pass.PAIRS] == 0
    await scanned(app, search)
    assert await rows(app, GROUPS) == of_old


async def test_a_pass_that_is_not_kept_counts_and_writes_nothing(
    app: FastAPI, officer: httpx.AsyncClient, search: Search
) -> None:
    await recorded_before(app, *((officer, body) for body in twins()))

    async with app.state.sessions() as session:
        await context.act_as_worker(session)
        counted = await look(session, search, Pass.GROUPS, after=START)

    assert counted.found == counted.people > 1
    assert await rows(app, GROUPS) == []
    assert await rows(app, "SELECT FROM match_pass") == []
