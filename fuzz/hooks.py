"""What the fuzzer does as every client should, and what it leaves out because it cannot judge it."""

import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import GenerationMode

from registry.api import etags, preferences
from registry.api.idempotency import key

CONDITIONS = ("If-Match", "If-None-Match")


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case, **__: Any) -> None:  # noqa: ANN401 - Schemathesis' own
    """Adjust what is sent.

    - A right key of idempotency is a new one: small examples come again and again with other requests.
    - A condition that breaks its pattern is left out of what counts as right: to the fuzzer these fields are any text.
    - Nobody asks for a minimal answer: a 201 without a body cannot be described beside one that has a body.
    """
    headers = case.headers or {}
    given = headers.get(key.NAME)
    if isinstance(given, str) and re.search(key.PATTERN, given):
        headers[key.NAME] = str(uuid4())
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        for name in CONDITIONS:
            if name in headers and not re.search(etags.PATTERN, str(headers[name])):
                del headers[name]
    if preferences.stated(str(headers.get(preferences.NAME, ""))).get("return") == "minimal":
        del headers[preferences.NAME]
