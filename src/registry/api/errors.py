"""Every refusal and every failure leaves as `application/problem+json` (RFC 9457), whoever raised it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api import database_failures, faults, language, notices
from registry.api.auth import challenge
from registry.api.auth.refused import Unauthenticated
from registry.api.capacity import CapacityReduced
from registry.api.limits import RequestLimits
from registry.api.problems import CATALOGUE, MEDIA_TYPE, FieldError, Problem
from registry.api.refusals import (
    BodyTooLarge,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    PathNotFound,
    QuotaExceeded,
    Refusal,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from registry.domain.errors import DomainError, Forbidden

log = logging.getLogger(__name__)

OnRefusal = Callable[[Request, DomainError], Awaitable[None]]
"""Told of every refusal (4xx) before it is answered, in no transaction: the place to audit a denial.

What it raises is answered instead.
"""

_BY_STATUS: Mapping[int, type[DomainError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: PathNotFound,
    413: BodyTooLarge,
    415: UnsupportedMediaType,
    429: QuotaExceeded,
    503: Unavailable,
}
"""The framework's own refusals, by the status it gives them."""


def install(
    app: FastAPI,
    *,
    public_url: str,
    max_body_bytes: int,
    max_bytes_by_path: Mapping[str, int] = MappingProxyType({}),
    constraints: Mapping[str, type[DomainError]],
    on_refusal: OnRefusal | None = None,
) -> None:
    """Answer every error of the application, its middleware included, as a problem.

    Middleware added before is covered; what is added after lies around it and sees the answers.
    `constraints` names the refusal that a broken database constraint stands for.
    """
    answers = Answers(public_url, constraints, on_refusal)
    known = (DomainError, HTTPException, RequestValidationError, *database_failures.FAILURES)
    for kind in (*known, Exception):
        app.add_exception_handler(kind, answers.to)
    app.add_middleware(RequestLimits, max_body_bytes=max_body_bytes, by_path=max_bytes_by_path)
    app.add_middleware(ErrorBoundary, answers=answers)


class Answers:
    """Turns what was raised into the problem that the caller sees."""

    def __init__(
        self, public_url: str, constraints: Mapping[str, type[DomainError]], on_refusal: OnRefusal | None
    ) -> None:
        self._public_url = public_url
        self._constraints = constraints
        self._on_refusal = on_refusal

    async def to(self, request: Request, error: Exception) -> Response:
        """Answer an error."""
        if isinstance(error, HTTPException) and error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        refusal = self._refusal(request, error)
        if self._on_refusal is not None and CATALOGUE[refusal.code].status < 500:
            try:
                await self._on_refusal(request, refusal)
            except Exception as failure:  # noqa: BLE001 - what cannot be recorded is not answered as if it were
                error, refusal = failure, self._refusal(request, failure)
        _log(error, refusal)
        return self._render(request, refusal)

    def _refusal(self, request: Request, error: Exception) -> DomainError:
        match error:
            case HTTPException(status_code=405):
                allowed = _allowed_methods(request)
                return MethodNotAllowed(headers={"Allow": ", ".join(allowed)}, allowed=allowed)
            case HTTPException():
                fallback = InternalError if error.status_code >= 500 else MalformedRequest
                refusal = _BY_STATUS.get(error.status_code, fallback)()
                if isinstance(refusal, Refusal):
                    refusal.headers.update(error.headers or {})
                return refusal
            case _:
                return refusal_of(error, self._constraints)

    def _render(self, request: Request, refusal: DomainError) -> Response:
        occurrence = getattr(request.state, "request_id", None) or str(uuid4())
        spoken = language.of_request(request)
        answer = rendered(refusal, public_url=self._public_url, spoken=spoken, occurrence=occurrence)
        if answer.status_code == 401:
            given = request.headers.get("Authorization", "")
            answer.headers["WWW-Authenticate"] = challenge.of(refusal, authorization=given)
        return answer


def refusal_of(error: Exception, constraints: Mapping[str, type[DomainError]]) -> DomainError:
    """Say what an error of the work on a request means for the caller."""
    match error:
        case DomainError():
            return error
        case RequestValidationError():
            return ValidationFailed(faults=faults.from_pydantic(error.errors()))
        case _ if isinstance(error, database_failures.FAILURES):
            return database_failures.refusal_of(error, constraints)
        case _:
            return InternalError()


def rendered(refusal: DomainError, *, public_url: str, spoken: language.Language, occurrence: str) -> Response:
    """Put a refusal into words and fields."""
    kind = CATALOGUE[refusal.code]
    problem = Problem.model_validate(
        {
            **refusal.facts,
            "type": f"{public_url.rstrip('/')}/problems/{kind.code}",
            "title": kind.words[spoken].title,
            "status": kind.status,
            "detail": kind.detail(spoken, refusal.facts),
            "instance": f"urn:uuid:{occurrence}",
            "code": kind.code,
            "errors": _field_errors(refusal, spoken),
        }
    )
    headers = {"Cache-Control": "no-store", "Content-Language": spoken.value, "Vary": "Accept-Language"}
    if "retry_after" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after"])
    if isinstance(refusal, Refusal):
        headers.update(refusal.headers)
    return Response(problem.model_dump_json(), kind.status, headers, MEDIA_TYPE)


class ErrorBoundary:
    """Answers what nobody below answered; keeps the server from logging it in its own words."""

    def __init__(self, app: ASGIApp, *, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            log.info("request.abandoned")
        except Exception as error:
            if started:
                # The server closes the connection of an answer that does not end: the caller sees it is broken off.
                log.exception("answer.broken_off")
                return
            response = await self._answers.to(Request(scope, receive), error)
            await response(scope, receive, send)


def _field_errors(refusal: DomainError, spoken: language.Language) -> list[FieldError]:
    if isinstance(refusal, Refusal) and refusal.faults:
        return [
            FieldError(
                code=fault.code,
                detail=notices.sentence(fault.code, spoken, fault.facts),
                pointer=fault.pointer,
                parameter=fault.parameter,
            )
            for fault in refusal.faults
        ]
    if refusal.pointer is None:
        return []
    detail = CATALOGUE[refusal.code].detail(spoken, refusal.facts)
    return [FieldError(code=refusal.code, detail=detail, pointer=refusal.pointer, parameter=None)]


def _allowed_methods(request: Request) -> list[str]:
    """Collect the methods of every route at this path: the router itself names those of the first only."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return sorted(
        {
            method
            for route in iter_route_contexts(request.app.routes)
            if route.methods and route.path_regex.match(path)
            for method in route.methods
        }
    )


def _log(error: Exception, refusal: DomainError) -> None:
    if isinstance(refusal, InternalError):
        log.error("request.failed", exc_info=error)
    elif isinstance(refusal, Unavailable) and not isinstance(refusal, CapacityReduced):
        # An overload is no time for a second line: that of the request has the status.
        log.warning("request.unavailable", extra={"error": type(error).__qualname__})
