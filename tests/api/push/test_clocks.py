"""The device's own clock: whatever it says, nothing is decided or ordered by it."""

import httpx
import pytest

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from tests.api.push.pushing import changing, creating, push, statuses, told
from tests.factories.posted import body_of, posted_person

WRONG_BY_TEN_YEARS = ("2036-11-21T10:00:00+07:00", "2016-11-21T10:00:00+07:00")


async def pulled(client: httpx.AsyncClient, cursor: str | None = None) -> tuple[list[str], str]:
    """The ids that a device is told, in order, and its next cursor."""
    ids: list[str] = []
    more = True
    while more:
        page = body_of(await client.get("/v1/sync/changes", params={"cursor": cursor} if cursor else {}))
        ids += [item["id"] for item in page["items"]]
        cursor, more = page["cursor"], page["more"]
    assert cursor is not None
    return ids, cursor


async def test_a_clock_that_steps_backwards_orders_nothing(officer: httpx.AsyncClient) -> None:
    _, cursor = await pulled(officer)
    clocks = [*WRONG_BY_TEN_YEARS, "2016-11-21T10:00:01+07:00", "2016-11-21T02:59:59Z"]
    people = [creating(PERSONS, captured_at=clock) for clock in clocks]

    for person in people:
        assert statuses(await push(officer, person)) == ["applied"]

    ids, _ = await pulled(officer, cursor)
    sent = [person["id"] for person in people]
    assert [each for each in ids if each in sent] == sent


@pytest.mark.parametrize("clock", WRONG_BY_TEN_YEARS)
async def test_it_makes_no_change_newer_or_older(officer: httpx.AsyncClient, clock: str) -> None:
    """A change counts by the version that it was made from, and a record shows the service's time alone."""
    person = await posted_person(officer)
    test = creating(TESTS, of=person, captured_at=clock)
    assert statuses(await push(officer, test)) == ["applied"]
    address = f"/v1/persons/{person}/drug-tests/{test['id']}"
    assert clock[:4] not in (await officer.get(address)).text

    first = changing(TESTS, test["id"], {"tested_on": "2020-03-06"}, of=person)
    late = changing(TESTS, test["id"], {"tested_on": "2020-03-07"}, of=person)
    assert statuses(await push(officer, {**first, "captured_at": WRONG_BY_TEN_YEARS[0]})) == ["applied"]
    assert statuses(await push(officer, {**late, "captured_at": clock})) == ["conflict"]
    assert body_of(await officer.get(address))["tested_on"] == "2020-03-06"


@pytest.mark.parametrize(
    "clock", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00", "2026-02-30T00:00:00Z", "now"]
)
async def test_what_is_no_instant_is_refused_alone(officer: httpx.AsyncClient, clock: str) -> None:
    good, bad = creating(PERSONS), creating(PERSONS, captured_at=clock)
    results = await push(officer, bad, good)
    assert statuses(results) == ["rejected", "applied"]
    assert told(results[0]) == ("rejected", "validation_failed", "/operations/0/captured_at")
