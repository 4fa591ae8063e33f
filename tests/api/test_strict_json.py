"""Bodies under one reading: what is ambiguous is refused with a clear 4xx, what is JSON means what it says."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import params
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st

from registry.api import strict_json
from registry.api.strict_json import MEDIA_TYPE, MERGE_PATCH, StrictRoute
from registry.domain.errors import DomainError
from tests.api.edge import CANARY, MAX_BODY_BYTES, build, client_of
from tests.factories.specification import APP

JSON = {"Content-Type": "application/json"}
ID = "7f6d3bde-5a39-4b0c-b7c5-7b7d0c1f7a10"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda children: st.lists(children) | st.dictionaries(TEXTS, children),
    max_leaves=40,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as client:
        yield client


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(value=VALUES, ascii_only=st.booleans())
def test_valid_json_means_what_the_standard_library_reads(value: object, *, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    assert strict_json.loads(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"{", "malformed_json", id="cut off"),
        pytest.param(b"nope", "malformed_json", id="no JSON at all"),
        pytest.param(b" ", "malformed_json", id="only a space"),
        pytest.param(b"{} {}", "malformed_json", id="two documents"),
        pytest.param(b"{'a': 1}", "malformed_json", id="single quotes"),
        pytest.param(b'{"a": 1,}', "malformed_json", id="trailing comma"),
        pytest.param(b'"a\nb"', "malformed_json", id="raw line break in a string"),
        pytest.param(b'"a\x00b"', "malformed_json", id="raw NUL in a string"),
        pytest.param(b"NaN", "malformed_json", id="NaN"),
        pytest.param(b'{"visits": Infinity}', "malformed_json", id="Infinity"),
        pytest.param(b"[-Infinity]", "malformed_json", id="minus Infinity"),
        pytest.param(b"01", "malformed_json", id="leading zero"),
        pytest.param("\ufeff{}".encode(), "malformed_json", id="byte order mark"),
        pytest.param(b'{"a": 1, "a": 1}', "json_duplicate_key", id="duplicate key"),
        pytest.param(b'[{"b": {"a": 1, "\\u0061": 2}}]', "json_duplicate_key", id="duplicate key behind an escape"),
        pytest.param(b'{"a": "\xff"}', "json_not_text", id="invalid UTF-8"),
        pytest.param(b'"\xed\xa0\x80"', "json_not_text", id="surrogate in UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), "json_not_text", id="UTF-16"),
        pytest.param(b'["\\ud800"]', "json_not_text", id="lone high surrogate"),
        pytest.param(b'{"\\uDC00": 1}', "json_not_text", id="lone low surrogate in a key"),
        pytest.param(str(2**63).encode(), "json_number_too_large", id="integer beyond 64 bits"),
        pytest.param(str(-(2**63) - 1).encode(), "json_number_too_large", id="integer below 64 bits"),
        pytest.param(b"9" * 4000, "json_number_too_large", id="thousands of digits"),
        pytest.param(b"1e400", "json_number_too_large", id="float beyond a double"),
        pytest.param(b"-" + b"9" * 400 + b".5", "json_number_too_large", id="long float beyond a double"),
        pytest.param(nested(33), "json_too_deep", id="33 levels"),
        pytest.param(nested(2000), "json_too_deep", id="2,000 levels"),
        pytest.param(b'{"a":' * 40 + b"1" + b"}" * 40, "json_too_deep", id="40 levels of objects"),
    ],
)
class TestRefusals:
    def test_the_parser_names_what_it_refuses(self, body: bytes, code: str) -> None:
        with pytest.raises(DomainError) as refused:
            strict_json.loads(body)
        assert refused.value.code == code

    async def test_the_answer_is_a_problem(self, client: httpx.AsyncClient, body: bytes, code: str) -> None:
        answer = await client.post("/anything", content=body, headers=JSON)

        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(nested(32), json.loads(nested(32)), id="32 levels"),
        pytest.param(b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', ["[" * 36], id="brackets in a string"),
        pytest.param(b"[" + b"[]," * 40 + b"[]]", [[]] * 41, id="many arrays side by side"),
        pytest.param(b'"\\ud83d\\ude00"', "😀", id="surrogate pair"),
        pytest.param(b'"\\\\ud800"', "\\ud800", id="backslash before ud800"),
        pytest.param(b"-9223372036854775808", -(2**63), id="smallest 64-bit integer"),
        pytest.param(b"1e-400", 0.0, id="number too small to tell from zero"),
    ],
)
def test_what_is_unusual_but_clear_is_read(body: bytes, value: object) -> None:
    assert strict_json.loads(body) == value


async def test_a_syntax_error_is_located_but_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.post("/visits", content=f'{{"name": "{CANARY}" oops}}'.encode(), headers=JSON)

    assert answer.json()["position"] == 24
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json",
        "json",
        "",
    ],
)
async def test_another_media_type_is_refused(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}

    answer = await client.post("/visits", content=b'{"name": "An"}', headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept-post"] == answer.json()["accepted"] == "application/json"


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
async def test_json_is_accepted_however_it_is_spelt(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/visits", content=b'{"name": "An"}', headers={"Content-Type": content_type})

    assert answer.status_code == 200


async def test_a_patch_reads_merge_patch_only(client: httpx.AsyncClient) -> None:
    refused = await client.patch(f"/visits/{ID}", content=b'{"name": "An"}', headers=JSON)
    accepted = await client.patch(
        f"/visits/{ID}", content=b'{"name": "An"}', headers={"Content-Type": "application/merge-patch+json"}
    )

    assert refused.status_code == 415
    assert refused.headers["accept-patch"] == "application/merge-patch+json"
    assert accepted.json() == {"value": [ID, "An"]}


async def test_a_body_that_is_missing_violates_the_schema(client: httpx.AsyncClient) -> None:
    answer = await client.post("/visits")

    assert answer.status_code == 422
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [("missing", "")]


def operations_with_a_body() -> list[RouteContext]:
    routes = iter_route_contexts(APP.routes)
    return [route for route in routes if isinstance(route.original_route, APIRoute) and route.original_route.body_field]


class TestEveryOperation:
    def test_the_walk_sees_operations(self) -> None:
        assert operations_with_a_body()

    @pytest.mark.parametrize("route", operations_with_a_body(), ids=lambda route: f"{route.methods} {route.path}")
    def test_a_body_is_read_strictly_and_a_patch_as_merge_patch(self, route: RouteContext) -> None:
        operation = route.original_route
        assert isinstance(operation, StrictRoute)
        assert operation.body_field is not None
        declared = operation.body_field.field_info
        assert isinstance(declared, params.Body)
        assert declared.media_type == (MERGE_PATCH if operation.methods == {"PATCH"} else MEDIA_TYPE)


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 512):
        yield b" " * 512


class TestBodySize:
    async def test_a_declared_length_beyond_the_limit_is_refused_unread(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)

        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.json()["max_bytes"] == MAX_BODY_BYTES

    @pytest.mark.parametrize("path", ["/visits", "/streamed"])
    async def test_chunks_are_counted(self, client: httpx.AsyncClient, path: str) -> None:
        answer = await client.post(path, content=chunks(MAX_BODY_BYTES + 512), headers=JSON)

        assert "content-length" not in answer.request.headers
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    async def test_the_limit_itself_is_allowed(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/streamed", content=chunks(MAX_BODY_BYTES))).json() == {"value": MAX_BODY_BYTES}

    @pytest.mark.parametrize(
        ("length", "status"), [("-1", 400), ("4x", 400), ("٤", 400), ("9" * 5000, 413), ("0" * 50 + "2", 200)]
    )
    async def test_a_length_that_is_no_number_is_refused(
        self, client: httpx.AsyncClient, length: str, status: int
    ) -> None:
        headers = [(b"content-length", length.encode()), (b"content-type", b"application/json")]

        answer = await client.post("/anything", content=chunks(0), headers=headers)

        assert answer.status_code == (422 if status == 200 else status)
