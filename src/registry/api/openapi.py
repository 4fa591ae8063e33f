"""The specification (OpenAPI 3.1): what FastAPI derives from the routes, made complete and compact.

It depends on the routes alone, never on settings, so that the committed copy is the same everywhere.
"""

import difflib
import json
from collections import Counter
from collections.abc import Container, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from registry import __version__
from registry.api import preferences, problems
from registry.api.auth.challenge import BEARER, DPOP
from registry.api.idempotency import key
from registry.api.operations import operations_of
from registry.api.tags import TAGS

Json: TypeAlias = dict[str, Any]

TITLE = "Rehabilitation case registry"
MANUAL = Path(__file__).with_name("manual.md")
PROBLEM = "#/components/schemas/Problem"

_FASTAPI_OWN = ("HTTPValidationError", "ValidationError")
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})

_BEARER_SCHEME: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": (
        "A JWT access token (RFC 9068) of an issuer that this registry trusts. Paste the token alone, without the word "
        "`Bearer`. Its scopes say what kind of thing the client may do: `registry.read` (read), `registry.write` "
        "(record), `registry.report` (figures and reports), `registry.admin` (grants). What a request may touch is the "
        "token's scopes and, beside them, the grants that the registry holds for the token's subject."
    ),
}

_DPOP_SCHEME: Json = {
    "type": "http",
    "scheme": "DPoP",
    "description": (
        "An access token that is bound to a key (`cnf.jkt`, RFC 9449): `Authorization: DPoP <token>`, and with every "
        "request one field `DPoP` with a new proof. A proof is a JWT of type `dpop+jwt` with the public key in the "
        "header's `jwk`, signed with that key (ES256, ES384, PS256, PS384, RS256 or Ed25519), and the claims `jti` "
        "(never used before), `htm` (the method), `htu` (the address as clients know it, without query), `iat` (now, "
        "within a minute), `ath` (SHA-256 of the token, base64url) and, where an answer gave a `DPoP-Nonce`, `nonce`. "
        "Officers' apps should use it; the operator may require it. A bound token sent as `Bearer` is refused."
    ),
}

_REQUEST_ID: Json = {
    "description": "Id of this request. Quote it when you report a fault: logs and audit carry it too.",
    "schema": {"type": "string", "format": "uuid", "maxLength": 36},
    "example": "3f0f6c1e-8f0b-4c3a-9d53-6a1f4f1f2b7e",
}

_RATE_LIMIT: Json = {
    "description": (
        "What is left of each quota that the request was counted against: `r` requests, and all of them again in `t` "
        "seconds. A list of Structured Fields (draft-ietf-httpapi-ratelimit-headers-10)."
    ),
    "schema": {"type": "string", "maxLength": 400},
    "example": '"officer";r=299;t=60, "client";r=5412;t=17',
}
_RATE_LIMIT_POLICY: Json = {
    "description": "The quotas themselves, by name: `q` requests in `w` seconds.",
    "schema": {"type": "string", "maxLength": 400},
    "example": '"officer";q=300;w=60, "client";q=6000;w=60',
}
_RETRY_AFTER: Json = {
    "description": "Seconds after which to send the same request again.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 86_400},
    "example": 17,
}
_REPLAYED: Json = {
    "description": "`true` where the request had been carried out before under its `Idempotency-Key`: nothing was done "
    "again, and the record is shown as it is now, as far as you may see it. Absent otherwise.",
    "schema": {"type": "string", "enum": ["true"], "maxLength": 4},
    "example": "true",
}
_APPLIED: Json = {
    "description": "The preference of `Prefer` that was honoured; absent where none was.",
    "schema": {"type": "string", "maxLength": 40},
    "example": "return=minimal",
}
_JUDGED_ANEW = {"push_operations"}
"""What takes a key and never answers by it: each operation of a push is judged anew, and says what it found."""
_HEADERS = {
    key.REPLAYED: _REPLAYED,
    preferences.APPLIED: _APPLIED,
    "X-Request-ID": _REQUEST_ID,
    "RateLimit": _RATE_LIMIT,
    "RateLimit-Policy": _RATE_LIMIT_POLICY,
    "Retry-After": _RETRY_AFTER,
}


