"""A request sent again under its key: done once, and shown as things are by then."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import FILES
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.domain.access import Role
from tests.api.erasure.erasing import erase
from tests.api.push import pushing
from tests.api.records.keyed import a_key, is_replayed, kept, nameless, patched, posted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_file
from tests.factories.kinds import every_corrected_kind, every_kind, every_shape
from tests.factories.posted import body_of, corrected, posted_person, refused
from tests.factories.shelf import Shelf, put, shelf_of, voided
from tests.factories.stored import rows
from tests.factories.trails import audited, fed


class TestReplay:
    @every_kind
    async def test_a_new_record_is_made_once(self, app: FastAPI, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body, key = nameless(shelf.body()), a_key()

        first = await posted(manager, shelf.path, body, key)
        again = await posted(manager, shelf.path, body, key)

        assert (again.status_code, body_of(again)) == (201, body_of(first) | {"warnings": []})
        assert [again.headers[name] for name in ("location", "etag")] == [
            first.headers[name] for name in ("location", "etag")
        ]
        assert (is_replayed(first), is_replayed(again)) == (False, True)
        told = [row for row in await fed(app, body_of(first)["id"]) if row["entity"] == shelf.entity]
        assert len([row for row in told if row["unit_id"] is not None]) == 1
        assert len(await audited(app, again)) == 1

    @every_corrected_kind
    async def test_a_change_is_made_once_whatever_others_did_since(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body, fields, key = await put(shelf, manager), dict(shelf.kind.correction), a_key()
        tag = (await manager.get(shelf.address(body))).headers["etag"]
        assert (await patched(manager, shelf.address(body), fields, tag, key)).status_code == 200
        back = await corrected(colleague, shelf.address(body), {name: body.get(name) for name in fields})

        again = await patched(manager, shelf.address(body), fields, tag, key)

        assert (again.status_code, is_replayed(again)) == (200, True)
        assert (body_of(again), again.headers["etag"]) == (body_of(back), f'"v3-{shelf.kind.view}"')
        assert body_of(await manager.get(shelf.address(body)))["version"] == 3

    @every_kind
    async def test_a_record_is_voided_once(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body, key = await put(shelf, manager), a_key()
        reason = {"reason": "Entered twice."}
        assert (await posted(manager, f"{shelf.address(body)}/void", reason, key)).status_code == 200

        again = await posted(manager, f"{shelf.address(body)}/void", reason, key)

        assert (again.status_code, is_replayed(again)) == (200, True)
        assert body_of(again) == {"id": body["id"], "version": 2, "state": "voided"}


Write = Callable[[Shelf, httpx.AsyncClient, Body, str], Awaitable[httpx.Response]]


async def creating(shelf: Shelf, client: httpx.AsyncClient, body: Body, key: str) -> httpx.Response:
    return await posted(client, shelf.path, body, key)


async def changing(shelf: Shelf, client: httpx.AsyncClient, body: Body, key: str) -> httpx.Response:
    await client.post(shelf.path, json=body)
    return await patched(client, shelf.address(body), dict(shelf.kind.correction), f'"v1-{shelf.kind.view}"', key)


either = pytest.mark.parametrize("write", [creating, changing], ids=lambda write: str(write.__name__))


class TestLate:
    @either
    @every_shape
    async def test_after_a_void_only_the_reference_is_told(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, write: Write
    ) -> None:
        body, key = shelf.body(), a_key()
        first = await write(shelf, manager, body, key)
        ended = body_of(await voided(shelf, colleague, body))

        again = await write(shelf, manager, body, key)

        assert (again.status_code, is_replayed(again)) == (first.status_code, True)
        assert body_of(again) == {"id": body["id"], "version": ended["version"], "state": "voided"}

    @either
    async def test_after_a_move_out_of_reach_only_the_reference_is_told(
        self, app: FastAPI, sign_in: SignIn, write: Write
    ) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))
        person_id = await posted_person(officer)
        shelf = Shelf(FILES, f"/v1/persons/{person_id}/files", person_id)
        body, key = shelf.body(), a_key()
        first = await write(shelf, officer, body, key)
        there = app.state.atlas.resolve("22258", TODAY).unit_id
        await rows(app, "UPDATE person SET unit_id = :there WHERE id = :person", there=there, person=UUID(person_id))

        again = await write(shelf, officer, body, key)

        assert (again.status_code, is_replayed(again)) == (first.status_code, True)
        assert body_of(again) == {"id": body["id"], "version": body_of(first)["version"], "state": "active"}
        refused(await officer.get(shelf.address(body)), 404, "not_found")

    @either
    @pytest.mark.parametrize("kind", [PERSONS, FILES], ids=lambda kind: str(kind.singular))
    async def test_after_an_erasure_it_is_gone(
        self, app: FastAPI, manager: httpx.AsyncClient, kind: Kind, write: Write
    ) -> None:
        shelf, key = await shelf_of(kind, manager), a_key()
        body = shelf.body()
        assert (await write(shelf, manager, body, key)).is_success
        await erase(app, shelf.owner(body) or "")

        refused(await write(shelf, manager, body, key), 410, "erased")

    async def test_rights_are_those_of_now(self, app: FastAPI, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject="an officer who leaves")
        person_id, key = await posted_person(officer), a_key()
        path, body = f"/v1/persons/{person_id}/files", a_file()
        assert (await posted(officer, path, body, key)).status_code == 201
        await rows(app, "UPDATE access_grant SET to_on = '2026-11-20' WHERE subject = 'an officer who leaves'")

        refused(await posted(officer, path, body, key), 403, "insufficient_scope")


async def test_a_push_is_judged_anew_under_its_key_and_says_so_of_each_operation(manager: httpx.AsyncClient) -> None:
    body, key = {"operations": [pushing.creating(PERSONS)]}, a_key()

    answers = [await posted(manager, "/v1/sync/push", body, key) for _ in range(2)]

    assert [answer.json()["results"][0]["status"] for answer in answers] == ["applied", "duplicate"]
    assert not any(map(is_replayed, answers))


class TestRefused:
    async def test_what_was_refused_may_be_sent_otherwise_under_the_same_key(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        path, key, before = f"/v1/persons/{await posted_person(manager)}/files", a_key(), await kept(app)

        refused(await posted(manager, path, a_file(opened_on="2031-01-01"), key), 409, "date_in_future")
        assert await kept(app) == before
        answer = await posted(manager, path, a_file(), key)

        assert (answer.status_code, is_replayed(answer)) == (201, False)
        assert await kept(app) == before + 1

    async def test_what_failed_is_really_tried_again(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        path, body, key = f"/v1/persons/{await posted_person(manager)}/files", a_file(), a_key()
        before = await kept(app)
        await rows(app, "REVOKE INSERT ON audit_event FROM registry_units")
        try:
            refused(await posted(manager, path, body, key), 503, "unavailable")
        finally:
            await rows(app, "GRANT INSERT ON audit_event TO registry_units")
        assert await kept(app) == before

        answer = await posted(manager, path, body, key)

        assert (answer.status_code, is_replayed(answer)) == (201, False)
