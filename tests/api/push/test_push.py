"""Pushing: every kind and verb by the rules of its own route, parents first, once."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.identity import RESIDENCES
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from registry.api.sync.kinds import KINDS, is_of_person
from registry.domain.access import Role
from registry.domain.sync import SyncKind
from tests.api.push.pushing import ADDRESS, changing, creating, push, push_text, statuses, told, voiding, written
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_file, a_fresh, a_person, a_record, an_accompaniment, an_episode
from tests.factories.posted import body_of, created, posted_person, refused
from tests.factories.trails import audited

every_kind = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.is_corrected], ids=lambda kind: kind.singular
)


def address(kind: Kind, record_id: str, person_id: str | None) -> str:
    owner = f"/persons/{person_id}" if is_of_person(kind) else ""
    return f"/v1{owner}/{kind.collection}/{record_id}"


def built_on(kind: Kind, person_id: str) -> list[Body]:
    """What the example of a kind refers to and the stock does not hold: another record of the person."""
    if kind is not VISITS:
        return []
    return [creating(ACCOMPANIMENTS, an_accompaniment(id=examples.ACCOMPANIMENT), of=person_id)]


def test_every_kind_that_travels_is_named() -> None:
    assert set(KINDS) == set(SyncKind)


@every_kind
async def test_a_record_of_every_kind_is_created_changed_and_voided_as_by_its_own_routes(
    app: FastAPI, manager: httpx.AsyncClient, kind: Kind
) -> None:
    person_id = await posted_person(manager)
    owner = person_id if is_of_person(kind) else None
    parents = built_on(kind, person_id)
    create = creating(kind, a_fresh(kind), of=person_id)
    change = changing(kind, create["id"], dict(kind.correction), of=owner)
    void = voiding(kind, create["id"], of=owner, base_version=2)

    answer = await manager.post(ADDRESS, json={"operations": [*parents, create, change, void]})

    results = body_of(answer)["results"][len(parents) :]
    assert statuses(results) == ["applied"] * 3, answer.text
    assert [(result["version"], result["state"]) for result in results] == [(1, "active"), (2, "active"), (3, "voided")]
    shown = body_of(await manager.get(address(kind, create["id"], person_id)))
    assert (shown["version"], shown["state"], shown["void_reason"]) == (3, "voided", "Entered twice.")
    assert shown.items() >= dict(kind.correction).items()
    entity = kind.table.__tablename__
    rows = [
        row for row in await audited(app, answer) if (row["entity"], str(row["record_id"])) == (entity, create["id"])
    ]
    assert [row["operation"] for row in rows] == ["push_operations"] * 3


async def test_parents_go_before_children_whatever_their_order(manager: httpx.AsyncClient) -> None:
    person, clinic = a_person(), creating(ORGANISATIONS)
    stay = creating(EPISODES, an_episode(provider_id=clinic["id"]), of=person["id"])

    results = await push(manager, stay, creating(TESTS, of=person["id"]), clinic, creating(PERSONS, person))

    assert statuses(results) == ["applied"] * 4
    assert len({result["position"] for result in results}) == 1


async def test_operations_on_one_record_keep_the_device_s_order(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    file = creating(FILES, of=person_id)
    first = changing(FILES, file["id"], {"issuer": "A"}, of=person_id)
    second = changing(FILES, file["id"], {"issuer": "B"}, of=person_id, base=2)

    await push(manager, file, first, second)

    assert body_of(await manager.get(address(FILES, file["id"], person_id)))["issuer"] == "B"


async def test_what_is_sent_again_is_there_once(manager: httpx.AsyncClient) -> None:
    person = creating(PERSONS)
    operations = [person, creating(TESTS, of=person["id"]), creating(FILES, of=person["id"])]
    first = await push(manager, *operations)

    again = await push(manager, *reversed(operations))

    assert (statuses(first), statuses(again)) == (["applied"] * 3, ["duplicate"] * 3)
    assert [result["version"] for result in again] == [1, 1, 1]
    assert all(int(result["position"]) > int(first[0]["position"]) for result in again)


async def test_a_record_is_the_same_whichever_way_it_comes(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    test = a_record(TESTS)
    await created(manager, f"/v1/persons/{person_id}/drug-tests", test)

    (result,) = await push(manager, creating(TESTS, test, of=person_id))

    assert told(result) == ("duplicate", None, None)


async def test_another_content_under_a_taken_id_is_refused(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    test = a_record(TESTS)

    results = await push(
        manager, creating(TESTS, test, of=person_id), creating(TESTS, test | {"result": "negative"}, of=person_id)
    )

    assert told(results[0])[0] == "applied"
    assert told(results[1]) == ("rejected", "record_id_conflict", "/operations/1/id")


async def test_a_child_of_a_parent_that_failed_waits_for_it(manager: httpx.AsyncClient) -> None:
    person = a_person()
    bad = creating(PERSONS, person | {"sex": "unheard of"})
    test, change = creating(TESTS, of=person["id"]), changing(PERSONS, person["id"], {"occupation": "Thợ hồ"})

    first = await push(manager, test, bad, change)
    second = await push(manager, test, creating(PERSONS, person), change)

    assert [told(result)[:2] for result in first] == [
        ("deferred", "parent_not_applied"), ("rejected", "validation_failed"), ("deferred", "parent_not_applied"),
    ]  # fmt: skip
    assert [result["retry"] for result in first] == [True, False, True]
    assert told(first[1])[2] == "/operations/1/body/sex"
    assert statuses(second) == ["applied"] * 3


async def test_operations_that_wait_for_each_other_are_refused(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    one, other = (an_episode() for _ in range(2))
    one["course_id"], other["course_id"] = other["id"], one["id"]

    results = await push(manager, *(creating(EPISODES, body, of=person_id) for body in (one, other)))

    assert [told(result)[:2] for result in results] == [("rejected", "references_in_circle")] * 2


async def test_a_rule_that_refuses_one_leaves_the_others(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    files = [creating(FILES, a_file(category="illegal_user"), of=person_id) for _ in range(2)]
    tomorrow = creating(TESTS, a_record(TESTS, tested_on="2026-11-22"), of=person_id)

    results = await push(manager, *files, tomorrow, creating(TESTS, of=person_id))

    assert [told(result) for result in results] == [
        ("applied", None, None),
        ("rejected", "file_already_open", "/operations/1"),
        ("rejected", "date_in_future", "/operations/2/body/tested_on"),
        ("applied", None, None),
    ]


class TestRights:
    async def test_whoever_may_not_write_a_kind_may_not_push_it(
        self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager)
        officer = await sign_in(Role.HEALTH_OFFICER)
        file = creating(FILES, of=person_id)

        answer = await officer.post(ADDRESS, json={"operations": [file, creating(TESTS, of=person_id)]})

        denied, applied = body_of(answer)["results"]
        assert told(denied)[:2] == ("rejected", "insufficient_scope")
        assert told(applied)[0] == "applied"
        (row,) = [row for row in await audited(app, answer) if row["decision"] == "denied"]
        assert (str(row["record_id"]), row["field_groups"]) == (file["id"], ["file"])

    async def test_people_of_others_are_not_there(
        self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        person_id, absent = await posted_person(manager), str(uuid4())
        stranger = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", TODAY))

        answer = await stranger.post(
            ADDRESS, json={"operations": [creating(TESTS, of=person_id), creating(TESTS, of=absent)]}
        )

        theirs, nobodys = body_of(answer)["results"]
        assert theirs | {"index": 1, "ref": nobodys["ref"], "errors": nobodys["errors"]} == nobodys
        assert told(theirs) == ("rejected", "not_found", "/operations/0")
        assert [row["decision"] for row in await audited(app, answer)] == ["denied"] * 2

    @pytest.mark.parametrize("kind", ["medical_result", "medical_referral"])
    async def test_what_is_medical_does_not_travel(self, keeper: httpx.AsyncClient, kind: str) -> None:
        (result,) = await push(keeper, {**creating(TESTS, of=str(uuid4())), "kind": kind})

        assert told(result) == ("rejected", "validation_failed", "/operations/0/kind")

    async def test_whoever_writes_nothing_does_not_push(self, sign_in: SignIn) -> None:
        analyst = await sign_in(Role.ANALYST)

        refused(await analyst.post(ADDRESS, json={"operations": [creating(PERSONS)]}), 403, "insufficient_scope")


class TestTheRequest:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "validation_failed"),
            ({"operations": []}, "validation_failed"),
            ({"operations": {}}, "validation_failed"),
            ({"operations": [{}], "more": 1}, "validation_failed"),
            ([], "validation_failed"),
            ({"operations": [{}] * 501}, "validation_failed"),
        ],
    )
    async def test_what_is_no_push_is_refused_as_a_whole(
        self,
        manager: httpx.AsyncClient,
        body: JsonValue,
        code: str,
    ) -> None:
        refused(await manager.post(ADDRESS, json=body), 422, code)

    @pytest.mark.parametrize("content", ['{"operations": [{]}', '{"operations": [{}', '{"operations": ["}]}', "{"])
    async def test_what_has_no_end_is_refused_as_a_whole(self, manager: httpx.AsyncClient, content: str) -> None:
        answer = await manager.post(ADDRESS, content=content, headers={"Content-Type": "application/json"})

        refused(answer, 400, "malformed_json")

    async def test_a_push_may_be_larger_than_other_bodies(self, manager: httpx.AsyncClient) -> None:
        padding = " " * 1_100_000

        answer = await manager.post(
            ADDRESS, content=f'{{"operations": [{{}}{padding}]}}', headers={"Content-Type": "application/json"}
        )

        assert answer.status_code == 200, answer.text
        refused(await manager.post(ADDRESS, content=padding * 4), 413, "body_too_large")

    async def test_an_operation_is_named_by_what_the_device_called_it(self, manager: httpx.AsyncClient) -> None:
        results = await push_text(manager, '{"ref": "mine:1"}', '{"ref": "<b>"}', "17", written(creating(PERSONS)))

        assert [result["ref"] for result in results[:3]] == ["mine:1", None, None]
        assert [told(result)[:2] for result in results[:3]] == [("rejected", "validation_failed")] * 3


class TestPositions:
    async def test_what_is_durable_has_a_position_and_nothing_else_has(self, manager: httpx.AsyncClient) -> None:
        person = creating(PERSONS)

        applied, known, bad = await push(manager, person, person, {"ref": "x"})
        body: Body = {"operations": [person]}
        answer = body_of(await manager.post(ADDRESS, json=body))

        assert applied["position"] == known["position"]
        assert bad["position"] is None
        assert answer["feed_epoch"] == body_of(await manager.get("/v1/meta"))["feed_epoch"]


async def test_a_residence_that_came_with_its_person_can_be_corrected(manager: httpx.AsyncClient) -> None:
    person = a_person()
    fix = changing(RESIDENCES, person["residence"]["id"], {"to_on": "2020-01-01"}, of=person["id"])

    results = await push(manager, fix, creating(PERSONS, person))

    assert statuses(results) == ["applied"] * 2


async def test_a_voided_person_takes_no_records(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    void = voiding(PERSONS, person_id)

    results = [
        *await push(manager, void, creating(TESTS, of=person_id)),
        *await push(manager, creating(TESTS, of=person_id)),
    ]

    assert [told(result)[:2] for result in results[1:]] == [("conflict", "record_voided")] * 2
