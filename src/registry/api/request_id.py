"""The id that ties a request's answer, log lines and audit rows together; the request log gives it out."""

from uuid import UUID

from registry.logs import request_id


def current_request_id() -> UUID:
    """Return the id of the request being answered. Raises `LookupError` outside of one."""
    current = request_id.get()
    if current is None:
        raise LookupError("no request is being answered")
    return UUID(current)
