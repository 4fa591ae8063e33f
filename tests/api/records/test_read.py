"""What every kind of record promises to a reader: all of it within reach, nothing beyond."""

from uuid import uuid4

import httpx
import pytest

from tests.factories.kinds import every_confined_kind, every_kind, every_kind_of_person, every_shape
from tests.factories.posted import body_of, corrected, pages, refused, without_occurrence
from tests.factories.shelf import Shelf, put, shelf_of, voided


@every_kind_of_person
class TestListOfAPerson:
    async def test_the_person_s_own_records_the_oldest_first_page_by_page(
        self, shelf: Shelf, manager: httpx.AsyncClient
    ) -> None:
        await put(await shelf_of(shelf.kind, manager), manager)
        await voided(shelf, manager, await put(shelf, manager))
        kept = await put(shelf, manager)

        items = await pages(manager, f"{shelf.path}?limit=1")

        first_residence = 1 if shelf.kind.singular == "residence" else 0
        assert items[first_residence:] == [shelf.shown(kept)]

    async def test_out_of_reach_looks_like_absent(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        out_of_reach = await stranger.get(shelf.path)
        absent = await manager.get(f"/v1/persons/{uuid4()}/{shelf.kind.collection}")

        refused(absent, 404, "not_found")
        assert without_occurrence(out_of_reach) == without_occurrence(absent)


class TestRead:
    @every_kind
    async def test_a_record_is_shown_whole(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)

        answer = await manager.get(shelf.address(body))

        assert (answer.status_code, body_of(answer)) == (200, shelf.shown(body))
        assert answer.headers["etag"] == f'"v1-{shelf.kind.view}"'
        assert answer.headers["cache-control"] == "no-store"

    @every_kind
    async def test_a_voided_record_is_shown_with_its_reason(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = await put(shelf, manager)
        await voided(shelf, manager, body, "Entered twice.")

        answer = await manager.get(shelf.address(body))

        expected = shelf.shown(body, version=2, state="voided", void_reason="Entered twice.")
        assert (answer.status_code, body_of(answer)) == (200, expected)

    @every_shape
    async def test_without_a_token(self, shelf: Shelf, anonymous: httpx.AsyncClient) -> None:
        for address in (f"{shelf.path}/{uuid4()}", f"{shelf.path}/{uuid4()}/versions"):
            refused(await anonymous.get(address), 401, "unauthenticated")

    @every_shape
    async def test_what_is_absent_is_not_found(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        for address in (f"{shelf.path}/{uuid4()}", f"{shelf.path}/{uuid4()}/versions"):
            refused(await manager.get(address), 404, "not_found")

    @every_shape
    async def test_an_id_that_is_none(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        assert (await manager.get(f"{shelf.path}/first")).status_code in {404, 422}


class TestOutOfReach:
    @every_confined_kind
    @pytest.mark.parametrize("rest", ["", "/versions"])
    async def test_reading_looks_like_absent(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient, rest: str
    ) -> None:
        body = await put(shelf, manager)

        out_of_reach = await stranger.get(shelf.address(body) + rest)
        absent = await manager.get(f"{shelf.path}/{uuid4()}{rest}")

        refused(absent, 404, "not_found")
        assert without_occurrence(out_of_reach) == without_occurrence(absent)

    @every_shape
    async def test_changing_looks_like_absent(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        body, fields = await put(shelf, manager), dict(shelf.kind.correction)

        out_of_reach = await corrected(stranger, shelf.address(body), fields, if_match='"v1-x"')
        absent = await corrected(manager, f"{shelf.path}/{uuid4()}", fields, if_match='"v1-x"')

        refused(absent, 404, "not_found")
        assert without_occurrence(out_of_reach) == without_occurrence(absent)

    @every_shape
    async def test_voiding_looks_like_absent(
        self, shelf: Shelf, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        body = await put(shelf, manager)

        out_of_reach = await voided(shelf, stranger, body)
        absent = await voided(shelf, manager, {"id": uuid4()})

        refused(absent, 404, "not_found")
        assert without_occurrence(out_of_reach) == without_occurrence(absent)

    @every_shape
    async def test_a_role_without_the_permission_may_not_read(self, shelf: Shelf, auditor: httpx.AsyncClient) -> None:
        for address in (f"{shelf.path}/{uuid4()}", f"{shelf.path}/{uuid4()}/versions"):
            refused(await auditor.get(address), 403, "insufficient_scope")
