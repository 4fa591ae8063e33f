"""Entity tags of records, and conditions of a change: it names the version that it was made from (RFC 9110, 13)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from registry.api import etags
from registry.api.etags import EntityTags
from registry.domain.errors import PreconditionFailed
from registry.domain.record import PreconditionRequired

_TAG = re.compile(r'"v(\d{1,10})-[a-z_-]+"')


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that a request accepts, and those that it rules out; None is any."""

    versions: frozenset[int] | None
    excluded: frozenset[int] | None = frozenset()

    def holds(self, version: int) -> bool:
        """Whether the current version is one of those accepted."""
        return self.versions is None or version in self.versions

    def require(self, version: int) -> None:
        """Refuse when the record has moved on."""
        if not self.holds(version):
            raise PreconditionFailed(version=version)

    def exclude(self, version: int) -> None:
        """Refuse when the record is what the request rules out."""
        if self.excluded is None or version in self.excluded:
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
        **etags.BOUNDS,
    ),
]
IfNoneMatchHeader = Annotated[
    str | None,
    Header(
        description="The `ETag` of a version that must not be the present one: 412 where it is.",
        alias="If-None-Match",
        **etags.BOUNDS,
    ),
]


async def optional_precondition(
    if_match: IfMatchHeader = None, if_none_match: IfNoneMatchHeader = None
) -> Precondition:
    """Read the conditions of a change where they may be absent."""
    accepted = None if if_match is None else EntityTags.read(if_match)
    excluded = None if if_none_match is None else EntityTags.read(if_none_match)
    return Precondition(
        None if accepted is None or accepted.is_any else _versions(accepted.strong),
        frozenset() if excluded is None else None if excluded.is_any else _versions(excluded.weak),
    )


async def needed_precondition(if_match: IfMatchHeader = None, if_none_match: IfNoneMatchHeader = None) -> Precondition:
    """Read the conditions of a change that is refused without `If-Match` (428)."""
    if if_match is None:
        raise PreconditionRequired
    return await optional_precondition(if_match, if_none_match)


def _versions(tags: Iterable[str]) -> frozenset[int]:
    return frozenset(version for tag in tags if (version := version_in(tag)) is not None)


OptionalPrecondition = Annotated[Precondition, Depends(optional_precondition)]
NeededPrecondition = Annotated[Precondition, Depends(needed_precondition)]
