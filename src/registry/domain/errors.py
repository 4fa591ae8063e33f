"""Refusals in the words of the field; the API's catalogue gives each its HTTP status and its sentence.

    DomainError
    ├── NotFound            absent, or not the caller's to see
    ├── Forbidden           the role or the token lacks the operation
    ├── RuleViolation       the request is well formed, a rule or the state refuses it
    └── PreconditionFailed  the caller's version is not the current one

Subclasses live beside the rule that raises them and carry their own `code`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a stable `code`.

    `facts` are machine-readable and may be shown to the caller: never a name, a number of a
    document or any other value that identifies a person. `pointer` is a JSON Pointer into the
    request body, where one field is at fault.
    """

    code: ClassVar[str]

    def __init__(self, *, pointer: str | None = None, **facts: Any) -> None:  # noqa: ANN401 - facts are JSON values
        super().__init__(self.code)
        self.pointer = pointer
        self.facts: Mapping[str, Any] = facts


class NotFound(DomainError):
    """The thing is absent or out of the caller's scope: both look the same."""

    code = "not_found"


class Forbidden(DomainError):
    """The caller's role or token lacks the operation."""

    code = "insufficient_scope"


class RuleViolation(DomainError):
    """The request fits the schema, but a rule or the state of the record refuses it."""

    code = "rule_violation"


class PreconditionFailed(DomainError):
    """`If-Match` names a version that is not the current one."""

    code = "version_mismatch"
