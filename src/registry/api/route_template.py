"""The template of the route that a request matched: what logs and metrics may say of an address."""

from starlette.types import Scope

UNMATCHED = "unmatched"


def route_template(scope: Scope) -> str:
    """Return the template (`/v1/persons/{person_id}`), never the path itself, which names people.

    FastAPI keeps the prefixes of included routers in a context beside the route; `scope["route"]`
    alone would lack them. Only routes of FastAPI's own kind are known. To be asked once the request
    has been routed.
    """
    matched = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    template = getattr(matched, "path_format", None)
    return template if isinstance(template, str) else UNMATCHED
