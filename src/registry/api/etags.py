"""Entity tags in header fields, read as RFC 9110 has them (section 8.8.3)."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Response

PATTERN = r'^ {0,9}(\*|(W/)?"[!#-~]{0,90}"( {0,9}, {0,9}(W/)?"[!#-~]{0,90}"){0,19}) {0,9}$'
"""`*`, or a list of at most 20 tags; what looks otherwise is no condition at all, and is refused."""

BOUNDS: dict[str, Any] = {"pattern": PATTERN, "max_length": 2100}

_TAG = re.compile(r'(W/)?("[!#-~]*")')


@dataclass(frozen=True, slots=True)
class EntityTags:
    """The tags of one field. `is_any` is `*`, which every tag of something that exists matches."""

    is_any: bool
    strong: frozenset[str]
    weak: frozenset[str]
    """All of them, without the mark of weakness."""

    @classmethod
    def read(cls, field: str) -> "EntityTags":
        """Read a field that fits the pattern."""
        found: list[tuple[str, str]] = _TAG.findall(field)
        return cls(
            field.strip() == "*", frozenset(tag for mark, tag in found if not mark), frozenset(tag for _, tag in found)
        )

    def match(self, tag: str) -> bool:
        """Compare strongly, as `If-Match` does: a tag that somebody weakened on the way matches nothing."""
        return self.is_any or tag in self.strong

    def match_weakly(self, tag: str) -> bool:
        """Compare weakly, as `If-None-Match` does."""
        return self.is_any or tag in self.weak


def without_body(answer: Response, status: int) -> Response:
    """Keep of an answer what does not describe its body."""
    kept = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
    return Response(status_code=status, headers=kept)
