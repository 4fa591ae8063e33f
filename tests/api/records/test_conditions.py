"""Every method under every condition (RFC 9110, section 13), and writers that race from one version."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_file
from tests.factories.kinds import every_kind, every_shape
from tests.factories.posted import MERGE_PATCH, body_of, corrected, posted_person, refused
from tests.factories.shelf import Shelf, put, shelf_of
from tests.factories.stored import rows
from tests.factories.tasks import opened
from tests.factories.trails import audited

WRITERS = 8

OK, CHANGED, NEEDED, MALFORMED = (
    (200, None), (412, "version_mismatch"), (428, "precondition_required"), (422, "validation_failed"),
)  # fmt: skip
UNCHANGED = (304, None)

# What stands in the field for a tag `T` of version 1, and what reading, correcting and voiding answer.
IF_MATCH = {
    "absent": (None, OK, NEEDED, OK),
    "any": ("*", OK, OK, OK),
    "right": ("T", OK, OK, OK),
    "wrong": ('"v9-x"', CHANGED, CHANGED, CHANGED),
    "foreign": ('"abc"', CHANGED, CHANGED, CHANGED),
    "list with the right one": ('"abc", T , W/"v9-x"', OK, OK, OK),
    "list of wrong ones": ('"abc", "v9-x"', CHANGED, CHANGED, CHANGED),
    "weak": ("W/T", CHANGED, CHANGED, CHANGED),
    "unquoted": ("v1-x", MALFORMED, MALFORMED, MALFORMED),
    "open": ('"v1-x', MALFORMED, MALFORMED, MALFORMED),
    "any among others": ('*, "v1-x"', MALFORMED, MALFORMED, MALFORMED),
    "empty": ("", MALFORMED, MALFORMED, MALFORMED),
}
IF_NONE_MATCH = {
    "absent": (None, OK, OK, OK),
    "any": ("*", UNCHANGED, CHANGED, CHANGED),
    "right": ("T", UNCHANGED, CHANGED, CHANGED),
    "wrong": ('"v9-x"', OK, OK, OK),
    "list with the right one": ('"abc", T', UNCHANGED, CHANGED, CHANGED),
    "weak": ("W/T", UNCHANGED, CHANGED, CHANGED),
    "weak and wrong": ('W/"v9-x"', OK, OK, OK),
    "unquoted": ("v1-x", MALFORMED, MALFORMED, MALFORMED),
}


def outcome(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, None if answer.status_code < 400 else str(body_of(answer)["code"])


async def asked(shelf: Shelf, client: httpx.AsyncClient, body: Body, headers: dict[str, str]) -> list[httpx.Response]:
    """Read, correct and void a record of version 1, each under the condition."""
    seen = await client.get(shelf.address(body), headers=headers)
    fields, patching = dict(shelf.kind.correction), {**headers, "Content-Type": MERGE_PATCH}
    changed = await client.patch(shelf.address(body), json=fields, headers=patching)
    if changed.status_code == 200:
        shelf = await shelf_of(shelf.kind, client)
        body = await put(shelf, client)
    ended = await client.post(f"{shelf.address(body)}/void", json={"reason": "Twice."}, headers=headers)
    return [seen, changed, ended]


class TestMatrix:
    @pytest.mark.parametrize("condition", IF_MATCH)
    @every_shape
    async def test_if_match(self, shelf: Shelf, manager: httpx.AsyncClient, condition: str) -> None:
        field, *expected = IF_MATCH[condition]
        body, tag = await put(shelf, manager), f'"v1-{shelf.kind.view}"'
        headers = {} if field is None else {"If-Match": field.replace("T", tag)}

        assert [outcome(answer) for answer in await asked(shelf, manager, body, headers)] == expected

    @pytest.mark.parametrize("condition", IF_NONE_MATCH)
    @every_shape
    async def test_if_none_match(self, shelf: Shelf, manager: httpx.AsyncClient, condition: str) -> None:
        field, *expected = IF_NONE_MATCH[condition]
        body, tag = await put(shelf, manager), f'"v1-{shelf.kind.view}"'
        headers = {} if field is None else {"If-None-Match": field.replace("T", tag)}

        found = [outcome(answer) for answer in await asked(shelf, manager, body, headers | {"If-Match": "*"})]

        assert found == expected

    async def test_a_task_is_settled_under_conditions_too(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        address = f"/v1/tasks/{await opened(app)}"
        tag = (await manager.get(address)).headers["etag"]
        decision = {"decision": "approve"}

        assert (await manager.get(address, headers={"If-None-Match": tag})).status_code == 304
        for headers in ({"If-Match": '"v9-task"'}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
            refused(await manager.post(f"{address}/settle", json=decision, headers=headers), 412, "version_mismatch")
        assert (await manager.post(f"{address}/settle", json=decision, headers={"If-Match": tag})).status_code == 200


class TestUnchanged:
    @every_kind
    async def test_what_is_held_is_not_sent_again(self, app: FastAPI, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        first = await manager.get(shelf.address(body))

        again = await manager.get(shelf.address(body), headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in again.headers
        assert await audited(app, again) == await audited(app, first)

    @every_shape
    async def test_what_has_changed_is_sent(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        first = await manager.get(shelf.address(body))
        await corrected(manager, shelf.address(body), dict(shelf.kind.correction))

        again = await manager.get(shelf.address(body), headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, body_of(again)["version"]) == (200, 2)

    @pytest.mark.parametrize("conditions", [{"If-None-Match": "*"}, {"If-Match": '"v9-any"'}])
    async def test_of_what_is_out_of_reach_nothing_is_told(
        self, stranger: httpx.AsyncClient, manager: httpx.AsyncClient, conditions: dict[str, str]
    ) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        refused(await stranger.get(address, headers=conditions), 404, "not_found")

    async def test_code_lists_are_held_too(self, manager: httpx.AsyncClient) -> None:
        tag = (await manager.get("/v1/codes/outcomes")).headers["etag"]

        assert (await manager.get("/v1/codes/outcomes", headers={"If-None-Match": f"W/{tag}"})).status_code == 304


async def test_of_many_who_start_from_one_version_one_gets_through(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
) -> None:
    officers = [await sign_in(Role.PROVINCE_MANAGER) for _ in range(WRITERS)]
    path, body = f"/v1/persons/{await posted_person(manager)}/files", a_file()
    address = f"{path}/{body['id']}"
    tag = (await manager.post(path, json=body)).headers["etag"]

    answers = await asyncio.gather(
        *[
            corrected(officer, address, {"issuer": f"Officer {number}"}, if_match=tag)
            for number, officer in enumerate(officers)
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[412] * (WRITERS - 1)]
    (winner,) = [answer for answer in answers if answer.status_code == 200]
    now = body_of(await manager.get(address))
    assert (now["version"], now["issuer"]) == (2, body_of(winner)["issuer"])
    assert await rows(app, "SELECT version FROM record_history WHERE id = CAST(:id AS uuid)", id=body["id"]) == [(1,)]
