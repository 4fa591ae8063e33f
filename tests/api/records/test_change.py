"""What every kind of record promises to who corrects or voids it: against a version, and what was is kept."""

import asyncio
from uuid import uuid4

import httpx

from tests.factories.bodies import Body
from tests.factories.kinds import every_corrected_kind, every_kind, every_shape
from tests.factories.posted import MERGE_PATCH, body_of, corrected, refused
from tests.factories.shelf import Shelf, put, voided


class TestChange:
    @every_corrected_kind
    async def test_a_correction_makes_the_next_version_and_keeps_the_former(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)

        answer = await corrected(manager, shelf.address(body), fields)

        now = shelf.shown(body, version=2, **fields)
        assert (answer.status_code, body_of(answer)) == (200, now | {"warnings": []})
        assert answer.headers["etag"] == f'"v2-{shelf.kind.view}"'
        assert body_of(await manager.get(shelf.address(body))) == now
        (former,) = body_of(await manager.get(f"{shelf.address(body)}/versions"))["items"]
        assert (former["version"], former["changed_at"]) == (1, "2026-11-21T03:00:00Z")
        shown_then = {name: value for name, value in shelf.shown(body).items() if name != "merged_into"}  # of today
        assert shown_then.items() <= (former["state"] | {"recorded_at": former["changed_at"]}).items()

    @every_shape
    async def test_the_version_that_was_seen_must_be_named(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        answer = await manager.patch(
            shelf.address(body), json=dict(shelf.kind.correction), headers={"Content-Type": MERGE_PATCH}
        )

        refused(answer, 428, "precondition_required")

    @every_shape
    async def test_a_version_that_is_not_the_present_one_is_refused(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)
        first = (await manager.get(shelf.address(body))).headers["etag"]
        await corrected(manager, shelf.address(body), fields, if_match=first)

        answer = await corrected(colleague, shelf.address(body), fields, if_match=first)

        assert refused(answer, 412, "version_mismatch")["version"] == 2

    @every_shape
    async def test_the_same_change_again_by_the_same_subject_is_answered_as_done(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)
        first = (await manager.get(shelf.address(body))).headers["etag"]
        done = await corrected(manager, shelf.address(body), fields, if_match=first)

        again = await corrected(manager, shelf.address(body), fields, if_match=first)

        assert (again.status_code, body_of(again)) == (200, body_of(done))
        assert again.headers["etag"] == done.headers["etag"]

    @every_shape
    async def test_another_change_by_the_same_subject_needs_the_present_version(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)
        first = (await manager.get(shelf.address(body))).headers["etag"]
        await corrected(manager, shelf.address(body), fields, if_match=first)
        back = {name: body.get(name) for name in fields}

        refused(await corrected(manager, shelf.address(body), back, if_match=first), 412, "version_mismatch")

    @every_shape
    async def test_two_at_once_from_one_version_make_one_change(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)
        first = (await manager.get(shelf.address(body))).headers["etag"]

        answers = await asyncio.gather(
            *[corrected(client, shelf.address(body), fields, if_match=first) for client in (manager, colleague)]
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412]
        assert body_of(await manager.get(shelf.address(body)))["version"] == 2

    @every_kind
    async def test_null_takes_no_required_value_away(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        needed = next(name for name, field in shelf.kind.body.model_fields.items() if field.is_required())

        answer = await corrected(manager, shelf.address(body), {needed: None})

        refused(answer, 422, "validation_failed", f"/{needed}")

    @every_shape
    async def test_a_voided_record_changes_no_more(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        await voided(shelf, manager, body)

        refused(await corrected(manager, shelf.address(body), dict(shelf.kind.correction)), 409, "record_voided")

    @every_shape
    async def test_without_a_token(self, shelf: Shelf, anonymous: httpx.AsyncClient) -> None:
        answer = await corrected(anonymous, f"{shelf.path}/{uuid4()}", dict(shelf.kind.correction), if_match='"v1-x"')

        refused(answer, 401, "unauthenticated")

    @every_shape
    async def test_with_a_token_for_reading(self, shelf: Shelf, reading: httpx.AsyncClient) -> None:
        answer = await corrected(reading, f"{shelf.path}/{uuid4()}", dict(shelf.kind.correction), if_match='"v1-x"')

        refused(answer, 403, "insufficient_scope")

    @every_shape
    async def test_the_id_is_not_changed(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        answer = await corrected(manager, shelf.address(body), {"id": str(uuid4())})

        refused(answer, 422, "validation_failed", "/id")


class TestVoid:
    @every_kind
    async def test_a_record_is_voided_with_its_reason(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        answer = await voided(shelf, manager, body, "Entered twice.")

        expected: Body = shelf.shown(body, version=2, state="voided", void_reason="Entered twice.") | {"warnings": []}
        assert (answer.status_code, body_of(answer)) == (200, expected)
        assert answer.headers["etag"] == f'"v2-{shelf.kind.view}"'

    @every_shape
    async def test_the_same_again_by_the_same_subject_is_answered_as_done(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)
        done = await voided(shelf, manager, body)

        again = await voided(shelf, manager, body)

        assert (again.status_code, body_of(again)) == (200, body_of(done))
        refused(await voided(shelf, manager, body, "For another reason."), 409, "record_voided")
        refused(await voided(shelf, colleague, body), 409, "record_voided")

    @every_shape
    async def test_a_version_that_is_named_must_be_the_present_one(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)
        address, reason = f"{shelf.address(body)}/void", {"reason": "Entered twice."}

        refused(await manager.post(address, json=reason, headers={"If-Match": '"v7-x"'}), 412, "version_mismatch")
        assert (await manager.post(address, json=reason, headers={"If-Match": '"v1-x"'})).status_code == 200

    @every_shape
    async def test_a_reason_is_needed(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        refused(await manager.post(f"{shelf.address(body)}/void", json={}), 422, "validation_failed", "/reason")

    @every_shape
    async def test_without_a_token(self, shelf: Shelf, anonymous: httpx.AsyncClient) -> None:
        refused(await voided(shelf, anonymous, {"id": uuid4()}), 401, "unauthenticated")

    @every_shape
    async def test_with_a_token_for_reading(self, shelf: Shelf, reading: httpx.AsyncClient) -> None:
        refused(await voided(shelf, reading, {"id": uuid4()}), 403, "insufficient_scope")
