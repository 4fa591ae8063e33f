"""Poison: one bad operation among 499 good ones, of every kind of badness. 499 are applied, one is explained."""

import json
from collections.abc import Callable
from uuid import uuid4, uuid5

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from tests.api.push.pushing import changing, creating, push, push_text, told, voiding, written
from tests.factories.bodies import Body, a_file, a_person, a_record, an_episode
from tests.factories.posted import posted_person
from tests.factories.stored import rows

GOOD = 499
NOWHERE = str(uuid5(uuid4(), "a name"))

Bad = Callable[[str], str | bytes]


def a_test(**over: object) -> Bad:
    return lambda person_id: written(creating(TESTS, a_record(TESTS), of=person_id) | over)


def with_body(**over: object) -> Bad:
    return lambda person_id: written(creating(TESTS, a_record(TESTS) | over, of=person_id))


def without(*names: str) -> Bad:
    def operation(person_id: str) -> str:
        test = creating(TESTS, of=person_id)
        return written({name: value for name, value in test.items() if name not in names})

    return operation


def text_with(value: bytes) -> Bad:
    """A test that was made by somebody whose name is spelt with the given bytes."""
    marked = with_body(tested_by="MARK")
    return lambda person_id: str(marked(person_id)).encode().replace(b'"MARK"', value)


def two_ids(person_id: str) -> str:
    test = creating(TESTS, of=person_id)
    return written(test | {"body": test["body"] | {"id": str(uuid4())}})


def of_kind(operation: Callable[[str], Body]) -> Bad:
    return lambda person_id: written(operation(person_id))


BADNESS: dict[str, tuple[Bad, tuple[str, str | None]]] = {
    "no operation": (lambda _: "17", ("validation_failed", "")),
    "null": (lambda _: "null", ("validation_failed", "")),
    "a list": (lambda _: "[]", ("validation_failed", "")),
    "no JSON": (lambda _: '{"ref": tru}', ("malformed_json", "")),
    "trailing comma": (lambda _: '{"ref": "x",}', ("malformed_json", "")),
    "not a number": (text_with(b"NaN"), ("malformed_json", "")),
    "infinity": (text_with(b"-Infinity"), ("malformed_json", "")),
    "a huge number": (text_with(b"1" * 5000), ("json_number_too_large", "")),
    "beyond a double": (text_with(b"1e999"), ("json_number_too_large", "")),
    "the same key twice": (text_with(b'"A", "tested_by": "B"'), ("json_duplicate_key", "")),
    "deep nesting": (text_with(b"[" * 40 + b"]" * 40), ("json_too_deep", "")),
    "bottomless nesting": (text_with(b"[" * 20_000 + b"]" * 20_000), ("json_too_deep", "")),
    "half of a pair": (text_with(b'"\\ud800"'), ("json_not_text", "")),
    "no UTF-8": (text_with(b'"\xff\xfe"'), ("json_not_text", "")),
    "a raw NUL": (text_with(b'"\x00"'), ("malformed_json", "")),
    "an escaped NUL": (text_with(b'"a\\u0000b"'), ("validation_failed", "/body/tested_by")),
    "oversize": (with_body(tested_by="x" * 70_000), ("body_too_large", "")),
    "too long": (with_body(tested_by="x" * 300), ("validation_failed", "/body/tested_by")),
    "an unknown operation": (a_test(op="upsert"), ("validation_failed", "/op")),
    "no verb": (without("op"), ("validation_failed", "/op")),
    "an unknown kind": (a_test(kind="dog_licence"), ("validation_failed", "/kind")),
    "an unknown field": (a_test(urgent=True), ("validation_failed", "/urgent")),
    "an unknown field of the body": (with_body(urgent=True), ("validation_failed", "/body/urgent")),
    "an unknown code": (with_body(result="maybe"), ("validation_failed", "/body/result")),
    "no body": (without("body"), ("validation_failed", "/body")),
    "no person": (without("person_id"), ("validation_failed", "/person_id")),
    "a person too many": (
        lambda person_id: written(creating(PERSONS) | {"person_id": person_id}),
        ("validation_failed", "/person_id"),
    ),
    "an id that is none": (a_test(id="tomorrow"), ("validation_failed", "/id")),
    "an id that is a number": (a_test(id=17), ("validation_failed", "/id")),
    "an id of dashes": (a_test(id="-" * 36), ("validation_failed", "/id")),
    "a person by name": (a_test(person_id="somebody"), ("validation_failed", "/person_id")),
    "a person of dashes": (a_test(person_id="-" * 36), ("validation_failed", "/person_id")),
    "a reference by name": (
        of_kind(lambda person_id: creating(EPISODES, an_episode(provider_id="the clinic"), of=person_id)),
        ("validation_failed", "/body/provider_id"),
    ),
    "an id of a wrong version": (a_test(id=NOWHERE), ("validation_failed", "/id")),
    "two ids": (two_ids, ("validation_failed", "/body/id")),
    "a wrong date": (with_body(tested_on="2020-02-30"), ("validation_failed", "/body/tested_on")),
    "a broken rule": (with_body(tested_on="2030-01-01"), ("date_in_future", "/body/tested_on")),
    "a broken constraint": (
        of_kind(lambda person_id: creating(FILES, a_file(), of=person_id)),
        ("file_already_open", ""),
    ),
    "a broken reference": (
        of_kind(lambda person_id: creating(EPISODES, an_episode(provider_id=str(uuid4())), of=person_id)),
        ("organisation_unknown", "/body/provider_id"),
    ),
    "nobody": (lambda _: written(creating(TESTS, of=str(uuid4()))), ("not_found", "")),
    "nothing to change": (
        of_kind(lambda person_id: changing(TESTS, str(uuid4()), {"result": "negative"}, of=person_id)),
        ("not_found", ""),
    ),
    "nothing to void": (of_kind(lambda person_id: voiding(TESTS, str(uuid4()), of=person_id)), ("not_found", "")),
    "a change without its version": (
        of_kind(lambda person_id: _without_base(changing(TESTS, str(uuid4()), {}, of=person_id))),
        ("validation_failed", "/base_version"),
    ),
    "a void without a reason": (
        of_kind(lambda person_id: voiding(TESTS, str(uuid4()), of=person_id, reason=" ")),
        ("validation_failed", "/reason"),
    ),
}


