"""One log line per request, and the request id that ties log, answer and audit together."""

import logging
import re
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry import logs
from registry.api.route_template import route_template

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# Only a UUID is taken over from the caller: any freer form could carry an identity number into the logs.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestLog:
    """Give every request an id (`scope["state"]["request_id"]`, `X-Request-ID`) and log its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        given = Headers(scope=scope).get(HEADER, "").lower()
        request_id = given if _UUID.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        status: int | None = None
        started = perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        token = logs.request_id.set(request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = route_template(scope)
            log.log(
                logging.DEBUG if route in _QUIET else logging.INFO,
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "duration_ms": round((perf_counter() - started) * 1000, 1),
                },
            )
            logs.request_id.reset(token)
