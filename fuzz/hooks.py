"""What the fuzzer does as every client should: it uses a key for one request."""

import re
from typing import Any
from uuid import uuid4

import schemathesis

from registry.api.idempotency.key import NAME, PATTERN


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case, **__: Any) -> None:  # noqa: ANN401 - Schemathesis' own
    """Take a new key wherever a right one would be sent: small examples come again and again with other requests."""
    key = (case.headers or {}).get(NAME)
    if isinstance(key, str) and re.search(PATTERN, key):
        case.headers[NAME] = str(uuid4())
