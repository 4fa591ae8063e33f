"""What a request may weigh, and what may stand in its address: refused before any route is asked."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.refusals import BodyTooLarge, MalformedRequest, Refusal

MAX_TARGET_BYTES = 8 * 1024
MAX_HEADER_BYTES = 32 * 1024

UNREAD = {"Connection": "close"}
"""The rest of the body is not waited for."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class MalformedUrl(MalformedRequest):
    """The address is not percent-encoded UTF-8, or holds control characters, which PostgreSQL cannot store."""

    code = "malformed_url"


class UrlTooLong(Refusal):
    """Path and query together are longer than the service reads."""

    code = "url_too_long"


class HeadersTooLarge(Refusal):
    """The header fields together are larger than the service reads."""

    code = "headers_too_large"


class RequestLimits:
    """Refuse requests that are too large or whose address is not text; count bodies that do not tell their size."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, by_path: Mapping[str, int]) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._by_path = by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        _check_target(scope)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            raise HeadersTooLarge(max_bytes=MAX_HEADER_BYTES)
        most = self._by_path.get(scope["path"], self._max_body_bytes)
        _check_length(Headers(scope=scope).get("content-length"), most)
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise BodyTooLarge(headers=UNREAD, max_bytes=most)
            return message

        await self._app(scope, receive_counted, send)


def _check_length(content_length: str | None, most: int) -> None:
    if content_length is None:
        return
    if not (content_length.isascii() and content_length.isdecimal()):
        raise MalformedRequest
    # Compared by length first: a number of thousands of digits is not worth converting.
    digits = content_length.lstrip("0")
    if len(digits) > len(str(most)) or int(digits or "0") > most:
        raise BodyTooLarge(headers=UNREAD, max_bytes=most)


def _check_target(scope: Scope) -> None:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(path) + len(query) > MAX_TARGET_BYTES:
        raise UrlTooLong(max_bytes=MAX_TARGET_BYTES)
    for part in (path, query):
        if not part:
            continue
        try:
            text = (unquote_to_bytes(part) if b"%" in part else part).decode()
        except UnicodeDecodeError:
            raise MalformedUrl from None
        if _BAD_ESCAPE.search(part) or _CONTROL.search(text):
            raise MalformedUrl