def _without_base(operation: Body) -> Body:
    return {name: value for name, value in operation.items() if name != "base_version"}


@pytest.fixture(scope="module")
async def person_id(manager: httpx.AsyncClient) -> str:
    """Somebody who is on file as addicted and as an illegal user: there is no room for another such file."""
    body = a_person()
    await push_text(manager, written(creating(PERSONS, body)), written(creating(FILES, a_file(), of=body["id"])))
    return str(body["id"])


async def test_every_badness_is_explained_and_harms_nobody(manager: httpx.AsyncClient, person_id: str) -> None:
    """All kinds in one push, between good ones: which of them it is, is told by its place."""
    good = [written(creating(TESTS, of=person_id)) for _ in BADNESS]
    operations = [part for one, (bad, _) in zip(good, BADNESS.values(), strict=True) for part in (one, bad(person_id))]

    results = await push_text(manager, *operations)

    assert [result["status"] for result in results[::2]] == ["applied"] * len(BADNESS)
    explained = {name: told(result)[1:] for name, result in zip(BADNESS, results[1::2], strict=True)}
    assert explained == {
        name: (code, f"/operations/{2 * place + 1}{pointer}")
        for place, (name, (_, (code, pointer))) in enumerate(BADNESS.items())
    }
    assert {result["status"] for result in results[1::2]} == {"rejected"}


@pytest.mark.parametrize("name", BADNESS)
async def test_499_good_ones_and_a_bad_one(manager: httpx.AsyncClient, person_id: str, name: str) -> None:
    bad, (code, _) = BADNESS[name]
    operations: list[str | bytes] = [written(creating(TESTS, of=person_id)) for _ in range(GOOD)]
    operations.insert(250, bad(person_id))

    results = await push_text(manager, *operations)

    assert [result["status"] for result in results].count("applied") == GOOD
    assert (results[250]["status"], results[250]["code"]) == ("rejected", code)


async def test_what_is_wrong_is_told_without_its_words(manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager)
    canary = "Nguyễn Thị Bí Mật"

    results = await push_text(
        manager,
        written(creating(TESTS, a_record(TESTS, result=canary), of=person_id)),
        written({"ref": canary, canary: canary}),
        f'{{"ref": "x", "{canary}": {canary}}}',
    )

    assert canary not in json.dumps(results, ensure_ascii=False)


async def test_a_right_that_the_service_lacks_costs_what_needs_it_alone(
    app: FastAPI, manager: httpx.AsyncClient
) -> None:
    """Sent again, it would fail again: "try again" for the whole push would hold up the device for ever."""
    body = a_person()
    person_id = body["id"]
    await rows(app, "REVOKE INSERT ON drug_test FROM registry_units")
    try:
        results = await push(
            manager,
            creating(PERSONS, body),
            creating(TESTS, of=person_id),
            creating(FILES, a_file(), of=person_id),
        )
    finally:
        await rows(app, "GRANT INSERT ON drug_test TO registry_units")

    assert [told(result)[:2] for result in results] == [
        ("applied", None),
        ("rejected", "internal_error"),
        ("applied", None),
    ]
