"""What was refused is kept, sealed, for who sent it and for nobody else, until it is applied or forgotten."""

import json
from uuid import uuid4

import httpx
from fastapi import FastAPI

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from registry.db import key_rotation, sync_rejections
from registry.db.context import worker_transaction
from registry.domain.access import Role
from registry.vault.ring import KeyRing, new_entry
from registry.worker.sync import KEPT
from tests.api.erasure.erasing import erase
from tests.api.push.pushing import ADDRESS, creating, push, push_text, statuses, told
from tests.conftest import MASTER_KEYS, NOW, SignIn
from tests.factories.bodies import Body, a_person, a_record
from tests.factories.posted import body_of, pages, posted_person
from tests.factories.stored import rows
from tests.factories.trails import audited

REJECTIONS = "/v1/sync/rejections"
CANARY = "kanari của phường"


async def an_officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)


def a_wrong_test(person_id: str) -> Body:
    return creating(TESTS, a_record(TESTS, tested_by=CANARY, result="maybe"), of=person_id)


async def test_what_was_refused_is_shown_to_who_sent_it(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
) -> None:
    officer, person_id = await an_officer(sign_in), await posted_person(manager)
    wrong = a_wrong_test(person_id)
    await push(officer, wrong)

    answer = await officer.get(REJECTIONS)

    (kept,) = body_of(answer)["items"]
    assert json.loads(kept.pop("operation")) == wrong
    assert kept.pop("id")
    (fault,) = kept.pop("errors")
    assert (fault["code"], fault["pointer"]) == ("not_in_list", "/body/result")
    assert "positive" in fault["detail"]
    assert kept == {
        "sent_at": NOW.isoformat().replace("+00:00", "Z"), "ref": wrong["ref"], "person_id": person_id,
        "code": "validation_failed", "is_whole": True,
    }  # fmt: skip
    (row,) = await audited(app, answer)
    assert (row["operation"], [str(each) for each in row["person_ids"]]) == ("list_rejections", [person_id])
    assert body_of(await manager.get(REJECTIONS))["items"] == []


async def test_nobody_reads_it_without_a_key(app: FastAPI, manager: httpx.AsyncClient) -> None:
    await push(manager, a_wrong_test(await posted_person(manager)))

    stored = await rows(app, "SELECT CAST(to_jsonb(sync_rejection) AS text), payload FROM sync_rejection")

    assert stored
    assert not [row for row in stored if CANARY in row[0] or CANARY.encode() in row[1]]


async def test_what_is_no_text_is_kept_as_it_was(sign_in: SignIn) -> None:
    officer, person_id = await an_officer(sign_in), str(uuid4())
    await push_text(officer, b'{"ref": "\xff\xfe", "person_id": "%s"}' % person_id.encode())

    items = body_of(await officer.get(REJECTIONS))["items"]

    assert {item["operation"] for item in items} >= {f'{{"ref": "\\xff\\xfe", "person_id": "{person_id}"}}'}


async def test_the_same_sent_again_is_kept_once_and_pages_follow(sign_in: SignIn) -> None:
    officer = await an_officer(sign_in)
    wrong = [{"ref": f"wrong-{number}"} for number in range(5)]
    await push(officer, *wrong)
    await push(officer, *wrong)

    items = await pages(officer, f"{REJECTIONS}?limit=2")

    assert sorted(item["ref"] for item in items) == [each["ref"] for each in wrong]


async def test_what_is_applied_after_all_is_no_longer_listed(sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    officer, person = await an_officer(sign_in), a_person()
    early = creating(TESTS, of=person["id"])
    first = await push(officer, early)
    before = body_of(await officer.get(REJECTIONS))["items"]
    await push(manager, creating(PERSONS, person))

    second = await push(officer, early)

    assert (statuses(first), statuses(second), len(before)) == (["rejected"], ["applied"], 1)
    assert body_of(await officer.get(REJECTIONS))["items"] == []


async def test_what_is_deferred_or_only_tried_is_not_kept(sign_in: SignIn) -> None:
    officer, bad = await an_officer(sign_in), a_person(sex="unheard of")

    await officer.post(ADDRESS, params={"validate_only": "true"}, json={"operations": [{"ref": "tried"}]})
    results = await push(officer, creating(PERSONS, bad), creating(TESTS, of=bad["id"]))

    assert statuses(results) == ["rejected", "deferred"]
    assert [result["kept"] for result in results] == [True, False]
    items = body_of(await officer.get(REJECTIONS))["items"]
    assert {item["ref"]: item["code"] for item in items} == {results[0]["ref"]: "validation_failed"}


async def test_of_what_is_too_large_the_beginning_is_kept(sign_in: SignIn) -> None:
    officer = await an_officer(sign_in)
    await push(officer, {"ref": "large", "body": "x" * 70_000})

    (item,) = body_of(await officer.get(REJECTIONS))["items"]

    assert (item["is_whole"], len(item["operation"]), item["code"]) == (False, 64 * 1024, "body_too_large")


async def test_a_new_master_key_takes_over(app: FastAPI, sign_in: SignIn) -> None:
    officer = await an_officer(sign_in)
    await push(officer, {"ref": "before"})
    former, ring = app.state.key_ring, KeyRing(f"{MASTER_KEYS} {new_entry(2)}")

    moved = await key_rotation.move(app.state.sessions, ring, key_rotation.rewrap_rejections)
    app.state.key_ring = ring
    try:
        (item,) = body_of(await officer.get(REJECTIONS))["items"]
    finally:
        app.state.key_ring = former
        await rows(app, "DELETE FROM sync_rejection")

    assert moved.done
    assert (moved.broken, item["ref"]) == (0, "before")
    assert json.loads(item["operation"]) == {"ref": "before"}


async def test_it_goes_with_whom_it_is_about(app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    officer, person = await an_officer(sign_in), a_person()
    unreadable = f'{{"ref": "torn", "person_id": "{person["id"]}", "body": nothing}}'
    await push(manager, creating(PERSONS, person))
    await push(officer, a_wrong_test(person["id"]), creating(PERSONS, person | {"sex": "unheard of"}))
    await push_text(officer, unreadable)
    assert len(body_of(await officer.get(REJECTIONS))["items"]) == 3

    await erase(app, person["id"])
    late, _ = await push(officer, creating(TESTS, of=person["id"]), a_wrong_test(person["id"]))

    assert body_of(await officer.get(REJECTIONS))["items"] == []
    assert told(late)[:2] == ("rejected", "erased")


async def test_asking_for_who_was_erased_leaves_a_trace(app: FastAPI, manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    await erase(app, person_id)

    answer = await manager.post(ADDRESS, json={"operations": [creating(TESTS, of=person_id)]})

    assert told(body_of(answer)["results"][0])[:2] == ("rejected", "erased")
    (row,) = await audited(app, answer)
    assert (row["decision"], row["field_groups"], [str(each) for each in row["person_ids"]]) == (
        "denied", ["health"], [person_id],
    )  # fmt: skip


async def test_it_is_forgotten_after_400_days(app: FastAPI, sign_in: SignIn) -> None:
    officer = await an_officer(sign_in)
    await push(officer, {"ref": "old"}, {"ref": "new"})
    await rows(app, "UPDATE sync_rejection SET sent_at = sent_at - interval '401 days' WHERE ref = 'old'")

    async with worker_transaction(app.state.sessions) as session:
        await sync_rejections.purge(session, before=NOW - KEPT)

    assert [item["ref"] for item in body_of(await officer.get(REJECTIONS))["items"]] == ["new"]
