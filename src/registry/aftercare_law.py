"""The law of aftercare as data: its terms and places by the day on which it begins."""

import tomllib
from functools import cache
from importlib.resources import files

from registry.domain.aftercare import AftercarePlace, Regime, Term


@cache
def load() -> tuple[Regime, ...]:
    """Read the regimes that the service ships with."""
    listed = tomllib.loads((files("registry") / "data" / "aftercare_terms.toml").read_text(encoding="utf-8"))
    return tuple(
        Regime(
            law=regime["law"],
            from_on=regime["from_on"],
            places=frozenset(map(AftercarePlace, regime["places"])),
            after_compulsory=Term(*regime["after_compulsory"]) if "after_compulsory" in regime else None,
            otherwise=Term(*regime["otherwise"]) if "otherwise" in regime else None,
        )
        for regime in listed["regimes"]
    )
