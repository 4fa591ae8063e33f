"""One key in several requests at once, and answers that get lost on their way."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

from registry.db.engine import transaction
from tests.api.records.keyed import a_key, is_replayed, nameless, posted
from tests.factories.bodies import a_file, a_person
from tests.factories.kinds import every_kind
from tests.factories.locks import held, until_waiting
from tests.factories.posted import body_of, posted_person, refused
from tests.factories.shelf import Shelf
from tests.factories.stored import rows

ATTEMPTS = 4
_LOCK = "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory'"


@every_kind
async def test_duplicates_at_once_make_one_record(shelf: Shelf, manager: httpx.AsyncClient) -> None:
    body, key = nameless(shelf.body()), a_key()

    answers = await asyncio.gather(*[posted(manager, shelf.path, body, key) for _ in range(ATTEMPTS)])

    assert [answer.status_code for answer in answers] == [201] * ATTEMPTS, [answer.text for answer in answers]
    assert len({body_of(answer)["id"] for answer in answers}) == 1
    assert sorted(map(is_replayed, answers)) == [False, *[True] * (ATTEMPTS - 1)]


async def test_a_duplicate_does_not_wait_for_ever(app: FastAPI, manager: httpx.AsyncClient) -> None:
    person_id, key = await posted_person(manager), a_key()
    path, body = f"/v1/persons/{person_id}/files", a_file()
    async with held(app.state.sessions, person_id), transaction(app.state.sessions) as watch:
        first = asyncio.create_task(posted(manager, path, body, key))
        await until_waiting(watch)
        ((lock,),) = await rows(
            app, "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory'"
        )
    assert (await first).status_code == 201
    async with transaction(app.state.sessions) as work:
        await (await work.connection()).exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")
        answer = await posted(manager, path, body, key)

    assert refused(answer, 409, "request_under_way")["retry_after"] == 2
    assert answer.headers["retry-after"] == "2"
    assert is_replayed(await posted(manager, path, body, key))


async def test_an_answer_that_got_lost_after_the_commit_is_given_again(
    app: FastAPI, manager: httpx.AsyncClient
) -> None:
    async def cut(scope: Any, receive: Any, _: Any) -> None:  # noqa: ANN401 - as ASGI has it
        await app(scope, receive, discard)
        raise ConnectionResetError

    async def discard(_: Any) -> None:  # noqa: ANN401 - as above
        """Lose what is sent."""

    body, key = nameless(a_person()), a_key()
    transport = httpx.ASGITransport(app=cut, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=manager.base_url, headers=manager.headers) as phone:
        lost = await posted(phone, "/v1/persons", body, key)

    again = await posted(manager, "/v1/persons", body, key)

    assert (lost.status_code, lost.content) == (500, b"")
    assert (again.status_code, is_replayed(again)) == (201, True)
    assert (await manager.get(again.headers["location"])).status_code == 200
