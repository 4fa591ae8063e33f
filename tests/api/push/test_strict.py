"""All or nothing: what is undone with a push is neither called durable nor taken for settled."""

from uuid import uuid4

import httpx
from fastapi import FastAPI

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from registry.domain.access import Role
from tests.api.push.pushing import ADDRESS, creating, push, results_of, statuses, told
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_record
from tests.factories.posted import body_of, posted_person
from tests.factories.trails import audited


async def push_strictly(client: httpx.AsyncClient, *operations: Body) -> list[Body]:
    answer = await client.post(ADDRESS, json={"operations": operations}, headers={"Prefer": "handling=strict"})
    return results_of(answer, *operations)


async def test_a_repetition_within_the_push_is_undone_with_what_it_repeats(manager: httpx.AsyncClient) -> None:
    known, person = creating(PERSONS), creating(PERSONS)
    await push(manager, known)

    results = await push_strictly(manager, known, person, person, creating(TESTS, of=person["id"], op="upsert"))

    assert statuses(results) == ["duplicate", "deferred", "deferred", "rejected"]
    assert (await manager.get(f"/v1/persons/{person['id']}")).status_code == 404
    assert [result["position"] is not None for result in results] == [True, False, False, False]


async def test_what_was_refused_stays_listed_while_it_is_not_applied(
    sign_in: SignIn, manager: httpx.AsyncClient
) -> None:
    officer, person = await sign_in(Role.PROVINCE_MANAGER), creating(PERSONS)
    early = creating(TESTS, of=person["id"])
    await push(officer, early)
    await push(manager, person)

    assert statuses(await push_strictly(officer, early, creating(TESTS, op="upsert"))) == ["deferred", "rejected"]

    kept = body_of(await officer.get("/v1/sync/rejections"))["items"]
    assert early["ref"] in {item["ref"] for item in kept}


class TestTogether:
    async def test_all_or_nothing(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        good, bad = creating(TESTS, of=person_id), creating(TESTS, a_record(TESTS, result="maybe"), of=person_id)
        strict = {"Prefer": 'handling="strict", return=minimal'}

        answer = await manager.post(ADDRESS, json={"operations": [good, bad]}, headers=strict)
        alone = await manager.post(ADDRESS, json={"operations": [good]}, headers=strict)

        assert answer.headers["Preference-Applied"] == alone.headers["Preference-Applied"] == "handling=strict"
        assert [told(result)[:2] for result in body_of(answer)["results"]] == [
            ("deferred", "push_not_whole"),
            ("rejected", "validation_failed"),
        ]
        assert statuses(body_of(alone)["results"]) == ["applied"]

    async def test_the_preference_may_stand_in_a_line_of_its_own(self, manager: httpx.AsyncClient) -> None:
        good, bad = creating(PERSONS), creating(TESTS, of=str(uuid4()))
        lines = [("Prefer", "return=minimal"), ("Prefer", "handling=strict")]

        answer = await manager.post(ADDRESS, json={"operations": [good, bad]}, headers=lines)

        assert answer.headers["Preference-Applied"] == "handling=strict"
        assert statuses(body_of(answer)["results"]) == ["deferred", "rejected"]

    async def test_a_trial_reports_and_writes_nothing(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person = creating(PERSONS)
        operations = [person, creating(TESTS, of=person["id"]), creating(TESTS, of=str(uuid4()))]

        answer = await manager.post(ADDRESS, params={"validate_only": "true"}, json={"operations": operations})
        after = await push(manager, *operations)

        tried = body_of(answer)["results"]
        assert statuses(tried) == ["applied", "applied", "rejected"]
        assert [result | {"position": None, "kept": None} for result in after] == tried
        rows = await audited(app, answer)
        assert [(row["decision"], len(row["person_ids"])) for row in rows] == [("allowed", 1), ("denied", 1)]
