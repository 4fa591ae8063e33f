"""Pages of other origins that may call from a browser: none, unless the settings name them (CORS)."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS = ("GET", "POST", "PATCH")
SENT = (
    "Authorization", "Content-Type", "DPoP", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer",
    "Registry-Emergency-Access", "Registry-Grant", "Registry-Purpose", "X-Request-ID",
)  # fmt: skip
SHOWN = (
    "DPoP-Nonce", "ETag", "Idempotent-Replayed", "Link", "Location", "Preference-Applied",
    "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-ID",
)  # fmt: skip


class AllowedOrigins(CORSMiddleware):
    """Answer browsers about pages of the origins that are named; never with credentials of the browser's own."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        super().__init__(app, origins, METHODS, SENT, expose_headers=SHOWN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.is_allowed_origin(Headers(scope=scope).get("origin", "")):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say what may be sent; the browser refuses the rest by itself."""
        return Response(None, 204, {**self.preflight_headers, "Access-Control-Allow-Origin": request_headers["origin"]})
