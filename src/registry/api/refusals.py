"""Refusals at the edge: the request was not fit to be decided, or the service could not decide it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one place of a request, before it is put into words."""

    code: str
    pointer: str | None = None
    parameter: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class Refusal(DomainError):
    """A refusal that may name several places of the request, and add fields to the answer."""

    def __init__(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
        **facts: Any,  # noqa: ANN401 - facts are JSON values
    ) -> None:
        super().__init__(**facts)
        self.headers = dict(headers or {})
        self.faults = faults


class MalformedRequest(Refusal):
    """The request cannot be read."""

    code = "malformed_request"


class PathNotFound(Refusal):
    """The API has nothing at this address."""

    code = "path_not_found"


class MethodNotAllowed(Refusal):
    """The address exists, not for this method."""

    code = "method_not_allowed"


class BodyTooLarge(Refusal):
    """The body has more bytes than the service takes."""

    code = "body_too_large"


class RequestTooSlow(Refusal):
    """The request did not arrive in time."""

    code = "request_too_slow"

    def __init__(self) -> None:
        super().__init__(headers={"Connection": "close"})


class UnsupportedMediaType(Refusal):
    """The body is not of the media type that the operation reads."""

    code = "unsupported_media_type"


class ValidationFailed(Refusal):
    """The request violates the schema; `faults` say where."""

    code = "validation_failed"


class QuotaExceeded(Refusal):
    """The caller asks more often than the quotas named in `violated_policies` allow."""

    code = "quota_exceeded"

    def __init__(self, violated: Sequence[str] = (), *, retry_after: int = 1) -> None:
        super().__init__(retry_after=retry_after, violated_policies=list(violated))


class InternalError(Refusal):
    """The service failed in a way that nobody foresaw."""

    code = "internal_error"


class Unavailable(Refusal):
    """The service cannot answer now; the same request may succeed later."""

    code = "unavailable"

    def __init__(self, *, retry_after: int = 2) -> None:
        super().__init__(retry_after=retry_after)
