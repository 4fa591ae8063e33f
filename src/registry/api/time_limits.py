"""How long a request may take: to arrive, and as a whole.

The times are rungs of a ladder, each shorter than the one around it (docs/limits.md), so that whoever
gives up first is the one who can still say why.
"""

import asyncio
from collections import deque

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.capacity import CapacityReduced
from registry.api.refusals import RequestTooSlow, Unavailable

MOST_HELD_BYTES = 64 * 1024 * 1024
"""Bodies that one process holds at once, however many callers send them."""


class TimeLimitExceeded(Unavailable):
    """The request took longer than the service works on one; its work was cancelled."""

    code = "time_limit_exceeded"


class TimeLimit:
    """Cancel a request that takes too long, and say so if nothing has been answered yet."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = asyncio.timeout(self._seconds)
        scope.setdefault("state", {})["time_limit"] = limit
        try:
            async with limit:
                await self._app(scope, receive, send)
        except TimeoutError:
            if limit.expired():
                raise TimeLimitExceeded from None
            raise


class WholeBody:
    """Read the body before the request takes a place: whoever sends slowly keeps nobody else waiting."""

    def __init__(self, app: ASGIApp, *, seconds: float, most_held_bytes: int = MOST_HELD_BYTES) -> None:
        self._app = app
        self._seconds = seconds
        self._most_held_bytes = most_held_bytes
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: deque[Message] = deque()
        held = 0

        async def receive_held() -> Message:
            return messages.popleft() if messages else await receive()

        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                while not messages or messages[-1].get("more_body", False):
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    messages.append(message)
                    size = len(message.get("body", b""))
                    held += size
                    self._held_bytes += size
                    if self._held_bytes > self._most_held_bytes:
                        raise CapacityReduced
            await self._app(scope, receive_held, send)
        except TimeoutError:
            if limit.expired():
                raise RequestTooSlow from None
            raise
        finally:
            self._held_bytes -= held
