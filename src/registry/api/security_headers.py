"""Headers that every answer carries, whatever made it: nothing sniffed, framed, leaked or kept."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULTS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""A route that sets one of these itself (a page with styles, say) keeps its own."""

ONLY_HTTPS = "max-age=31536000; includeSubDomains"
"""For a year, no browser asks this host in the clear (RFC 6797)."""


class SecurityHeaders:
    """Add the default headers; below `/v1`, forbid keeping the answer unless the route allows it.

    Nothing here lets a page of another origin read an answer.
    """

    def __init__(self, app: ASGIApp, *, is_https: bool = False) -> None:
        self._app = app
        self._defaults = DEFAULTS | ({"Strict-Transport-Security": ONLY_HTTPS} if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._defaults.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_guarded)
