"""The body of a push, cut into its operations before any is read: one that is no JSON spoils no other."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from registry.api.refusals import BodyTooLarge
from registry.api.schemas.push import MOST_OPERATIONS, RawOperation
from registry.api.strict_json import MalformedJson, StrictRequest, StrictRoute, loads

_MEMBER = '"operations"'
_STRING = r'"(?:[^"\\]++|\\.)*+"?'
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}},]", re.DOTALL)
_BRACKET = re.compile(rf'(?:[^"\[\]{{}}]++|{_STRING})*+([\[\]{{}}])', re.DOTALL)
_COLON = re.compile(r"\s*:\s*")
_OPERATIONS = 2  # how deep in the body the operations stand
MOST_TOKENS = 2**18
"""Of brackets, and of strings and commas around the operations. A push of records has far fewer; reading is done before
it is known who sent it."""


def split(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Read what stands around the operations, strictly, and leave each of them as it was sent.

    What is beyond the most operations is left in one piece: enough to refuse them.
    """
    text = body.decode(errors="surrogateescape")
    parts: list[RawOperation] = []
    depth = opened = begins = ended = at = 0
    member, tokens = None, count(1)
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        _require_few(tokens)
        match token[0]:
            case "[" | "{" if opened and not ended and depth == _OPERATIONS:
                at = _past(text, token.start(), tokens)
            case "[" | "{":
                depth += 1
                is_value = member is not None and _COLON.fullmatch(text, member.end(), token.start()) is not None
                if depth == _OPERATIONS and not opened and token[0] == "[" and is_value:
                    opened = begins = token.end()
            case "]" | "}":
                if opened and not ended and depth == _OPERATIONS:
                    parts += _part(text[begins : token.start()], is_only=not parts)
                    ended = token.start()
                depth -= 1
            case ",":
                if opened and not ended and depth == _OPERATIONS and len(parts) < MOST_OPERATIONS:
                    parts += _part(text[begins : token.start()], is_only=False)
                    begins = token.end()
            case string if depth == 1:
                member = token if string == _MEMBER else None
    around = _read(text[:opened] + text[ended:], missing=depth)
    return around | {"operations": parts} if opened and isinstance(around, dict) else around


def _read(text: str, *, missing: int) -> Any:  # noqa: ANN401 - JSON is anything
    if missing:
        raise MalformedJson
    return loads(text.encode(errors="surrogateescape"))


def _past(text: str, at: int, tokens: Iterator[int]) -> int:
    """Find where the brackets close that open at a place."""
    depth = 0
    while (bracket := _BRACKET.match(text, at)) is not None:
        at = bracket.end()
        _require_few(tokens)
        depth += 1 if bracket[1] in "[{" else -1
        if not depth:
            return at
    raise MalformedJson


def _require_few(tokens: Iterator[int]) -> None:
    if next(tokens) > MOST_TOKENS:
        raise BodyTooLarge(max_bytes=MOST_TOKENS)  # so few bytes never hold too many


def _part(text: str, *, is_only: bool) -> list[RawOperation]:
    """Keep one operation. Nothing at all between brackets is an empty list."""
    part = text.strip()
    return [] if is_only and not part else [RawOperation.of(part)]


class PushRequest(StrictRequest):
    """A request whose operations are not parsed yet."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Return the body with each operation as it was sent."""
        if not hasattr(self, "_json"):
            self._json = split(await self.body())
        return self._json


class PushRoute(StrictRoute):
    """A route that reads the operations of its body one by one."""

    request_class = PushRequest
