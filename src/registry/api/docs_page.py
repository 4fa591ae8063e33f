"""The API page: Swagger UI from our own files, under a policy that lets nothing in from outside.

The two assets are those of the npm package swagger-ui-dist, unchanged; to update them, replace the
files in `static/` and `SWAGGER_UI_VERSION`.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from registry.api import openapi
from registry.api.refusals import PathNotFound

SWAGGER_UI_VERSION = "5.35.0"
STATIC = Path(__file__).with_name("static")
ASSETS = f"/docs/assets/{SWAGGER_UI_VERSION}"

VENDORED = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
OURS = {
    "docs.css": "text/css",
    "docs-init.js": "text/javascript",
}
FOR_EVER = "public, max-age=31536000, immutable"

# Swagger UI draws its icons from data: URLs and asks only for the specification and what is tried out.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{openapi.TITLE}: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{ASSETS.lstrip("/")}/swagger-ui.css">
<link rel="stylesheet" href="{ASSETS.lstrip("/")}/docs.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The specification itself: <a href="openapi.json">openapi.json</a>.</noscript>
<script src="{ASSETS.lstrip("/")}/swagger-ui-bundle.js"></script>
<script src="{ASSETS.lstrip("/")}/docs-init.js"></script>
</body>
</html>
"""


def install(app: FastAPI) -> None:
    """Serve `/docs` with its assets, and `/openapi.json`.

    Expects an application made with `docs_url=None, redoc_url=None, openapi_url=None`.
    """

    @cache
    def specification() -> tuple[bytes, str]:
        content = json.dumps(openapi.build(app), ensure_ascii=False).encode()
        return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    # Not async: building the specification takes a while, so it is done off the event loop.
    def openapi_json(request: Request) -> Response:
        content, etag = specification()
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    app.add_api_route("/openapi.json", openapi_json, name="openapi", include_in_schema=False)
    app.add_api_route("/docs", _docs, name="docs", include_in_schema=False)
    app.add_api_route(f"{ASSETS}/{{file}}", _asset, name="docs_asset", include_in_schema=False)


def _docs() -> HTMLResponse:
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(PAGE, headers=headers)


def _asset(file: str) -> FileResponse:
    if file in VENDORED:
        return FileResponse(STATIC / file, media_type=VENDORED[file], headers={"Cache-Control": FOR_EVER})
    if file in OURS:
        # The version in the address is Swagger UI's: ours may change under it.
        return FileResponse(STATIC / file, media_type=OURS[file], headers={"Cache-Control": "no-cache"})
    raise PathNotFound
