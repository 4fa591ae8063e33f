"""Two requests at the same time for one new record: one makes it, the other is shown it."""

import asyncio

import httpx
from fastapi import FastAPI

from registry.db.engine import transaction
from tests.factories.kinds import every_kind, every_kind_of_person, every_shape
from tests.factories.locks import held, until_waiting
from tests.factories.posted import body_of, refused
from tests.factories.shelf import Shelf

ATTEMPTS = 4


async def twice(shelf: Shelf, *clients: httpx.AsyncClient) -> None:
    body = shelf.body()
    answers = await asyncio.gather(*[client.post(shelf.path, json=body) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [200, 201], [answer.text for answer in answers]
    assert body_of(answers[0]) == body_of(answers[1]) == shelf.shown(body) | {"warnings": []}


@every_kind
async def test_two_of_one_content_make_one_record(
    shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    for _ in range(1 if shelf.person_id else ATTEMPTS):
        await twice(shelf, manager, colleague)


@every_kind_of_person
async def test_two_that_waited_for_the_person_make_one_record(
    app: FastAPI, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    assert shelf.person_id is not None
    async with held(app.state.sessions, shelf.person_id), transaction(app.state.sessions) as watch:
        asked = asyncio.create_task(twice(shelf, manager, colleague))
        await until_waiting(watch, 2)
    await asked


@every_shape
async def test_two_contents_under_one_id_collide(
    shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    body = shelf.body()

    answers = await asyncio.gather(
        manager.post(shelf.path, json=body), colleague.post(shelf.path, json=shelf.otherwise(body))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused(max(answers, key=lambda answer: answer.status_code), 409, "record_id_conflict", "/id")
