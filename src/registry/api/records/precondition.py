"""Entity tags and `If-Match`: a change names the version that it was made from (RFC 9110, section 13)."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from registry.domain.errors import PreconditionFailed
from registry.domain.record import PreconditionRequired

_TAG = re.compile(r'"v(\d{1,10})-[a-z_-]+"')


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that a request accepts; None accepts any."""

    versions: frozenset[int] | None

    def holds(self, version: int) -> bool:
        """Whether the current version is one of those."""
        return self.versions is None or version in self.versions

    def require(self, version: int) -> None:
        """Refuse when the record has moved on."""
        if not self.holds(version):
            raise PreconditionFailed(version=version)


def etag(version: int, view: str) -> str:
    """The strong entity tag of a version as one view shows it."""
    return f'"v{version}-{view}"'


def version_in(tag: str | None) -> int | None:
    """The version that an entity tag of ours names; None where it names none."""
    found = None if tag is None else _TAG.fullmatch(tag)
    return None if found is None else int(found[1])


IfMatchHeader = Annotated[
    str | None,
    Header(
        description='The `ETag` of the version that the change was made from, for example `"v3-treatment"`.',
        alias="If-Match",
        max_length=2100,
    ),
]


async def optional_precondition(if_match: IfMatchHeader = None) -> Precondition:
    """Read `If-Match` where it may be absent."""
    if if_match is None or if_match.strip() == "*":
        return Precondition(None)
    return Precondition(frozenset(int(version) for version in _TAG.findall(if_match)))


async def needed_precondition(if_match: IfMatchHeader = None) -> Precondition:
    """Read `If-Match` where a change is refused without it (428)."""
    if if_match is None:
        raise PreconditionRequired
    return await optional_precondition(if_match)


OptionalPrecondition = Annotated[Precondition, Depends(optional_precondition)]
NeededPrecondition = Annotated[Precondition, Depends(needed_precondition)]
