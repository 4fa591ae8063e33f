"""All or nothing: what is undone with a push is neither called durable nor taken for settled."""

import httpx

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from registry.domain.access import Role
from tests.api.push.pushing import ADDRESS, creating, push, results_of, statuses
from tests.conftest import SignIn
from tests.factories.bodies import Body
from tests.factories.posted import body_of


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
