"""JSON bodies under one reading: what two parsers could understand differently is refused, not guessed.

Duplicate keys, NaN, numbers that do not fit, lone surrogates and deep nesting pass Python's parser;
RFC 8259 leaves them to the implementation and I-JSON (RFC 7493) rules them out.
"""

import json
import math
import re
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from email.message import Message
from functools import lru_cache
from typing import Any, ClassVar, NoReturn, TypeAlias

from fastapi import Request, Response, params
from fastapi.routing import APIRoute

from registry.api import conditional, preferences, problems
from registry.api.idempotency import attempt
from registry.api.refusals import Refusal, UnsupportedMediaType

Handle: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
Finish: TypeAlias = Callable[[Request, Response], Response]

MEDIA_TYPE = "application/json"
MERGE_PATCH = "application/merge-patch+json"
"""What PATCH reads (RFC 7396): `body: Annotated[PersonPatchIn, Body(media_type=MERGE_PATCH)]`."""

MAX_DEPTH = 32
_INTEGERS = range(-(2**63), 2**63)
_LONGEST_INTEGER = len(str(-(2**63)))
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class MalformedJson(Refusal):
    """The body is not JSON. `position` is the character at which reading stopped."""

    code = "malformed_json"


class JsonNotText(Refusal):
    """The body is not UTF-8, or a string holds half of a surrogate pair."""

    code = "json_not_text"


class JsonDuplicateKey(Refusal):
    """An object has the same key twice."""

    code = "json_duplicate_key"


class JsonNumberTooLarge(Refusal):
    """An integer beyond 64 bits, or a number beyond a double."""

    code = "json_number_too_large"


class JsonTooDeep(Refusal):
    """More objects and arrays inside one another than any schema has."""

    code = "json_too_deep"


def loads(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Parse a body, or refuse it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise JsonNotText from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(position=error.pos) from None
    except RecursionError:
        raise JsonTooDeep(max_depth=MAX_DEPTH) from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise JsonTooDeep(max_depth=MAX_DEPTH)
    if _SURROGATE_ESCAPE.search(text) and not _is_encodable(value):
        raise JsonNotText
    return value


class StrictRequest(Request):
    """A request whose body is parsed strictly, once."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Return the parsed body."""
        if not hasattr(self, "_json"):
            self._json = loads(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its JSON body strictly and only in the media type it documents.

    Every router of the API is made with `route_class=StrictRoute`. It ends the request's transaction before the answer
    leaves: commit on return, roll back on raise. Where it writes, it may be asked again under a key, and its answers
    may be left out; where it reads what has an entity tag, it judges conditions.
    """

    request_class: ClassVar[type[StrictRequest]] = StrictRequest

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        documented, added = options.get("responses") or {}, []
        self._writes = writes = attempt.writes(path, options.get("methods") or (), options.get("tags") or ())
        if writes:
            documented = problems.extended(documented, *attempt.CODES)
            added.append(attempt.ATTEMPTED)
        self._finish: Finish | None = None
        if "ETag" in documented.get(200, {}).get("headers", {}):
            self._finish = preferences.honoured if writes else conditional.judged
            added.append(preferences.PREFERENCES if writes else conditional.CONDITIONS)
            documented |= preferences.RESPONSES if writes else conditional.RESPONSES
            documented = problems.extended(documented, *(() if writes else conditional.CODES))
        options |= {"responses": documented, "dependencies": [*(options.get("dependencies") or ()), *added]}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handle:
        """Read the body before FastAPI does, whose own parsing would turn every refusal into one."""
        handle = self._carried_out(super().get_route_handler())
        declared = self.body_field.field_info if self.body_field else None
        if not isinstance(declared, params.Body) or isinstance(declared, params.Form):
            return handle
        media_type = declared.media_type

        async def handle_strictly(request: Request) -> Response:
            strict = self.request_class(request.scope, request.receive)
            if await strict.body():
                if _media_type(request.headers.get("content-type")) != media_type:
                    raise UnsupportedMediaType(headers={_accept_field(request.method): media_type}, accepted=media_type)
                await strict.json()
            return await handle(strict)

        return handle_strictly

    def _carried_out(self, handle: Handle) -> Handle:
        writes, finish = self._writes, self._finish

        async def handle_to_the_end(request: Request) -> Response:
            async with AsyncExitStack() as request.state.ends:
                answer = await handle(request)
                if writes:
                    await attempt.keep(request, answer)
                return answer if finish is None else finish(request, answer)

        return handle_to_the_end


@lru_cache(maxsize=64)
def _media_type(content_type: str | None) -> str | None:
    if content_type is None:
        return None
    message = Message()
    message["content-type"] = content_type
    return message.get_content_type()


def _accept_field(method: str) -> str:
    """Name the field that tells what a method reads (RFC 5789, RFC 9110 15.5.16, W3C Linked Data Platform)."""
    return {"PATCH": "Accept-Patch", "POST": "Accept-Post"}.get(method, "Accept")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise JsonDuplicateKey
    return fields


def _integer(literal: str) -> int:
    if len(literal) > _LONGEST_INTEGER or (number := int(literal)) not in _INTEGERS:
        raise JsonNumberTooLarge
    return number


def _float(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise JsonNumberTooLarge
    return number


def _constant(_literal: str) -> NoReturn:
    """NaN and Infinity are JavaScript, not JSON."""
    raise MalformedJson


def _is_deeper(value: Any, depth: int) -> bool:  # noqa: ANN401 - JSON is anything
    containers = [value]
    for _ in range(depth):
        containers = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not containers:
            return False
    return True


def _is_encodable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