def operation_id(route: APIRoute) -> str:
    """Name an operation after its handler (the application's `generate_unique_id_function`)."""
    return route.name


def build(app: FastAPI) -> Json:
    """Return the specification of the application's routes."""
    spec = get_openapi(
        title=TITLE,
        version=__version__,
        openapi_version="3.1.0",
        description=MANUAL.read_text(encoding="utf-8"),
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "The server that serves this page."}],
        routes=app.routes,
    )
    components = spec.setdefault("components", {})
    components["securitySchemes"] = {BEARER: _BEARER_SCHEME, DPOP: _DPOP_SCHEME}
    components["headers"] = _HEADERS

    guarded = {operation.id for operation in operations_of(app)}
    for operation in operations(spec):
        # What depends on no token needs none, and says so instead of leaving it open.
        operation.setdefault("security", [{BEARER: []}, {DPOP: []}] if operation["operationId"] in guarded else [])
        taken = {parameter["name"] for parameter in operation.get("parameters", ())}
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                _speak_problem(response)
            for name in _headers_of(status, operation, taken):
                response.setdefault("headers", {}).setdefault(name, {"$ref": f"#/components/headers/{name}"})
        for parameter in operation.get("parameters", ()):
            _forbid_null(parameter)
    for name in _FASTAPI_OWN:
        components.get("schemas", {}).pop(name, None)
    _share_problems(spec)
    used = {tag for operation in operations(spec) for tag in operation.get("tags", ())}
    spec["tags"] = [tag for tag in TAGS if tag["name"] in used]
    return spec


def operations(spec: Json) -> Iterator[Json]:
    """Yield every operation of a specification."""
    for path in spec["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _headers_of(status: str, operation: Json, taken: Container[str]) -> Iterator[str]:
    """Name the headers that answers of an operation carry beside those of its own."""
    yield "X-Request-ID"
    if operation["security"]:
        yield from ("RateLimit", "RateLimit-Policy")
    if status in {"429", "503"} or (status == "409" and key.NAME in taken):
        yield "Retry-After"
    if status.startswith("2") and key.NAME in taken and operation["operationId"] not in _JUDGED_ANEW:
        yield key.REPLAYED
    if status.startswith("2") and preferences.NAME in taken:
        yield preferences.APPLIED


def _forbid_null(parameter: Json) -> None:
    """Describe a parameter as what it is when it is there: an address or a header field has no null."""
    schema = parameter["schema"]
    there = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(there) == 1:
        del schema["anyOf"]
        schema |= {**there[0], **schema}


def _speak_problem(response: Json) -> None:
    """Give an error its real media type: FastAPI would promise the success's one, and its own 422."""
    plain = response.get("content", {}).get("application/json")
    if plain is None:
        return
    if plain["schema"].get("$ref", "").endswith(("/HTTPValidationError", "/Problem")):
        plain["schema"] = {"$ref": PROBLEM}
    response["content"] = {problems.MEDIA_TYPE: plain}


def _share_problems(spec: Json) -> None:
    """Write an error that several operations describe alike once, among the components."""
    seen = Counter(
        (status, json.dumps(response, sort_keys=True))
        for operation in operations(spec)
        for status, response in operation["responses"].items()
        if status.startswith(("4", "5"))
    )
    shared: Json = {}
    names: dict[tuple[str, str], str] = {}
    for (status, text), count in seen.most_common():
        name = HTTPStatus(int(status)).phrase.title().replace(" ", "").replace("-", "")
        if count > 1 and name not in shared:
            shared[name] = json.loads(text)
            names[status, text] = name
    for operation in operations(spec):
        for status, response in operation["responses"].items():
            name = names.get((status, json.dumps(response, sort_keys=True)), "")
            if name:
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    if shared:
        spec["components"]["responses"] = shared


def dump(app: FastAPI) -> str:
    """Render the specification for committing: the same text for the same routes."""
    return json.dumps(build(app), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def check(app: FastAPI, path: Path) -> list[str]:
    """Return the differences between the committed copy and the routes, none when they agree."""
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    return list(
        difflib.unified_diff(
            committed.splitlines(), dump(app).splitlines(), fromfile=str(path), tofile="routes", lineterm="", n=2
        )
    )
