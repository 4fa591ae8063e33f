"""Changes made from a former version: joined where they do not touch, told where they do."""

import httpx
import pytest

from registry.api.kinds.cases import FILES
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.domain.access import Role
from tests.api.push.pushing import changing, creating, push, told
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_file
from tests.factories.posted import body_of


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)


async def changed(manager: httpx.AsyncClient, *fields: Body) -> str:
    """A person whom somebody has created and then corrected."""
    person = creating(PERSONS)
    corrections = [changing(PERSONS, person["id"], each, base=place) for place, each in enumerate(fields, start=1)]
    results = await push(manager, person, *corrections)
    assert {result["status"] for result in results} == {"applied"}
    return str(person["id"])


async def test_changes_of_different_fields_are_joined(manager: httpx.AsyncClient, colleague: httpx.AsyncClient) -> None:
    person_id = await changed(manager, {"occupation": "Thợ hồ"}, {"phone": "0900 000 001"})
    late = changing(PERSONS, person_id, {"education": "primary", "aliases": []})

    (first,), (again,) = await push(colleague, late), await push(colleague, late)

    assert [told(each)[0] for each in (first, again)] == ["applied", "duplicate"]
    assert first["version"] == again["version"] == 4
    shown = body_of(await manager.get(f"/v1/persons/{person_id}"))
    assert [shown[name] for name in ("occupation", "phone", "education", "aliases")] == [
        "Thợ hồ", "0900 000 001", "primary", [],
    ]  # fmt: skip


async def test_the_same_change_of_both_is_there_already(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    person_id = await changed(manager, {"phone": "0900 000 002"})

    (result,) = await push(colleague, changing(PERSONS, person_id, {"phone": "0900 000 002"}))

    assert (told(result)[0], result["version"]) == ("duplicate", 2)


async def test_a_late_retry_does_not_undo_what_somebody_made_of_it_since(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    person = creating(PERSONS)
    was = person["body"]["occupation"]
    wrong = changing(PERSONS, person["id"], {"occupation": "Thợ hồ"})
    await push(colleague, person, wrong)
    await push(manager, changing(PERSONS, person["id"], {"occupation": was}, base=2))

    (result,) = await push(colleague, wrong)

    assert (told(result)[0], result["version"]) == ("duplicate", 3)
    assert body_of(await manager.get(f"/v1/persons/{person['id']}"))["occupation"] == was


async def test_a_field_that_both_changed_is_told(manager: httpx.AsyncClient, colleague: httpx.AsyncClient) -> None:
    person_id = await changed(manager, {"occupation": "Thợ hồ"})
    late = changing(PERSONS, person_id, {"occupation": "Lái xe", "education": "primary"})

    (result,) = await push(colleague, late)

    assert told(result) == ("conflict", "fields_in_conflict", "/operations/0/body/occupation")
    assert (result["version"], result["retry"]) == (2, False)
    shown = body_of(await manager.get(f"/v1/persons/{person_id}"))
    assert (shown["version"], shown["occupation"], shown["education"]) == (2, "Thợ hồ", "lower_secondary")


@pytest.mark.parametrize(
    ("kind", "theirs", "ours"),
    [
        (PERSONS, {"occupation": "Thợ hồ"}, {"birth_date": "1991-01-01"}),
        (FILES, {"issuer": "UBND phường"}, {"decision_number": "99/QĐ-UBND"}),
    ],
    ids=["a date of birth", "a decision"],
)
async def test_what_stands_together_never_merges_by_itself(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient, kind: Kind, theirs: Body, ours: Body
) -> None:
    person = creating(PERSONS)
    file = creating(FILES, a_file(), of=person["id"])
    record_id, owner = (person["id"], None) if kind is PERSONS else (file["id"], person["id"])
    await push(manager, person, file, changing(kind, record_id, theirs, of=owner))

    (result,) = await push(colleague, changing(kind, record_id, ours, of=owner))

    assert told(result)[:2] == ("conflict", "fields_in_conflict")


async def test_a_version_that_never_was_is_a_conflict(manager: httpx.AsyncClient) -> None:
    person_id = await changed(manager)

    (result,) = await push(manager, changing(PERSONS, person_id, {"phone": "0900 000 003"}, base=9))

    assert told(result)[:2] == ("conflict", "version_mismatch")
