"""Every refusal of the framework and of the rules is a problem, and repeats nothing of what was sent."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import Request

from registry.api.auth.refused import TokenInvalid, Unauthenticated
from registry.api.refusals import Unavailable
from registry.domain.errors import DomainError, Forbidden
from tests.api.edge import CANARY, build, client_of
from tests.api.errors.problems import ID, answer_to, checked

DPOP = 'DPoP algs="ES256 ES384 PS256 PS384 RS256 Ed25519"'


class TestWhatTheFrameworkRefuses:
    async def test_an_unknown_address(self, client: httpx.AsyncClient) -> None:
        checked(await client.get("/nothing"), 404, "path_not_found")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/visits", "GET, POST"),
            ("PUT", f"/visits/{ID}", "GET, PATCH"),
            ("POST", "/problems", "GET"),
            ("OPTIONS", "/anything", "POST"),
        ],
    )
    async def test_a_method_is_answered_with_those_of_every_route(
        self, client: httpx.AsyncClient, method: str, path: str, allowed: str
    ) -> None:
        answer = await client.request(method, path)

        body = checked(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == ", ".join(body["allowed"]) == allowed

    @pytest.mark.parametrize(
        ("status", "expected", "code"),
        [
            (400, 400, "malformed_request"),
            (401, 401, "unauthenticated"),
            (403, 403, "insufficient_scope"),
            (404, 404, "path_not_found"),
            (418, 400, "malformed_request"),
            (429, 429, "quota_exceeded"),
            (500, 500, "internal_error"),
            (502, 500, "internal_error"),
        ],
    )
    async def test_its_exceptions_lose_their_words(
        self, client: httpx.AsyncClient, status: int, expected: int, code: str
    ) -> None:
        checked(await client.get(f"/http/{status}"), expected, code)

    async def test_unavailable_says_when_to_return(self) -> None:
        answer = await answer_to(Unavailable(retry_after=5))

        assert checked(answer, 503, "unavailable")["retry_after"] == int(answer.headers["retry-after"]) == 5

    @pytest.mark.parametrize(("status", "code"), [(429, "quota_exceeded"), (503, "unavailable")])
    async def test_its_header_fields_are_kept(self, client: httpx.AsyncClient, status: int, code: str) -> None:
        answer = await client.get(f"/http/{status}")

        checked(answer, status, code)
        assert answer.headers["retry-after"] == "7"

    async def test_not_modified_is_no_problem(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/http/304")

        assert (answer.status_code, answer.content) == (304, b"")


class TestWhatRulesRefuse:
    async def test_facts_become_members_and_never_replace_the_standard_ones(self, client: httpx.AsyncClient) -> None:
        body = checked(await client.post(f"/visits/{ID}/end"), 409, "rule_violation")

        assert (body["earliest_on"], body["visit"]) == ("2020-03-01", ID)
        assert [(error["code"], error["pointer"]) for error in body["errors"]] == [("rule_violation", "/on")]

    async def test_absent_is_answered_without_a_place(self, client: httpx.AsyncClient) -> None:
        assert checked(await client.get(f"/visits/{ID}"), 404, "not_found")["errors"] == []

    @pytest.mark.parametrize(
        ("error", "challenge"),
        [
            (Unauthenticated(), f'Bearer realm="registry", {DPOP}'),
            (TokenInvalid(), f'Bearer realm="registry", error="invalid_token", {DPOP}'),
        ],
    )
    async def test_a_missing_token_is_challenged(self, error: DomainError, challenge: str) -> None:
        answer = await answer_to(error)

        checked(answer, 401, error.code)
        assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize(
    ("accept_language", "language", "title"),
    [(None, "vi", "Không tìm thấy"), ("en", "en", "Not found"), ("fr, en;q=0.1", "en", "Not found")],
)
async def test_a_problem_speaks_the_callers_language(
    client: httpx.AsyncClient, accept_language: str | None, language: str, title: str
) -> None:
    headers = {} if accept_language is None else {"Accept-Language": accept_language}

    answer = await client.get(f"/visits/{ID}", headers=headers)

    assert (answer.headers["content-language"], answer.json()["title"]) == (language, title)
    assert answer.headers["vary"] == "Accept-Language"


class TestRequestId:
    async def test_a_uuid_of_the_caller_is_kept(self, client: httpx.AsyncClient) -> None:
        given = str(uuid4())

        answer = await client.get("/nothing", headers={"X-Request-ID": given})

        assert answer.json()["instance"] == f"urn:uuid:{given}"

    @pytest.mark.parametrize("given", [CANARY, "", "not-a-uuid", f"{ID}0", f"{{{ID}}}"])
    async def test_anything_else_is_replaced(self, client: httpx.AsyncClient, given: str) -> None:
        answer = await client.get("/nothing", headers={"X-Request-ID": given})

        assert str(UUID(answer.headers["x-request-id"])) != given
        checked(answer, 404, "path_not_found")


class TestRefusalsAreTold:
    async def test_a_refusal_is_told_before_it_is_answered(self) -> None:
        told: list[tuple[str, str]] = []

        async def tell(request: Request, refusal: DomainError) -> None:
            told.append((request.url.path, refusal.code))

        async with client_of(build(on_refusal=tell)) as client:
            checked(await client.get("/http/403"), 403, "insufficient_scope")
            checked(await client.get("/fails"), 500, "internal_error")

        assert told == [("/http/403", "insufficient_scope")]

    async def test_a_refusal_that_cannot_be_recorded_is_not_given(self) -> None:
        async def tell(_request: Request, _refusal: DomainError) -> None:
            raise ConnectionRefusedError

        checked(await answer_to(Forbidden(), on_refusal=tell), 503, "unavailable")
