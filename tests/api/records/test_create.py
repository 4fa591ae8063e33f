"""What every kind of record promises of its creation: once, whatever is sent again and by whom."""

from uuid import uuid4

import httpx

from tests.factories.kinds import every_kind, every_kind_of_person, every_shape
from tests.factories.posted import body_of, corrected, refused, without_occurrence
from tests.factories.shelf import Shelf, put, shelf_of, voided


class TestCreate:
    @every_kind
    async def test_a_new_record_is_answered_whole(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = shelf.body()

        answer = await manager.post(shelf.path, json=body)

        assert (answer.status_code, body_of(answer)) == (201, shelf.shown(body) | {"warnings": []})
        assert answer.headers["location"] == shelf.address(body)
        assert answer.headers["etag"] == f'"v1-{shelf.kind.view}"'
        assert answer.headers["cache-control"] == "no-store"

    @every_shape
    async def test_the_same_body_again_is_answered_with_the_record_as_it_is_now(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)
        now = body_of(await corrected(colleague, shelf.address(body), dict(shelf.kind.correction)))

        answer = await manager.post(shelf.path, json=dict(reversed(body.items())))

        assert (answer.status_code, body_of(answer)) == (200, now)
        assert answer.headers["etag"] == f'"v2-{shelf.kind.view}"'
        assert "location" not in answer.headers

    @every_kind
    async def test_another_body_under_the_same_id_is_a_conflict(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        refused(await manager.post(shelf.path, json=shelf.otherwise(body)), 409, "record_id_conflict", "/id")

    @every_shape
    async def test_a_voided_record_shows_its_reference_only(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        await voided(shelf, manager, body)

        answer = await manager.post(shelf.path, json=body)

        assert (answer.status_code, body_of(answer)) == (200, {"id": body["id"], "version": 2, "state": "voided"})

    @every_shape
    async def test_without_a_token(self, shelf: Shelf, anonymous: httpx.AsyncClient) -> None:
        refused(await anonymous.post(shelf.path, json=shelf.body()), 401, "unauthenticated")

    @every_shape
    async def test_with_a_token_for_reading(self, shelf: Shelf, reading: httpx.AsyncClient) -> None:
        refused(await reading.post(shelf.path, json=shelf.body()), 403, "insufficient_scope")

    @every_shape
    async def test_by_a_role_without_the_permission(self, shelf: Shelf, auditor: httpx.AsyncClient) -> None:
        refused(await auditor.post(shelf.path, json=shelf.body()), 403, "insufficient_scope")

    @every_shape
    async def test_with_a_field_that_nobody_knows(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        refused(await manager.post(shelf.path, json=shelf.body() | {"colour": 1}), 422, "validation_failed", "/colour")

    @every_shape
    async def test_with_an_id_that_tells_more_than_it_should(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = shelf.body() | {"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}

        refused(await manager.post(shelf.path, json=body), 422, "validation_failed", "/id")


class TestCreateOutOfReach:
    @every_shape
    async def test_the_same_body_shows_the_reference_only(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)

        answer = await stranger.post(shelf.path, json=body)

        assert (answer.status_code, body_of(answer)) == (200, {"id": body["id"], "version": 1, "state": "active"})

    @every_shape
    async def test_another_body_is_the_conflict_that_it_is_within_reach(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)
        other = shelf.otherwise(body)

        theirs, ours = [await client.post(shelf.path, json=other) for client in (stranger, manager)]

        refused(theirs, 409, "record_id_conflict", "/id")
        assert without_occurrence(theirs) == without_occurrence(ours)


@every_kind_of_person
class TestCreateForAPerson:
    async def test_out_of_reach_looks_like_absent(
        self, shelf: Shelf, stranger: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        nowhere = f"/v1/persons/{uuid4()}/{shelf.kind.collection}"

        out_of_reach = await stranger.post(shelf.path, json=shelf.body())
        absent = await manager.post(nowhere, json=shelf.body())

        refused(absent, 404, "not_found")
        assert without_occurrence(out_of_reach) == without_occurrence(absent)

    async def test_a_voided_person_takes_no_records(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        await manager.post(f"/v1/persons/{shelf.person_id}/void", json={"reason": "Entered twice."})

        refused(await manager.post(shelf.path, json=shelf.body()), 409, "record_voided")
        refused(await corrected(manager, shelf.address(body), dict(shelf.kind.correction)), 409, "record_voided")
        refused(await voided(shelf, manager, body), 409, "record_voided")

    async def test_the_same_id_under_another_person_is_another_record(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)
        other = await shelf_of(shelf.kind, manager)

        answer = await manager.post(other.path, json=body)

        answered = body_of(answer)
        del answered["warnings"]  # one number with two people is worth a remark
        assert (answer.status_code, answered) == (201, other.shown(body))
