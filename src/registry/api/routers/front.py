"""The front door: where to go from here, for programs and for people."""

import hashlib
from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field
from starlette.routing import NoMatchFound

from registry.api import problems
from registry.api.openapi import TITLE
from registry.api.schemas.fields import Out
from registry.api.tags import Tag

router = APIRouter(tags=[Tag.SERVICE])

Address = Annotated[str, Field(max_length=200)]


class FrontOut(Out):
    """Where things are on this server."""

    title: Annotated[str, Field(max_length=200, description="What this server is.", examples=[TITLE])]
    docs: Annotated[
        Address | None, Field(description="API page to read and try; null when closed.", examples=["/docs"])
    ]
    openapi: Annotated[
        Address | None, Field(description="Specification (OpenAPI 3.1); null when closed.", examples=["/openapi.json"])
    ]
    meta: Annotated[Address, Field(description="Version, limits, code lists.", examples=["/v1/meta"])]
    health: Annotated[Address, Field(description="Whether it is ready.", examples=["/health/ready"])]


STYLE = """
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1f2933 }
h1 { font-size: 1.6rem } dt { font-weight: 600; margin-top: 1rem } dd { margin: 0 } a { color: #0b5cad }
"""
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

DESCRIPTIONS = {
    "docs": "The API page: read every operation and try it",
    "openapi": "The specification, for programs (OpenAPI 3.1)",
    "meta": "Version, limits and code lists",
    "health": "Whether the service is ready",
}


@router.get(
    "/",
    summary="Where is what?",
    response_model=FrontOut,
    responses=problems.responses()
    | {200: {"content": {"text/html": {"schema": {"type": "string", "maxLength": 10_000}}}}},
)
async def get_front(request: Request) -> JSONResponse | HTMLResponse:
    """List the addresses to begin with: as JSON, or as a page for browsers (`Accept: text/html`)."""
    front = FrontOut(
        title=TITLE,
        docs=_address(request, "docs"),
        openapi=_address(request, "openapi"),
        meta="/v1/meta",
        health="/health/ready",
    )
    if "text/html" in request.headers.get("Accept", ""):
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Vary": "Accept"}
        return HTMLResponse(_page(front), headers=headers)
    return JSONResponse(front.model_dump(), headers={"Vary": "Accept"})


def _address(request: Request, route: str) -> str | None:
    """Return the address of a page that the settings may have closed."""
    try:
        return str(request.app.url_path_for(route))
    except NoMatchFound:
        return None


def _page(front: FrontOut) -> str:
    links = "\n".join(
        f'<dt><a href="{address.lstrip("/")}">{address}</a></dt><dd>{description}</dd>'
        for name, description in DESCRIPTIONS.items()
        if (address := getattr(front, name))
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{front.title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{front.title}</h1>
<p>This is an API: people and programs that keep the register of drug rehabilitation in a province talk to it.</p>
<dl>
{links}
</dl>
</body>
</html>
"""
