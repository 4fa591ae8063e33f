"""What an idempotency key is: how it is written, what it belongs to, and when it is needed."""

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.records.keyed import a_key, is_replayed, kept, nameless, posted
from tests.conftest import SignIn
from tests.factories.bodies import a_file, a_person
from tests.factories.kinds import every_kind
from tests.factories.posted import body_of, posted_person, refused
from tests.factories.shelf import Shelf
from tests.factories.stored import rows


class TestForm:
    async def test_quotes_are_the_writer_s_choice(self, manager: httpx.AsyncClient) -> None:
        body, key = nameless(a_person()), a_key().strip('"')

        first = await posted(manager, "/v1/persons", body, key)
        again = await posted(manager, "/v1/persons", body, f'"{key}"')

        assert (first.status_code, is_replayed(first), is_replayed(again)) == (201, False, True)
        assert body_of(again)["id"] == body_of(first)["id"]

    async def test_escapes_are_read(self, manager: httpx.AsyncClient) -> None:
        body, key = a_person(), r'"a \"name\" \\ of mine"'
        assert (await posted(manager, "/v1/persons", body, key)).status_code == 201

        assert is_replayed(await posted(manager, "/v1/persons", body, key))
        refused(await posted(manager, "/v1/persons", a_person(), key), 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        "key",
        [
            "",
            '""',
            '"',
            '"open',
            'open"',
            "two words",
            "back\\slash",
            '"bad \\n escape"',
            "k" * 256,
            '"k";p=1',
            "\u00fc",
        ],
    )
    async def test_what_is_no_key_is_refused(self, manager: httpx.AsyncClient, key: str) -> None:
        answer = await manager.post(
            "/v1/persons", json=a_person(), headers=[(b"Idempotency-Key", key.encode("latin-1"))]
        )

        problem = refused(answer, 422, "validation_failed")
        assert [fault["parameter"] for fault in problem["errors"]] == ["Idempotency-Key"]


class TestNeed:
    @every_kind
    async def test_a_record_without_an_id_needs_a_key(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        refused(await manager.post(shelf.path, json=nameless(shelf.body())), 400, "idempotency_key_required", "/id")

    async def test_so_does_what_comes_with_a_person(self, manager: httpx.AsyncClient) -> None:
        body = a_person()
        body["residence"] = nameless(body["residence"])

        refused(await manager.post("/v1/persons", json=body), 400, "idempotency_key_required", "/residence/id")

    @every_kind
    async def test_the_service_names_the_record(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        answer = await posted(manager, shelf.path, nameless(shelf.body()), a_key())

        assert answer.status_code == 201, answer.text
        assert (await manager.get(answer.headers["location"])).status_code == 200

    async def test_the_name_that_was_given_may_be_sent_afterwards(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        path, body = f"/v1/persons/{person_id}/files", nameless(a_file())
        made = body_of(await posted(manager, path, body, a_key()))

        answer = await manager.post(path, json=body | {"id": made["id"]})

        assert (answer.status_code, body_of(answer)) == (200, made)


class TestBelonging:
    async def test_a_key_belongs_to_one_request(self, manager: httpx.AsyncClient) -> None:
        mine, other = await posted_person(manager), await posted_person(manager)
        path, body, key = f"/v1/persons/{mine}/files", a_file(), a_key()
        assert (await posted(manager, path, body, key)).status_code == 201

        for address, content in (
            (path, a_file()),
            (f"/v1/persons/{other}/files", body),
            (f"{path}?of=another", body),
        ):
            refused(await posted(manager, address, content, key), 422, "idempotency_key_reused")

    async def test_white_space_and_order_are_no_difference(self, manager: httpx.AsyncClient) -> None:
        body, key = a_person(), a_key()
        assert (await posted(manager, "/v1/persons", body, key)).status_code == 201

        assert is_replayed(await posted(manager, "/v1/persons", dict(reversed(body.items())), key))

    async def test_it_belongs_to_one_caller_one_client_and_one_operation(
        self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        key, before = a_key(), await kept(app)
        officer = await sign_in(Role.PROVINCE_MANAGER, subject="an officer with keys")
        elsewhere = await sign_in(Role.PROVINCE_MANAGER, subject="an officer with keys", client_id="another-app")
        callers = (manager, officer, elsewhere)

        made = [await posted(client, "/v1/persons", a_person(), key) for client in callers]
        file = await posted(manager, f"/v1/persons/{body_of(made[0])['id']}/files", a_file(), key)

        assert [answer.status_code for answer in (*made, file)] == [201] * 4
        assert await kept(app) == before + 4

    async def test_without_a_token_no_key_is_looked_at(self, anonymous: httpx.AsyncClient) -> None:
        refused(await posted(anonymous, "/v1/persons", a_person(), a_key()), 401, "unauthenticated")

    async def test_what_is_kept_tells_neither_key_nor_caller_nor_content(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        body = a_person(full_name="Nguyễn Thị Khóa")
        answer = await posted(manager, "/v1/persons", body, '"Nguyen Thi Khoa"')

        (row,) = await rows(
            app,
            "SELECT to_jsonb(idempotency_key) FROM idempotency_key WHERE reference = :address",
            address=answer.headers["location"],
        )

        shown = row[0]
        assert (shown["status"], shown["version"]) == (201, 1)
        assert shown["kept_until"] == "2027-02-19T03:00:00+00:00"
        assert shown.keys() == {"digest", "fingerprint", "status", "reference", "version", "kept_until"}
        assert not [word for word in ("Khoa", "Khóa", "manager") if word in str(shown)]
        assert all(len(shown[name]) == len("\\x") + 64 for name in ("digest", "fingerprint"))


async def test_the_term_is_published(manager: httpx.AsyncClient) -> None:
    assert body_of(await manager.get("/v1/meta"))["limits"]["idempotency_key_days"] == 90
