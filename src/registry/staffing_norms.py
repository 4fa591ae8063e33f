"""The norms of staffing, by programme and period: data, since each programme sets its own."""

import tomllib
from functools import cache
from importlib.resources import files

from registry.domain.staffing import Norm, StaffRole


@cache
def load() -> tuple[Norm, ...]:
    """Read the norms that the service ships with."""
    listed = tomllib.loads((files("registry") / "data" / "network" / "staffing.toml").read_text(encoding="utf-8"))
    return tuple(
        Norm(
            programme=norm["programme"],
            from_on=norm.get("from_on"),
            to_on=norm.get("to_on"),
            source=norm["source"],
            roles={StaffRole(role): count for role, count in norm["roles"].items()},
        )
        for norm in listed["norms"]
    )
