"""What every kind of record promises: create once, read, correct against a version, void, keep what was."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.situation import STATUSES
from registry.api.records.kind import Kind
from registry.domain.access import Role, TokenScope
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import ALL_KINDS, OF_PERSON, Body
from tests.factories.posted import MERGE_PATCH, body_of, corrected, pages, refused, without_occurrence
from tests.factories.shelf import Shelf, put, shelf_of, voided

SHAPES = (PERSONS, EPISODES, STATUSES)
"""A person, what belongs to a person, and what belongs to a unit: they differ in how they are found and locked."""

CONFINED = tuple(kind for kind in ALL_KINDS if kind.singular != "organisation")
"""Kinds that are out of sight beyond the caller's reach; the directory of organisations is open to all."""


def name_of(kind: Kind) -> str:
    return kind.singular


every_kind = pytest.mark.parametrize("shelf", ALL_KINDS, ids=name_of, indirect=True)
every_shape = pytest.mark.parametrize("shelf", SHAPES, ids=name_of, indirect=True)
every_confined_kind = pytest.mark.parametrize("shelf", CONFINED, ids=name_of, indirect=True)
every_kind_of_person = pytest.mark.parametrize("shelf", OF_PERSON, ids=name_of, indirect=True)


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture
async def shelf(request: pytest.FixtureRequest, manager: httpx.AsyncClient) -> Shelf:
    return await shelf_of(request.param, manager)


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER)


@pytest.fixture(scope="module")
async def stranger(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of another province."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def auditor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.AUDITOR)


@pytest.fixture(scope="module")
async def reading(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager whose token does not allow writing."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, scopes=(TokenScope.READ,))


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

    @every_kind
    async def test_two_at_once_create_one_record(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body = shelf.body()

        answers = await asyncio.gather(*[client.post(shelf.path, json=body) for client in (manager, colleague)])

        assert sorted(answer.status_code for answer in answers) == [200, 201]
        assert body_of(answers[0]) == body_of(answers[1]) == shelf.shown(body) | {"warnings": []}

    @every_shape
    async def test_two_at_once_with_one_id_and_two_contents_collide(
        self, shelf: Shelf, manager: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        body = shelf.body()

        answers = await asyncio.gather(
            manager.post(shelf.path, json=body), colleague.post(shelf.path, json=shelf.otherwise(body))
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "record_id_conflict", "/id")

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
    async def test_without_an_id(self, shelf: Shelf, manager: httpx.AsyncClient) -> None:
        body = {name: value for name, value in shelf.body().items() if name != "id"}

        refused(await manager.post(shelf.path, json=body), 422, "validation_failed", "/id")

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

        assert (answer.status_code, body_of(answer)) == (201, other.shown(body) | {"warnings": []})


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


class TestChange:
    @every_kind
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
        assert shelf.shown(body).items() <= (former["state"] | {"recorded_at": former["changed_at"]}).items()

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
