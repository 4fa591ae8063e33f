"""The header field `Idempotency-Key`: a string of Structured Fields (RFC 9651), or the same without its quotes."""

import re
from typing import Annotated

from fastapi import Header

from registry.domain.idempotency import KEPT_FOR

NAME = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

PATTERN = r'^("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-\[\]-~]{1,100})$'
_ESCAPED = re.compile(r'\\(["\\])')

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=NAME,
        description="A key of your own for this request, a new UUID say: sent again under it, the request is "
        "not carried out twice. A quoted string (RFC 9651); up to 100 characters need no quotes. It counts for you, "
        f"your client and this operation, {KEPT_FOR.days} days long. Needed only where a new record brings no `id`.",
        pattern=PATTERN,
        max_length=512,
        examples=['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ),
]


def text_of(field: str) -> str:
    """Read the key, whichever way it was written."""
    return _ESCAPED.sub(r"\1", field[1:-1]) if field.startswith('"') else field
