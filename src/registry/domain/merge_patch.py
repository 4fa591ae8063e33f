"""JSON Merge Patch (RFC 7396): what a change makes of what was there."""

from collections.abc import Mapping
from typing import Any


def merged(target: Any, patch: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """Apply a patch: a member that is null goes, an object is merged in, everything else takes the old one's place."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
