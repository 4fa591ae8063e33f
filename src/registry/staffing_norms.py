"""The norms of staffing, by the kind of organisation that they are for: data, since each programme sets its own."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from registry.domain.organisation import OrganisationKind
from registry.domain.staffing import Norm, StaffRole


@cache
def load() -> Mapping[OrganisationKind, Norm]:
    """Read the norms."""
    listed = tomllib.loads((files("registry") / "data" / "network" / "staffing.toml").read_text(encoding="utf-8"))
    return MappingProxyType({OrganisationKind(name): _norm(name, norm) for name, norm in listed.items()})


def _norm(name: str, listed: Mapping[str, object]) -> Norm:
    match listed:
        case {"source": str(source), "roles": dict(roles)}:
            return Norm(name, source, {StaffRole(role): int(most) for role, most in roles.items()})
    raise ValueError(f"the norm of {name} needs a `source` and `roles`")
